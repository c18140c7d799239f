"""A host asks a handset what its journal holds, through HELLO, pages and reboots."""

from turna_protocol.modem.device_client import CountersRead, DeviceClient, JournalRead
from turna_protocol.modem.device_end import DeviceEnd
from turna_protocol.modem.journal_messages import (
    MAX_COUNTERS,
    MAX_ENTRIES,
    Counters,
    CountersRequest,
    Journal,
    JournalEntry,
    JournalRequest,
)
from turna_protocol.modem.messages import (
    HANDSET,
    HAS_COUNTERS,
    HAS_JOURNAL,
    UNSUPPORTED,
    Accepted,
    Hello,
    Reboot,
    Refused,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

ENTRIES = tuple(
    [
        JournalEntry(seq=2 * i, report_type=i % 4, state=i % 5, saved_s=1000 + i, attempts=i)
        for i in range(MAX_ENTRIES * 2 + 3)
    ]
)
COUNTS = tuple([(f"counter {i}", i) for i in range(MAX_COUNTERS + 2)])


class Handset:
    """The device's end with a journal behind it."""

    def __init__(self, boot: int) -> None:
        self.questions = 0
        self.end = DeviceEnd(
            Hello(
                role=HANDSET,
                unique_id=b"handset1",
                boot_id=bytes([boot, 0, 0, 0]),
                reset_cause=1,
                capabilities=HAS_JOURNAL | HAS_COUNTERS,
                board="tbeam",
                firmware="0.1.0",
            )
        )

    def exchange(self, data: bytes, now_ms: int) -> bytes:
        for frame in self.end.receive(data, now_ms):
            self.questions += 1
            if frame.kind == JournalRequest.KIND:
                start = JournalRequest.unpack(frame.body).from_seq
                found = [entry for entry in ENTRIES if entry.seq >= start]
                entries = tuple(found[:MAX_ENTRIES])
                self.end.answer(frame.sequence, Journal(entries, len(found) > MAX_ENTRIES))
            elif frame.kind == CountersRequest.KIND:
                start = CountersRequest.unpack(frame.body).start
                page = COUNTS[start : start + MAX_COUNTERS]
                more = start + MAX_COUNTERS < len(COUNTS)
                self.end.answer(frame.sequence, Counters(page, more))
            elif frame.kind == Reboot.KIND:
                self.end.answer(frame.sequence, Accepted())
            elif frame.sequence < 255:
                self.end.unsupported(frame)
        return self.end.take()


def answers(
    client: DeviceClient, lose: "Callable[[int], bool] | None" = None, reboot_at: int = -1
) -> "list[Any]":
    handset = Handset(1)
    found: list[Any] = []
    client.opened(0)
    for step in range(1000):
        now_ms = 10 * step
        if step == reboot_at:
            handset = Handset(2)
        request = client.to_send(now_ms)
        if lose is None or not lose(step):
            client.receive(handset.exchange(request, now_ms), now_ms)
        event = client.next_event()
        while event is not None:
            found.append(event)
            event = client.next_event()
    return found


def test_the_whole_journal_is_read_page_by_page() -> None:
    client = DeviceClient(session=1)
    client.ask_journal()
    client.ask_counters()
    hello, journal, counters = answers(client)
    assert hello.role == HANDSET
    assert journal == JournalRead(ENTRIES)
    assert counters == CountersRead(dict(COUNTS))


def test_lost_questions_and_answers_are_repeated() -> None:
    client = DeviceClient(session=1)
    client.ask_journal()
    found = answers(client, lose=lambda step: step % 7 < 3)
    assert found[-1] == JournalRead(ENTRIES)


def test_a_reboot_in_between_begins_the_reading_anew() -> None:
    for step in range(2, 8):
        client = DeviceClient(session=1)
        client.ask_journal()
        found = [event for event in answers(client, reboot_at=step) if type(event) is JournalRead]
        assert found == [JournalRead(ENTRIES)]


def test_a_board_without_journal_says_so() -> None:
    client = DeviceClient(session=1)
    client.ask_prompt()
    client.ask_reboot()
    found = answers(client)
    assert found[1] == Refused(UNSUPPORTED, 9)
    assert found[2] == Accepted()


def test_a_repeated_question_is_answered_from_memory() -> None:
    handset = Handset(1)
    handset.end.take()
    client = DeviceClient(session=1)
    client.opened(0)
    client.receive(handset.exchange(client.to_send(0), 0), 0)
    client.ask_journal()
    question = client.to_send(10)
    first = handset.exchange(question, 10)
    before = handset.questions
    assert handset.exchange(question, 200)[-40:] == first[-40:]
    assert handset.questions == before
