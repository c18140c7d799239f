"""What comes down: believed once, kept before it is told, answered, and never acted on twice."""

import os
import sys

from turna_board.counters import Counters
from turna_handset import letter as letters
from turna_handset import parts
from turna_handset.letter_text import rows_of
from turna_handset.mailbox import ALARM, ALL_CLEAR, LETTER, Mailbox
from turna_protocol import codes, downlink, keys, orders
from turna_protocol.fragments import split
from turna_protocol.frame import Frame
from turna_protocol.long_text import LongText, pack_long_text
from turna_protocol.orders import Holding, unpack_holding
from turna_protocol.packet import ORDER_FRAGMENT
from turna_protocol.report_codes import PHRASES, TASKS
from turna_protocol.reports import Report, encode_report
from turna_protocol.reports.message import Message
from turna_protocol.reports.more_fields import TeamId, Worksite
from turna_protocol.reports.settings import Settings
from turna_protocol.reports.task import Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

MASTER = bytes(range(32))
BRANCH = keys.link_branch(MASTER)
NOW_S = 1_801_915_200
EVACUATE, RESUME = 0, 2  # of `alerts`
SCRATCH = os.getenv("TMPDIR") or "/tmp"  # a name is tried until one is free


class Provisioning:
    """What a mailbox needs of a handset's settings."""

    device = 7
    mode = codes.EXERCISE
    frame = Frame(3_620_000, 3_616_000, NOW_S - 3600)
    link_key = keys.link_key(BRANCH, b"board", 7, 1)
    authentication_key = keys.authentication_key(keys.authentication_branch(MASTER), b"board", 7, 1)
    broadcast_key = keys.broadcast_key(BRANCH)
    alert_anchors: tuple[bytes, ...] = ()
    public_key = b""


class Memory:
    """A machine that has enough of it."""

    def load(self, names: "tuple[str, ...]") -> None: ...
    def forget(self, names: "tuple[str, ...]") -> None: ...
    def forget_reports(self) -> None: ...
    def forget_letters(self) -> None: ...


ENOUGH = parts if sys.implementation.name == "micropython" else Memory()


class Bench:
    """A mailbox with flash of its own, in a directory that goes away."""

    def __init__(self) -> None:
        self.directory = ""
        self.now_ms = 0
        self.told: list[int] = []
        self.settings: list[Report] = []
        self.pauses = 0
        self.at_pause = -1  # when somebody needs the memory

    def __enter__(self) -> "Self":
        for number in range(10_000):
            self.directory = f"{SCRATCH}/turna-mail-{number}"
            try:
                os.mkdir(self.directory)
                break
            except OSError:
                continue
        self.restart()
        return self

    def __exit__(self, *_: object) -> None:
        for name in os.listdir(self.directory):
            os.remove(f"{self.directory}/{name}")
        os.rmdir(self.directory)

    def restart(self, link_key: "bytes | None" = None) -> None:
        provisioning = Provisioning()
        if link_key is not None:
            provisioning.link_key = link_key
        self.counters = Counters()
        self.mail = Mailbox(
            provisioning,  # type: ignore[arg-type]  # what it needs of it
            self.directory,
            ENOUGH,
            counters=self.counters,
            uptime_ms=lambda: self.now_ms,
            random_below=lambda limit: limit - 1,
            now_s=lambda: NOW_S,
            make_room=lambda: None,
            settings=self.settings.append,
            news=self.told.append,
            answers=lambda: None,
            arrived=lambda: None,
            pause=self._pause,
        )
        self.mail.load()

    def hear(self, *packets: bytes) -> "list[int]":
        """Let packets come in and be read; return what the rescuer was told."""
        self.told.clear()
        for packet in packets:
            assert self.mail.heard(packet)
        self.read()
        return list(self.told)

    def read(self) -> None:
        task = self.mail.read()
        try:
            while True:
                task.send(None)
        except StopIteration:
            return

    def holding(self, after_ms: int) -> "Holding | None":
        """Return what is answered so much later, and nothing before."""
        self.now_ms += after_ms - 1
        assert self.mail.holding_due(self.now_ms) is None
        self.now_ms += 1
        due = self.mail.holding_due(self.now_ms)
        if due is None:
            return None
        self.mail.answered(due[0])
        return unpack_holding(due[1])

    async def _pause(self) -> None:
        self.pauses += 1
        if self.pauses == self.at_pause:
            self.mail.give_way()


def order(number: int, report: Report, device: int = 7) -> bytes:
    content = encode_report(report, Provisioning.frame)
    sealed = orders.seal_order(
        content,
        device=device,
        number=number,
        authentication_key=Provisioning.authentication_key,
    )
    return orders.wrap_order(sealed, Provisioning.link_key)


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


def test_a_power_cut_between_letter_and_number_neither_loses_nor_repeats() -> None:
    with Bench() as bench:
        bench.hear(order(2, a_task()))
        (state,) = [name for name in os.listdir(bench.directory) if not name.endswith(".l")]
        with open(f"{bench.directory}/{state}", "rb") as file:
            before = file.read()
        bench.hear(order(3, a_task(18)))
        bench.mail.mark(3, letters.SEEN)
        with open(f"{bench.directory}/{state}", "wb") as file:
            file.write(before)  # the power went before the number was taken
        bench.restart()
        assert bench.hear(order(3, a_task(18))) == []
        letter = bench.mail.inbox().find(3)
        assert letter is not None and letter.status == letters.SEEN
        assert len(bench.mail.inbox()) == 2


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
