"""What the Secretariat says on its last stretch: said at the right moment, once, within the law."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.gateway.downs import (
    DOWN_TOPIC,
    alert,
    alerts_heard,
    down_id,
    give,
    holding,
    long_order,
    notice,
    notices_heard,
    order,
    orders_heard,
    revocations,
    signed,
    states,
    told,
)
from tests.gateway.field import EPOCH_S, Field, Handset
from turna_backbone import down
from turna_backbone.clock import SteppedClock
from turna_backbone.down import Part
from turna_backbone.mqtt import Message as Arrived
from turna_gateway import counters as count
from turna_gateway.down_rows import FINISHED_KEPT
from turna_gateway.down_schedule import ORDER_BEACONS
from turna_gateway.downlink import ALARM_ROOM, QUEUE_LIMIT
from turna_gateway.status import StatusBoard
from turna_protocol import orders, packet
from turna_protocol.alerts import CEASE_WORK, EVACUATE
from turna_protocol.codes import EXERCISE
from turna_protocol.downlink import AFTER_HEARING_MS, REPEAT_AFTER_MS
from turna_protocol.report_codes import PHRASES
from turna_protocol.reports.message import Message
from turna_protocol.sealing import seal_report

ONE, TWO = Handset(1), Handset(2)
ROLL_CALL = Message(mode=EXERCISE, phrase=PHRASES.index("roll_call"))


@pytest.fixture
def up(field: Field) -> Field:
    """Return a field with radio and backbone."""
    field.radio_up()
    field.connect()
    field.pass_time(1_000)
    return field


def test_an_order_is_said_at_once_and_its_handset_can_prove_it(up: Field) -> None:
    give(up, order(ONE, 3))
    up.pass_time(1_000)

    assert orders_heard(up, ONE) == [3]
    assert states(up) == ["queued", "sent"]


def test_an_order_is_repeated_ever_more_rarely_until_the_handset_holds_it(up: Field) -> None:
    give(up, order(ONE, 3))
    up.pass_time(120_000)
    assert len(orders_heard(up, ONE)) == 5  # at 0, 15, 45 seconds and after two beacons

    up.hear(holding(ONE, 20, number=3))
    up.pass_time(3_600_000)

    assert len(orders_heard(up, ONE)) == 5
    assert states(up)[-1] == "delivered"


def said_after_a_beacon(field: Field, heard: Callable[[], Sequence[object]]) -> int:
    """Let time pass until the next beacon; return how much whoever wakes for it hears."""
    beacons = field.gateway.counters[count.BEACONS]
    said = 0
    while field.gateway.counters[count.BEACONS] == beacons:
        said = len(heard())
        field.pass_time(100)
    field.pass_time(AFTER_HEARING_MS - 100)
    return len(heard()) - said


def test_a_sleeping_handset_gets_its_orders_while_it_listens(up: Field) -> None:
    give(up, order(ONE, 3), order(ONE, 4), order(TWO, 9))
    up.pass_time(400_000)
    said = len(orders_heard(up, ONE))

    up.hear(ONE.seal(21))
    up.pass_time(2_000)

    assert orders_heard(up, ONE)[said:] == [3, 4]
    assert up.acknowledgements(ONE) == [{21}], "the acknowledgement does not suffer"


def test_a_sleeping_handset_is_told_once_more_while_it_may_listen_and_then_left_alone(
    up: Field,
) -> None:
    give(up, order(ONE, 3))
    up.pass_time(700_000)
    said = len(orders_heard(up, ONE))

    up.hear(ONE.seal(21))
    up.pass_time(14_000)

    assert len(orders_heard(up, ONE)) == said + 2


def test_who_sleeps_from_beacon_to_beacon_gets_an_order_with_the_next_and_not_for_ever(
    up: Field,
) -> None:
    up.pass_time(10_000)
    give(up, order(ONE, 3))
    followed = [said_after_a_beacon(up, lambda: orders_heard(up, ONE)) for _ in range(8)]
    assert followed[:ORDER_BEACONS] == [1] * ORDER_BEACONS
    assert sum(followed[ORDER_BEACONS:]) <= 1, "by its own pauses, not by beacons"


def test_an_alert_follows_every_beacon_while_people_still_have_to_get_out(up: Field) -> None:
    up.pass_time(10_000)
    give(up, alert(EVACUATE, 1))
    assert [said_after_a_beacon(up, lambda: alerts_heard(up)) for _ in range(8)] == [1] * 8


def test_a_handset_that_is_heard_again_and_again_is_not_told_more_often_than_it_answers(
    up: Field,
) -> None:
    give(up, order(ONE, 3))
    for seq in range(10):
        up.hear(ONE.seal(30 + seq))
        up.pass_time(REPEAT_AFTER_MS // 4)

    assert len(orders_heard(up, ONE)) == 3


def test_one_holding_answers_several_orders(up: Field) -> None:
    give(up, order(ONE, 3), order(ONE, 4), order(ONE, 6))
    up.pass_time(1_000)
    up.hear(holding(ONE, 20, number=6, bitmap=0b10))  # 6 and 4

    up.pass_time(1_000)

    assert [state.id for state in told(up) if state.state == down.DELIVERED] == [
        order(ONE, 4).id,
        order(ONE, 6).id,
    ]


def test_a_holding_of_another_handset_delivers_nothing(up: Field) -> None:
    give(up, order(ONE, 3))
    up.hear(holding(TWO, 20, number=3))
    up.pass_time(1_000)

    assert "delivered" not in states(up)


def test_a_holding_is_carried_to_the_secretariat_and_not_acknowledged(up: Field) -> None:
    up.hear(holding(ONE, 20, number=3))
    up.pass_time(5_000)

    (carried,) = up.reports()
    assert packet.packet_kind(carried.header) == packet.HOLDING
    assert not carried.quarantined
    assert up.acknowledgements(ONE) == []


def test_two_gateways_say_the_same_bytes_and_one_holding_ends_both(
    up: Field, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    other = Field(tmp_path / "other")
    other.radio_up()
    other.connect()
    for field in (up, other):
        give(field, order(ONE, 3))
        field.pass_time(1_000)
    said = [
        [p for p in field.radio.said if packet.packet_kind(p) == packet.ORDER]
        for field in (up, other)
    ]
    assert said[0] == said[1]

    for field in (up, other):
        field.hear(holding(ONE, 20, number=3))
        field.pass_time(600_000)

    assert (states(up)[-1], states(other)[-1]) == ("delivered", "delivered")
    assert len(orders_heard(up, ONE)) == len(orders_heard(other, ONE)) == 1


def test_fault_67_an_order_that_comes_twice_is_queued_once_and_its_state_told_again(
    up: Field,
) -> None:
    give(up, order(ONE, 3), order(ONE, 3))
    up.pass_time(1_000)
    assert orders_heard(up, ONE) == [3]
    up.hear(holding(ONE, 20, number=3))
    up.pass_time(1_000)
    give(up, down.noted(told(up)[-1]))
    so_far = len(orders_heard(up, ONE))

    give(up, order(ONE, 3))
    up.pass_time(600_000)

    assert len(orders_heard(up, ONE)) == so_far
    assert states(up)[-1] == "delivered"
    assert up.gateway.counters[count.DOWN_REPEATED] == 2


def test_fault_67_an_order_that_a_broker_retains_acts_once_over_connections_and_restarts(
    up: Field,
) -> None:
    kept = Arrived(DOWN_TOPIC, order(ONE, 3).pack(), retained=True, token=9)
    up.gateway.process([kept])
    up.pass_time(1_000)
    up.hear(holding(ONE, 20, number=3))
    so_far = len(orders_heard(up, ONE))

    for _ in range(3):
        up.disconnect()
        up.restart()
        up.radio_up()
        up.connect()
        up.gateway.process([kept])
        up.pass_time(600_000)

    assert len(orders_heard(up, ONE)) == so_far
    assert set(states(up)) == {"queued", "sent", "delivered"}


def test_a_state_is_told_until_the_secretariat_has_noted_it(up: Field) -> None:
    give(up, order(ONE, 3, not_after_s=EPOCH_S + 10))
    up.pass_time(20_000)
    assert states(up) == ["queued", "sent", "expired"]
    up.pass_time(60_000)
    assert states(up).count("expired") == 3  # after 15 and 30 more seconds

    give(up, down.noted(told(up)[-1]))
    up.pass_time(3_600_000)

    assert states(up).count("expired") == 3


def test_an_older_state_that_is_noted_late_does_not_hide_the_newer(up: Field) -> None:
    give(up, order(ONE, 3))
    up.pass_time(1_000)
    give(up, down.noted(told(up)[0]))
    up.restart()
    up.connect()
    up.pass_time(1_000)

    assert states(up)[-1] == "sent"


def test_the_queue_survives_the_process(up: Field) -> None:
    give(up, order(ONE, 3))
    up.pass_time(1_000)
    up.restart()
    up.radio_up()
    up.connect()
    up.pass_time(20_000)
    assert orders_heard(up, ONE) == [3, 3]

    up.hear(holding(ONE, 20, number=3))
    up.restart()
    up.radio_up()
    up.connect()
    up.pass_time(600_000)

    assert orders_heard(up, ONE) == [3, 3]
    assert states(up)[-1] == "delivered"


def test_fault_67_a_stale_order_is_not_said_but_told_to_be_over(up: Field) -> None:
    give(up, order(ONE, 3, not_after_s=EPOCH_S - 1))
    up.pass_time(1_000)

    assert orders_heard(up, ONE) == []
    assert states(up) == ["expired"]


def test_without_a_clock_nothing_expires(up: Field) -> None:
    up.clock = SteppedClock(epoch_s=0)
    up.restart()
    up.radio_up()
    give(up, order(ONE, 3, not_after_s=EPOCH_S - 1))
    up.pass_time(1_000)

    assert orders_heard(up, ONE) == [3]


def test_a_withdrawn_order_is_said_no_more_even_if_the_withdrawal_comes_first(up: Field) -> None:
    give(up, order(ONE, 3))
    up.pass_time(1_000)
    give(up, down.withdraw(order(ONE, 3).id), down.withdraw(order(ONE, 4).id), order(ONE, 4))
    up.hear(ONE.seal(20))
    up.pass_time(600_000)

    assert orders_heard(up, ONE) == [3]
    assert states(up)[-2:] == ["withdrawn", "withdrawn"]


def test_what_cannot_be_said_is_refused_with_the_reason(up: Field) -> None:
    give(
        up,
        replace(order(ONE, 3), generation=2),
        order(Handset(99), 3),
        replace(order(TWO, 3), parts=(Part(b"content", b"short"),)),
        replace(alert(EVACUATE, 1), parts=(Part(b"\x04no alert"),)),
    )
    up.pass_time(1_000)

    assert [(down.STATE_NAMES[s.state], s.reason) for s in told(up)] == [
        ("refused", "no such handset"),
        ("refused", "no such handset"),
        ("refused", "it makes no packet"),
        ("refused", "it makes no packet"),
    ]
    assert up.gateway.counters[count.DOWN_REFUSED] == 4


def test_a_full_queue_refuses_and_counts_but_has_room_for_an_alert(up: Field) -> None:
    up.radio_down()
    give(up, *[order(ONE, number) for number in range(QUEUE_LIMIT + 2)])
    give(up, *[alert(EVACUATE, number) for number in range(1, ALARM_ROOM + 1)])
    up.pass_time(1_000)

    assert states(up).count("queued") == QUEUE_LIMIT + ALARM_ROOM
    assert [s.reason for s in told(up) if s.state == down.REFUSED] == ["the queue is full"] * 2


def test_the_more_urgent_order_is_said_first_and_an_alert_before_all(up: Field) -> None:
    up.radio_down()
    give(up, order(ONE, 3, priority=0), order(ONE, 4, priority=2), alert(EVACUATE, 1))
    so_far = len(up.radio.said)
    up.radio_up()
    up.pass_time(3_000)

    said = [packet.packet_kind(p) for p in up.radio.said[so_far:]]
    assert [kind for kind in said if kind != packet.BEACON] == [
        packet.ALERT,
        packet.ORDER,
        packet.ORDER,
    ]
    assert orders_heard(up, ONE) == [4, 3]


def test_orders_leave_half_of_the_hour_to_acknowledgements(up: Field) -> None:
    text = "ç" * 150
    for number in range(200):
        give(up, order(ONE, number, Message(mode=EXERCISE, text=text)))
    for _ in range(100):  # as a handset that never answers and is heard all the time
        up.hear(ONE.seal(1_000 + up.clock.now_ms() // 1_000))
        up.pass_time(10_000)
    used_ms = up.gateway.airwaves.used_ms(up.clock.now_ms())

    assert up.gateway.counters[count.DOWN_DUTY_WAITS] > 0
    assert used_ms < 240_000  # 10 % of the hour are 360 s, orders get half, answers come on top
    up.hear(ONE.seal(5_000))
    up.pass_time(2_000)
    assert up.acknowledgements(ONE)[-1] == {5_000}


def test_an_alert_is_said_often_at_first_and_then_rarely_until_it_is_withdrawn(up: Field) -> None:
    give(up, alert(EVACUATE, 1))
    up.pass_time(60_000)
    assert len(alerts_heard(up)) == 5  # at 0, 4, 12, 28 and 60 seconds
    up.pass_time(540_000)
    in_ten_minutes = len(alerts_heard(up))
    assert in_ten_minutes == 14
    up.pass_time(3_000_000)
    assert len(alerts_heard(up)) == in_ten_minutes + 10

    give(up, down.withdraw(alert(EVACUATE, 1).id))
    so_far = len(alerts_heard(up))
    up.pass_time(600_000)

    assert len(alerts_heard(up)) == so_far


def test_whoever_shows_up_without_the_alert_gets_it_and_whoever_holds_it_does_not(
    up: Field,
) -> None:
    give(up, alert(CEASE_WORK, 1))
    up.pass_time(730_000)
    name = alert(CEASE_WORK, 1).number
    up.hear(holding(ONE, 20, number=name, stream=orders.ALERTS))
    so_far = len(alerts_heard(up))

    up.hear(ONE.seal(21))
    up.pass_time(2_000)
    assert len(alerts_heard(up)) == so_far
    up.hear(TWO.seal(5))
    up.pass_time(2_000)

    assert len(alerts_heard(up)) == so_far + 1


def test_an_order_to_evacuate_is_said_as_often_as_an_alert(up: Field) -> None:
    evacuate = Message(mode=EXERCISE, phrase=PHRASES.index("evacuate"))
    give(up, order(ONE, 3, evacuate, priority=3))
    up.pass_time(60_000)

    assert len(orders_heard(up, ONE)) == 5


def test_a_notice_is_said_in_three_rounds_and_then_to_those_who_lack_it(up: Field) -> None:
    signed(up)
    up.radio_up()
    up.connect()
    give(up, notice(8, ROLL_CALL))
    up.pass_time(3_600_000)
    (first, *_) = heard = notices_heard(up)
    assert (first.number, len(heard)) == (8, 3)

    parts = 0b11
    up.hear(holding(ONE, 20, number=8, bitmap=0b01, stream=orders.NOTICE_PARTS))
    up.pass_time(2_000)
    assert len(notices_heard(up)) == 4
    up.hear(holding(ONE, 21, number=8, bitmap=parts, stream=orders.NOTICE_PARTS))
    up.pass_time(100_000)
    up.hear(ONE.seal(22))
    up.pass_time(2_000)

    assert len(notices_heard(up)) == 4


def test_only_the_missing_parts_of_a_long_order_are_said_again(up: Field) -> None:
    text = "Meet at the stadium. " * 30
    one = long_order(ONE, 10, text)
    assert len(one.parts) == 4
    give(up, one)
    up.pass_time(5_000)
    assert orders_heard(up, ONE) == [10, 11, 12, 13]

    up.hear(holding(ONE, 20, number=10, bitmap=0b1011, stream=orders.ORDER_PARTS))
    up.pass_time(10_000)
    assert orders_heard(up, ONE) == [10, 11, 12, 13, 12, 12]
    up.restart()
    up.radio_up()
    up.hear(ONE.seal(21))
    up.pass_time(10_000)
    assert orders_heard(up, ONE) == [10, 11, 12, 13, 12, 12, 12, 12]

    up.hear(holding(ONE, 22, number=10, bitmap=0b1111, stream=orders.ORDER_PARTS))
    up.connect()
    up.pass_time(600_000)

    assert len(orders_heard(up, ONE)) == 8
    assert states(up)[-1] == "delivered"


@pytest.mark.parametrize("payload", [b"", b"\xff", b"\x81\x01", order(ONE, 3).pack()[:-1]])
def test_a_message_that_makes_no_sense_is_refused_and_counted(up: Field, payload: bytes) -> None:
    up.message(DOWN_TOPIC, payload)

    assert up.gateway.counters[count.MESSAGES_REFUSED] == 1
    assert up.gateway.downlink.waiting() == {"order": 0, "alert": 0, "notice": 0}


def test_a_malformed_holding_is_counted_and_still_carried(up: Field) -> None:
    up.hear(
        seal_report(
            b"\x90",
            device=1,
            seq=20,
            link_key=ONE.link_key,
            authentication_key=ONE.authentication_key,
            kind=packet.HOLDING,
        )
    )
    up.pass_time(1_000)

    assert up.gateway.counters[count.HOLDINGS_MALFORMED] == 1
    assert len(up.reports()) == 1


def test_what_is_over_is_forgotten_only_when_much_newer_is_over_too(up: Field) -> None:
    give(up, order(ONE, 3))
    late = [down.withdraw(down_id(1 << 50 | number)) for number in range(FINISHED_KEPT + 100)]
    up.gateway.process([Arrived(DOWN_TOPIC, one.pack(), False, 1) for one in late])

    assert up.gateway.downlink.prune() == 100
    assert up.gateway.downlink.waiting()["order"] == 1
    give(up, replace(order(ONE, 4), id=late[-1].id))
    assert up.gateway.downlink.waiting()["order"] == 1


def test_fault_26_a_revoked_handset_is_refused_and_not_acknowledged_but_counted(up: Field) -> None:
    signed(up)
    up.radio_up()
    up.connect()
    give(up, order(ONE, 3))
    up.pass_time(1_000)
    give(up, revocations(2, {1: 1}))
    up.hear(ONE.seal(20), TWO.seal(5))
    up.pass_time(5_000)

    assert up.acknowledgements(ONE) == []
    assert up.acknowledgements(TWO) == [{5}]
    assert [report.device for report in up.reports()] == [2]
    assert up.gateway.counters.refused()["revoked"] == 1
    assert up.gateway.handsets.revoked_heard() == {1: 1}
    assert [(down.STATE_NAMES[s.state], s.reason) for s in told(up)][-2:] == [
        ("refused", "the handset's keys are revoked"),
        ("delivered", "version 2 is enforced"),
    ]
    give(up, order(ONE, 4))
    assert up.gateway.downlink.waiting()["order"] == 0
    board = StatusBoard(up.gateway, up.mission, up.clock)
    board.refresh()
    assert '"revoked.1"' in board.snapshot.decode()
    assert board.is_critical


def test_fault_80_an_older_revocation_list_is_let_pass_and_none_is_forgotten(up: Field) -> None:
    signed(up)
    give(up, revocations(5, {1: 1}))
    up.restart()
    up.radio_up()
    give(up, revocations(3, {2: 1}), revocations(6, {3: 1}))
    up.restart()
    up.radio_up()
    up.hear(ONE.seal(20), TWO.seal(5), Handset(3).seal(6))
    up.pass_time(5_000)

    assert up.gateway.counters.refused()["revoked"] == 2
    assert up.acknowledgements(TWO) == [{5}]


def test_fault_80_a_list_that_the_secretariat_did_not_sign_revokes_nobody(up: Field) -> None:
    signed(up)
    up.radio_up()
    up.connect()
    give(up, revocations(2, {1: 1}, Ed25519PrivateKey.generate()))
    up.hear(ONE.seal(20))
    up.pass_time(5_000)

    assert up.acknowledgements(ONE) == [{20}]
    assert states(up) == ["refused"]


def test_a_kit_without_a_public_key_believes_no_list(up: Field) -> None:
    give(up, revocations(2, {1: 1}))
    up.pass_time(1_000)

    assert told(up)[0].reason == "revocation list: the mission kit has no public key"
