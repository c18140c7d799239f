"""When a gateway says what waits: the urgent first, while its handset listens, within the law."""

from collections.abc import Callable, Sequence

from tests.gateway.downs import (
    alert,
    alerts_heard,
    give,
    holding,
    notice,
    notices_heard,
    order,
    orders_heard,
    signed,
    states,
)
from tests.gateway.field import Field, Handset
from turna_backbone import down
from turna_gateway import counters as count
from turna_gateway.down_schedule import ORDER_BEACONS
from turna_protocol import orders, packet
from turna_protocol.alerts import CEASE_WORK, EVACUATE
from turna_protocol.codes import EXERCISE
from turna_protocol.downlink import AFTER_HEARING_MS, REPEAT_AFTER_MS
from turna_protocol.report_codes import PHRASES
from turna_protocol.reports.message import Message

ONE, TWO = Handset(1), Handset(2)

ONE, TWO = Handset(1), Handset(2)
ROLL_CALL = Message(mode=EXERCISE, phrase=PHRASES.index("roll_call"))


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
