"""Alarms and notices to all: on until they are ended, told once, believed by token or signature."""

from tests.portable.mailbox_bench import Bench, Provisioning

from turna_handset import letter as letters
from turna_handset.mailbox import ALARM, ALL_CLEAR, LETTER
from turna_protocol import alerts, codes, downlink, notices, orders
from turna_protocol.alerts import Alert
from turna_protocol.notices import Notice
from turna_protocol.orders import Holding

ALERT_BRANCH = bytes(range(32))
# Of alerts' tests: all-clear 1, ending two evacuations.
ALL_CLEAR_SIGNATURE = bytes.fromhex(
    "de1c1145928f34894a2a82b560d8a2e0c9758a1ebc27cda12d803b00720d085c"
    "54478a9d16bca5324397c33bbf129ec050dfed1ef6e4be6c8426a4b6fb3b1e06"
)
# Of notices' tests: number 7, a body that is no report.
NOTICE = Notice(7, notices.ORDER_TO_ALL, b"All teams: regroup at the stadium, north gate, 14:00.")
NOTICE_SIGNATURE = bytes.fromhex(
    "57ebe6d4d7592bb1d29afeda5a742fddaf006656ada00ef1fd5a6ef907734ab7"
    "ef9eec3720481572ec6f2bd91835748d11d0fd75fb4d20a649b4dff268599508"
)
ANCHORS = tuple(alerts.anchors(ALERT_BRANCH))


def alarm(code: int, number: int, mode: int = codes.EXERCISE) -> bytes:
    token = alerts.token(ALERT_BRANCH, code, number, mode)
    return alerts.pack_alert(alerts.alert_body(Alert(code, number, mode=mode), token))


def all_clear() -> bytes:
    """Return the one whose signature is above: actual, number 1, ending two evacuations."""
    alert = Alert(alerts.RESUME, 1, 2, 0)
    body = alerts.alert_body(alert, alerts.token(ALERT_BRANCH, alerts.RESUME, 1))
    return alerts.pack_alert(body, ALL_CLEAR_SIGNATURE)


def test_a_notice_to_all_is_believed_by_its_signature_and_answered_at_random() -> None:
    with Bench(ANCHORS) as bench:
        packets = notices.pack_notice(NOTICE, NOTICE_SIGNATURE, Provisioning.broadcast_key)
        assert bench.hear(*packets) == [LETTER]
        assert bench.pauses > 50, "the radio has its turn between the steps"
        assert bench.mail.inbox().find(downlink.answer_to_notice(7)) is not None
        held = Holding(orders.NOTICE_PARTS, 7, 0b11)
        assert bench.holding(downlink.HOLD_SPREAD_MS - 1) == held
        assert bench.hear(*packets) == []
        assert bench.mail.deadline_ms() is None, "not again so soon"
        bench.now_ms += downlink.HOLD_TO_ALL_AGAIN_MS
        bench.hear(packets[0])
        assert bench.holding(downlink.HOLD_SPREAD_MS - 1) == held


def test_a_report_that_needs_the_memory_interrupts_a_signature_and_costs_nothing() -> None:
    with Bench(ANCHORS) as bench:
        packets = notices.pack_notice(NOTICE, NOTICE_SIGNATURE, Provisioning.broadcast_key)
        bench.at_pause = 20
        assert bench.hear(*packets) == []
        bench.read()
        assert bench.told == [LETTER]


def test_a_forged_notice_is_refused_and_the_true_one_still_comes() -> None:
    with Bench(ANCHORS) as bench:
        false = Notice(7, notices.ORDER_TO_ALL, b"All teams: go home.")
        for packet in notices.pack_notice(false, NOTICE_SIGNATURE, Provisioning.broadcast_key):
            bench.hear(packet)
        assert bench.counters.of("refused false order") == 1
        true = notices.pack_notice(NOTICE, NOTICE_SIGNATURE, Provisioning.broadcast_key)
        assert bench.hear(*true) == [LETTER]


def test_an_alarm_is_on_until_it_is_ended_also_over_a_restart() -> None:
    with Bench(ANCHORS) as bench:
        assert bench.hear(alarm(alerts.EVACUATE, 2, codes.ACTUAL)) == [ALARM]
        reference = downlink.answer_to_alert(codes.ACTUAL, alerts.EVACUATE, 2)
        assert list(bench.mail.alarms) == [(codes.ACTUAL, alerts.EVACUATE, reference)]
        assert bench.mail.alarm_sounds()
        bench.restart()
        assert bench.mail.alarm_sounds(), "nobody has heard it"
        bench.mail.mark(reference, letters.HEARD)
        assert not bench.mail.alarm_sounds()
        bench.restart()
        assert len(bench.mail.alarms) == 1
        assert not bench.mail.alarm_sounds()
        assert bench.hear(all_clear()) == [ALL_CLEAR]
        assert (len(bench.mail.alarms), len(bench.mail.unheard)) == (0, 1)
        bench.restart()
        assert len(bench.mail.alarms) == 0


def test_a_repeated_alarm_sounds_once_and_its_holding_names_it() -> None:
    with Bench(ANCHORS) as bench:
        packet = alarm(alerts.CEASE_WORK, 2)
        bench.hear(packet)
        name = downlink.alert_name(codes.EXERCISE, alerts.CEASE_WORK, 2)
        assert bench.holding(downlink.HOLD_SPREAD_MS - 1) == Holding(orders.ALERTS, name, 0)
        bench.mail.mark(
            downlink.answer_to_alert(codes.EXERCISE, alerts.CEASE_WORK, 2), letters.HEARD
        )
        assert bench.hear(packet) == []
        assert not bench.mail.alarm_sounds()
        bench.restart()
        assert bench.hear(packet) == []


def test_an_alarm_in_earnest_comes_before_a_drill_and_evacuate_before_cease_work() -> None:
    with Bench(ANCHORS) as bench:
        bench.hear(
            alarm(alerts.EVACUATE, 1, codes.EXERCISE),
            alarm(alerts.CEASE_WORK, 1, codes.ACTUAL),
            alarm(alerts.EVACUATE, 1, codes.ACTUAL),
        )
        assert [alarm[:2] for alarm in bench.mail.alarms] == [
            (codes.ACTUAL, alerts.EVACUATE),
            (codes.ACTUAL, alerts.CEASE_WORK),
            (codes.EXERCISE, alerts.EVACUATE),
        ]


def test_a_false_alarm_is_refused() -> None:
    with Bench(ANCHORS) as bench:
        packet = alarm(alerts.EVACUATE, 1)
        assert bench.hear(packet[:-1] + bytes([packet[-1] ^ 1])) == []
        assert len(bench.mail.alarms) == 0
        assert bench.mail.deadline_ms() is None
