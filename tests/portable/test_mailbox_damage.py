"""Damage to what was taken: nothing acts twice, no alarm is forgotten, no false claim is made."""

from tests.portable.mailbox_bench import Bench, order

from turna_handset import letter as letters
from turna_handset.mailbox import ALARM, ALL_CLEAR, LETTER
from turna_protocol import alerts, codes, downlink, orders
from turna_protocol.alerts import Alert
from turna_protocol.orders import Holding
from turna_protocol.reports.message import Message
from turna_protocol.reports.settings import Settings

ALERT_BRANCH = bytes(range(32))
# Of alerts' tests: all-clear 1, ending two evacuations.
ALL_CLEAR_SIGNATURE = bytes.fromhex(
    "de1c1145928f34894a2a82b560d8a2e0c9758a1ebc27cda12d803b00720d085c"
    "54478a9d16bca5324397c33bbf129ec050dfed1ef6e4be6c8426a4b6fb3b1e06"
)


def contents(paths: "list[str]") -> "list[bytes]":
    found = []
    for path in paths:
        with open(path, "rb") as file:
            found.append(file.read())
    return found


def put(path: str, data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(data)


def spoil(path: str) -> None:
    (data,) = contents([path])
    put(path, data[:7] + bytes([data[7] ^ 1]) + data[8:])


def a_message(number: int) -> bytes:
    return order(number, Message(mode=codes.EXERCISE, phrase=1))


def evacuate(number: int) -> bytes:
    body = alerts.alert_body(
        Alert(alerts.EVACUATE, number), alerts.token(ALERT_BRANCH, alerts.EVACUATE, number)
    )
    return alerts.pack_alert(body)


def all_clear() -> bytes:
    body = alerts.alert_body(
        Alert(alerts.RESUME, 1, 2, 0), alerts.token(ALERT_BRANCH, alerts.RESUME, 1)
    )
    return alerts.pack_alert(body, ALL_CLEAR_SIGNATURE)


def alarm_bench() -> Bench:
    return Bench(tuple(alerts.anchors(ALERT_BRANCH)))


def test_a_power_cut_between_letter_and_number_neither_loses_nor_repeats() -> None:
    with Bench() as bench:
        bench.hear(a_message(2))
        before = contents(bench.state_files())
        bench.hear(a_message(3))
        bench.mail.mark(3, letters.SEEN)
        for path, data in zip(bench.state_files(), before):
            put(path, data)  # the power went before the number was taken
        bench.restart()
        assert bench.hear(a_message(3)) == []
        letter = bench.mail.inbox().find(3)
        assert letter is not None and letter.status == letters.SEEN
        assert len(bench.mail.inbox()) == 2


def test_damage_to_either_copy_makes_nothing_act_twice_and_forgets_nothing() -> None:
    for copy in range(2):
        with Bench() as bench:
            settings = order(4, Settings(mode=codes.EXERCISE, position_min=10))
            bench.hear(a_message(2), a_message(3), settings)
            spoil(bench.state_files()[copy])
            bench.restart()
            assert bench.hear(a_message(2), a_message(3), settings) == []
            assert len(bench.settings) == 1
            assert bench.holding(downlink.HOLD_AFTER_MS) == Holding(orders.ORDERS, 4, 0b11)
            assert bench.hear(a_message(1)) == [LETTER], "it comes late, and was never here"
            assert bench.counters.total("fail") == 0


def test_damage_to_both_copies_makes_nothing_act_twice_and_claims_nothing_unknown() -> None:
    with Bench() as bench:
        bench.hear(a_message(2), a_message(4))
        for path in bench.state_files():
            spoil(path)
        bench.restart()
        assert bench.counters.of("failed letters taken") == 1
        assert bench.hear(a_message(2), a_message(4)) == []
        assert bench.holding(downlink.HOLD_AFTER_MS) == Holding(orders.ORDERS, 4, 0b10)
        for _ in range(2):
            assert bench.hear(a_message(3)) == [], "it may have acted before"
            assert bench.holding(downlink.HOLD_AFTER_MS) == Holding(orders.ORDERS, 4, 0b10)
            bench.restart()
        assert bench.hear(a_message(5)) == [LETTER]
        assert bench.counters.of("failed letters taken") == 0, "it is mended"


def test_an_alarm_that_is_on_stays_on_whatever_is_damaged() -> None:
    for copies in ((0,), (1,), (0, 1)):
        with alarm_bench() as bench:
            bench.hear(a_message(1), evacuate(2))
            for copy in copies:
                spoil(bench.state_files()[copy])
            bench.restart()
            assert len(bench.mail.alarms) == 1
            assert bench.mail.alarm_sounds()
            assert bench.hear(evacuate(1)) == [], "of a recording: it is older"
            assert bench.hear(all_clear()) == [ALL_CLEAR]
            assert len(bench.mail.alarms) == 0


def test_an_alarm_that_is_over_stays_over_whatever_is_damaged() -> None:
    for copies in ((0,), (1,), (0, 1)):
        with alarm_bench() as bench:
            bench.hear(evacuate(2), all_clear())
            for copy in copies:
                spoil(bench.state_files()[copy])
            bench.restart()
            assert len(bench.mail.alarms) == 0
            assert bench.hear(evacuate(2), evacuate(1)) == []
            assert bench.hear(evacuate(3)) == [ALARM]


def test_a_power_cut_between_alarm_and_number_silences_no_alarm() -> None:
    with alarm_bench() as bench:
        bench.hear(a_message(1))
        before = contents(bench.state_files())
        bench.hear(evacuate(2))
        for path, data in zip(bench.state_files(), before):
            put(path, data)
        bench.restart()
        assert bench.mail.alarm_sounds()
        bench.hear(evacuate(2))
        assert bench.mail.alarm_sounds()
        assert len(bench.mail.alarms) == 1
