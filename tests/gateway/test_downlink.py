"""What the Secretariat says on its last stretch: kept, said, proved to be held, and then over."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.gateway.downs import (
    DOWN_TOPIC,
    alert,
    down_id,
    give,
    holding,
    long_order,
    order,
    orders_heard,
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
from turna_gateway.downlink import ALARM_ROOM, QUEUE_LIMIT
from turna_protocol import orders, packet
from turna_protocol.alerts import EVACUATE
from turna_protocol.sealing import seal_report

ONE, TWO = Handset(1), Handset(2)

ONE, TWO = Handset(1), Handset(2)


def test_an_order_is_said_at_once_and_its_handset_can_prove_it(up: Field) -> None:
    give(up, order(ONE, 3))
    up.pass_time(1_000)

    assert orders_heard(up, ONE) == [3]
    assert states(up) == ["queued", "sent"]


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
