"""The journal: saved before anything else, states only advance, and what must stay stays."""

import os

from turna_handset.journal import Journal, JournalFullError
from turna_handset.journal_file import (
    StoredReport,
    StoredState,
    pack_report,
    pack_state,
    record_name,
    unpack_report,
    unpack_states,
)
from turna_protocol import delivery
from turna_protocol.errors import MalformedError

POSITION, SITREP, SOS = (0, 0), (1, 1), (2, 3)  # type number and priority

# MicroPython has no tempfile.
SCRATCH = os.getenv("TMPDIR") or "/tmp"  # a name is tried until one is free


class Folder:
    """A directory of its own, removed again."""

    def __init__(self) -> None:
        self.path = ""

    def __enter__(self) -> str:
        for number in range(10_000):
            self.path = f"{SCRATCH}/turna-journal-{number}"
            try:
                os.mkdir(self.path)
                return self.path
            except OSError:
                continue
        raise OSError("no directory")

    def __exit__(self, *_: object) -> None:
        for name in os.listdir(self.path):
            os.remove(f"{self.path}/{name}")
        os.rmdir(self.path)


def stored(seq: int, kind: tuple[int, int] = SITREP) -> StoredReport:
    return StoredReport(
        seq=seq,
        type_number=kind[0],
        priority=kind[1],
        saved_s=1_800_000_000 + seq,
        content=b"content %d" % seq,
        packet=b"packet %d" % seq,
    )


def opened(path: str, records_max: int = 20) -> Journal:
    journal = Journal(path, records_max)
    journal.load()
    return journal


def test_a_saved_report_is_there_byte_for_byte_after_a_restart() -> None:
    with Folder() as path:
        opened(path).save(stored(7))
        again = opened(path)
        assert again.report(7) == stored(7)
        assert again.counts()[:2] == (1, 0)
        newest = again.newest(0)
        assert newest is not None and newest.seq == 7


def test_a_state_survives_a_restart_and_never_goes_back() -> None:
    with Folder() as path:
        journal = opened(path)
        journal.save(stored(1))
        journal.attempted(1)
        journal.attempted(1)
        assert journal.advance(1, delivery.AT_SECRETARIAT)
        assert not journal.advance(1, delivery.AT_GATEWAY)
        assert not journal.advance(1, delivery.AT_SECRETARIAT)
        entry = opened(path).entry(1)
        assert entry is not None
        assert (entry.state, entry.attempts) == (delivery.AT_SECRETARIAT, 2)


def test_news_of_an_unknown_report_changes_nothing() -> None:
    with Folder() as path:
        journal = opened(path)
        assert not journal.advance(5, delivery.READ)
        journal.attempted(5)
        assert sum(journal.counts()) == 0


def test_a_write_cut_short_leaves_the_journal_as_it_was() -> None:
    with Folder() as path:
        opened(path).save(stored(1))
        whole = pack_report(stored(2))
        for length in range(len(whole)):
            with open(f"{path}/{record_name(2)}.tmp", "wb") as file:
                file.write(whole[:length])
            journal = opened(path)
            assert len(journal) == 1
            assert sorted(os.listdir(path)) == [record_name(1)]


def test_a_damaged_record_is_left_out_and_counted() -> None:
    with Folder() as path:
        journal = opened(path)
        journal.save(stored(1))
        journal.save(stored(2))
        whole = pack_report(stored(1))
        with open(f"{path}/{record_name(1)}", "wb") as file:
            file.write(whole[:-1])
        again = opened(path)
        assert len(again) == 1
        assert again.records_damaged == 1


def test_a_torn_log_of_states_keeps_what_is_whole_and_goes_on() -> None:
    with Folder() as path:
        journal = opened(path)
        journal.save(stored(1))
        journal.save(stored(2))
        journal.advance(1, delivery.AT_GATEWAY)
        with open(f"{path}/states", "ab") as file:
            file.write(pack_state(StoredState(2, delivery.AT_GATEWAY, 1))[:5])
        again = opened(path)
        assert again.counts()[:2] == (1, 1)
        again.advance(2, delivery.READ)
        assert opened(path).counts()[:4] == (0, 1, 0, 1)


def test_the_log_of_states_stays_within_a_block() -> None:
    with Folder() as path:
        journal = opened(path, records_max=200)
        for seq in range(150):
            journal.save(stored(seq, POSITION))
            for state in (1, 2, 3, 4):
                journal.advance(seq, state)
        assert os.stat(f"{path}/states")[6] <= 4096 + 9
        assert opened(path, records_max=200).counts()[delivery.ACTED] == 150


def test_a_full_journal_gives_up_receipted_positions_first() -> None:
    with Folder() as path:
        journal = opened(path, records_max=12)
        journal.save(stored(1, SITREP))
        journal.save(stored(2, POSITION))
        journal.save(stored(3, POSITION))
        journal.save(stored(4, SOS))
        journal.advance(3, delivery.AT_SECRETARIAT)
        journal.save(stored(5, SITREP))
        assert journal.entry(3) is None
        assert journal.positions_dropped == 0
        journal.save(stored(6, SITREP))
        assert journal.entry(2) is None
        assert journal.positions_dropped == 1


def test_an_unreceipted_report_and_an_sos_are_never_given_up() -> None:
    with Folder() as path:
        journal = opened(path, records_max=12)
        for seq in range(4):
            journal.save(stored(seq, SITREP))
        try:
            journal.save(stored(4, SITREP))
        except JournalFullError:
            pass
        else:
            raise AssertionError("saved into a full journal")
        for seq in range(5, 13):
            journal.save(stored(seq, SOS))
        assert len(journal) == 12
        assert journal.positions_dropped == 0


def test_an_sos_that_finds_no_place_is_kept_in_memory_and_can_be_sent() -> None:
    with Folder() as path:
        journal = opened(path, records_max=12)
        for seq in range(12):
            journal.save(stored(seq, SOS))
        for seq in range(12, 16):
            journal.save(stored(seq, SOS))
            assert journal.report(seq) == stored(seq, SOS)
            assert journal.advance(seq, delivery.AT_GATEWAY)
        try:
            journal.save(stored(16, SOS))
        except JournalFullError:
            pass
        else:
            raise AssertionError("no limit")


def test_reports_are_listed_newest_first_and_by_number() -> None:
    with Folder() as path:
        journal = opened(path)
        for seq in (3, 5, 9):
            journal.save(stored(seq))
        newest = journal.newest(0)
        assert newest is not None and newest.seq == 9
        oldest = journal.newest(2)
        assert oldest is not None and oldest.seq == 3
        assert journal.newest(3) is None
        assert [entry.seq for entry in journal.from_seq(4, 10)] == [5, 9]
        assert [entry.seq for entry in journal.from_seq(0, 2)] == [3, 5]


def test_a_report_whose_file_is_gone_is_counted_not_crashed_over() -> None:
    with Folder() as path:
        journal = opened(path)
        journal.save(stored(1))
        os.remove(f"{path}/{record_name(1)}")
        assert journal.report(1) is None
        assert journal.flash_errors == 1


def test_random_bytes_are_neither_a_record_nor_states() -> None:
    state = 7
    for length in range(80):
        chunk = bytearray()
        for _ in range(length):
            state = (state * 1103515245 + 12345) & 0x7FFFFFFF
            chunk.append(state >> 16 & 0xFF)
        assert unpack_states(bytes(chunk)) == []
        try:
            unpack_report(bytes(chunk))
        except MalformedError:
            continue
        raise AssertionError("accepted")
