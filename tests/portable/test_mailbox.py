"""Orders that come down: kept before they are told, answered, and never acted on twice."""

from tests.portable.mailbox_bench import NOW_S, Bench, Provisioning, order

from turna_handset import letter as letters
from turna_handset.letter_text import rows_of
from turna_handset.mailbox import ALARM, ALL_CLEAR, LETTER
from turna_protocol import codes, downlink, orders
from turna_protocol.fragments import split
from turna_protocol.long_text import LongText, pack_long_text
from turna_protocol.orders import Holding
from turna_protocol.packet import ORDER_FRAGMENT
from turna_protocol.report_codes import PHRASES, TASKS
from turna_protocol.reports.message import Message
from turna_protocol.reports.more_fields import TeamId, Worksite
from turna_protocol.reports.settings import Settings
from turna_protocol.reports.task import Task

EVACUATE, RESUME = 0, 2  # of `alerts`


def a_task(number: int = 17) -> Task:
    return Task(
        mode=codes.EXERCISE,
        number=number,
        task=TASKS.index("search"),
        urgency=2,
        worksite=Worksite(56, TeamId("TUR", 1)),
        due_in_min=90,
        text="school, second floor, east side",
    )


def phrase(name: str, mode: int = codes.EXERCISE) -> Message:
    return Message(mode=mode, phrase=PHRASES.index(name))


def test_an_order_is_kept_told_and_answered_by_one_holding() -> None:
    with Bench() as bench:
        assert bench.hear(order(3, a_task())) == [LETTER]
        letter = bench.mail.inbox().newest(0)
        assert letter is not None
        assert (letter.reference, letter.type_number, letter.task) == (3, letters.TASK, 17)
        assert bench.mail.unread == 1
        assert bench.holding(downlink.HOLD_AFTER_MS) == Holding(orders.ORDERS, 3, 0)
        assert bench.mail.deadline_ms() is None


def test_a_repeated_order_acts_once_and_is_answered_again() -> None:
    with Bench() as bench:
        packet = order(3, a_task())
        bench.hear(packet)
        bench.holding(downlink.HOLD_AFTER_MS)
        for _ in range(2):
            assert bench.hear(packet) == []
            assert len(bench.mail.inbox()) == 1
            assert bench.holding(downlink.HOLD_AFTER_MS) == Holding(orders.ORDERS, 3, 0)
            bench.restart()


def test_one_holding_answers_all_orders_that_come_one_after_the_other() -> None:
    with Bench() as bench:
        bench.hear(order(3, a_task(1)), order(5, a_task(2)), order(4, a_task(3)))
        assert bench.holding(downlink.HOLD_AFTER_MS) == Holding(orders.ORDERS, 5, 0b11)
        assert bench.mail.unread == 3


def test_an_order_outlasts_a_restart_with_how_far_it_has_come() -> None:
    with Bench() as bench:
        bench.hear(order(3, a_task()), order(4, phrase("call_me")))
        bench.mail.mark(3, letters.TASK_STATES + 4)
        bench.restart()
        inbox = bench.mail.inbox()
        found = [inbox.newest(place) for place in range(2)]
        assert [one.status for one in found if one is not None] == [
            letters.NEW,
            letters.TASK_STATES + 4,
        ]
        assert bench.mail.unread == 1


def test_another_mission_finds_none_of_the_letters_of_the_last() -> None:
    with Bench() as bench:
        bench.hear(order(3, a_task()))
        bench.restart(link_key=bytes(32))
        assert len(bench.mail.inbox()) == 0


def test_orders_to_others_and_false_ones_are_no_letters() -> None:
    with Bench() as bench:
        assert not bench.mail.heard(order(3, a_task(), device=8))
        packet = order(3, a_task())
        assert bench.hear(packet[:-1] + bytes([packet[-1] ^ 1])) == []
        assert bench.counters.of("refused false order") == 1
        assert bench.hear(packet[:12]) == []
        assert len(bench.mail.inbox()) == 0 and bench.mail.deadline_ms() is None


def test_settings_act_once_and_ask_nobody() -> None:
    with Bench() as bench:
        packet = order(3, Settings(mode=codes.EXERCISE, position_min=10))
        assert bench.hear(packet) == []
        assert bench.hear(packet) == []
        assert [getattr(one, "position_min", 0) for one in bench.settings] == [10]
        assert bench.mail.unread == 0


def test_what_this_firmware_cannot_read_is_kept_and_shown_all_the_same() -> None:
    with Bench() as bench:
        sealed = orders.seal_order(
            b"\x18\xff",
            device=7,
            number=3,
            authentication_key=Provisioning.authentication_key,
        )
        assert bench.hear(orders.wrap_order(sealed, Provisioning.link_key)) == [LETTER]
        letter = bench.mail.inbox().newest(0)
        assert letter is not None and letter.type_number == letters.UNREADABLE


def test_a_long_order_comes_in_parts_and_is_one_letter() -> None:
    with Bench() as bench:
        words = "Gather at the north gate of the stadium. " * 8
        contents = split(pack_long_text(LongText(codes.EXERCISE, NOW_S, words)), 100)
        packets = []
        for index, content in enumerate(contents):
            sealed = orders.seal_order(
                content,
                device=7,
                number=10 + index,
                authentication_key=Provisioning.authentication_key,
                kind=ORDER_FRAGMENT,
            )
            packets.append(orders.wrap_order(sealed, Provisioning.link_key))
        assert bench.hear(packets[1]) == []
        assert bench.holding(downlink.HOLD_AFTER_MS) == Holding(orders.ORDER_PARTS, 10, 0b10)
        assert bench.hear(packets[0], *packets[2:]) == [LETTER]
        whole = (1 << len(packets)) - 1
        assert bench.holding(downlink.HOLD_AFTER_MS) == Holding(orders.ORDER_PARTS, 10, whole)
        assert bench.hear(packets[1]) == []
        assert bench.holding(downlink.HOLD_AFTER_MS) == Holding(orders.ORDER_PARTS, 10, whole)
        assert rows(bench, 10)[:2] == ["Gather at the north", "gate of the stadium."]


def rows(bench: Bench, reference: int) -> "list[str]":
    inbox = bench.mail.inbox()
    letter = inbox.find(reference)
    assert letter is not None
    return rows_of(bench.mail, letter, inbox.content(reference))


def test_a_task_is_read_in_the_language_of_the_handset_row_by_row() -> None:
    with Bench() as bench:
        bench.hear(order(3, a_task()))
        assert rows(bench, 3) == [
            "search #17",
            "AT ONCE",
            "TUR01-0056",
            "within 90 min",
            "school, second floor,",
            "east side",
            "#3 12:00",
        ]


def test_an_order_can_evacuate_one_team_and_an_order_ends_that() -> None:
    with Bench() as bench:
        assert bench.hear(order(3, phrase("evacuate"))) == [ALARM]
        assert list(bench.mail.alarms) == [(codes.EXERCISE, EVACUATE, 3)]
        assert bench.hear(order(4, phrase("resume_work"))) == [ALL_CLEAR]
        assert len(bench.mail.alarms) == 0
        assert bench.hear(order(2, phrase("cease_work"))) == []
        assert len(bench.mail.alarms) == 0, "it was given before the end, and comes late"
        assert [code for _, code, _ in bench.mail.unheard] == [RESUME], "which nobody has heard"


def test_an_order_in_earnest_is_no_drill() -> None:
    with Bench() as bench:
        bench.hear(order(3, phrase("evacuate", codes.ACTUAL)))
        assert list(bench.mail.alarms) == [(codes.ACTUAL, EVACUATE, 3)]
        bench.hear(order(4, phrase("resume_work", codes.EXERCISE)))
        assert list(bench.mail.alarms) == [(codes.ACTUAL, EVACUATE, 3)]


def test_letters_that_somebody_has_opened_give_way_first_and_others_are_counted() -> None:
    with Bench() as bench:
        for number in range(24):
            bench.hear(order(number, phrase("yes")))
        bench.mail.mark(5, letters.SEEN)
        bench.hear(order(24, phrase("no")))
        assert bench.mail.inbox().find(5) is None and bench.mail.inbox().find(0) is not None
        assert bench.counters.total("lost letter") == 0
        bench.hear(order(25, phrase("no")))
        assert bench.mail.inbox().find(0) is None
        assert bench.counters.total("lost letter dropped") == 1


def test_more_than_can_be_read_at_once_is_counted() -> None:
    with Bench() as bench:
        for number in range(8):
            bench.mail.heard(order(number, phrase("yes")))
        assert bench.counters.of("lost letter unread") == 2
