"""Keeps every report in flash before anything else happens to it, and what became of it.

States only advance. The journal is bounded: when it is full the oldest routine reports give way,
counted, and never an SOS or a report that the Secretariat does not yet hold.
"""

import os

from turna_board import flash
from turna_protocol import delivery
from turna_protocol.errors import MalformedError

from .journal_file import (
    RECORD_SUFFIX,
    STATE_BYTES,
    STATES_NAME,
    StoredReport,
    StoredState,
    pack_report,
    pack_state,
    record_name,
    unpack_report,
    unpack_states,
)
from .journal_index import Entry, JournalIndex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# A record takes at most one 4 KiB block of a 2 MB file system, and half of that is left for others.
# Three hours of positions out of reach; 13 bytes of memory each.
RECORDS_MAX = 96
RESERVED_FOR_SOS = 8  # the last places are for distress alone
STATES_BYTES_MAX = 4096  # one block; then the log is written anew
IN_MEMORY_MAX = 4  # SOS reports that found no place in flash
FLASH_TRIES = 4  # reports given up for one that does not fit

SOS_PRIORITY = 3
ROUTINE_PRIORITY = 0


class JournalFullError(Exception):
    """The report could not be saved: every place is taken by one that must not be lost."""


class Journal:
    """Reports of this handset in one directory of flash."""

    def __init__(self, directory: str, records_max: int = RECORDS_MAX) -> None:
        self.positions_dropped = 0
        self.records_damaged = 0
        self.flash_errors = 0
        self._directory = directory
        self._records_max = records_max
        self._index = JournalIndex(records_max)
        self._in_memory: dict[int, StoredReport] = {}

    def load(self) -> None:
        """Read what is in flash; leave out, and count, what a fault has damaged."""
        try:
            self._load()
        except OSError:
            self.flash_errors += 1  # without a directory every save will be refused, and shown

    def __len__(self) -> int:
        return len(self._index)

    def counts(self) -> tuple[int, ...]:
        """Return how many reports are in each delivery state."""
        return tuple(self._index.counts)

    def newest(self, place: int, least_priority: int = ROUTINE_PRIORITY) -> Entry | None:
        """Return the entry `place` steps before the newest, of those at least so urgent."""
        index = self._index.newest(place, least_priority)
        return None if index is None else self._index.at(index)

    def count(self, least_priority: int) -> int:
        """Return how many reports are at least so urgent."""
        return self._index.count(least_priority)

    def from_seq(self, seq: int, limit: int) -> list[Entry]:
        """Return up to `limit` entries with this number or a higher one, oldest first."""
        entries: list[Entry] = []
        for index in range(len(self._index)):
            if len(entries) < limit:
                entry = self._index.at(index)
                if entry.seq >= seq:
                    entries.append(entry)
        return entries

    def waiting(self, state: int, priority: int) -> "Iterator[Entry]":
        """Give the reports in this state and of this priority, oldest first."""
        if self._index.counts[state]:
            for index in self._index.places(state, priority):
                yield self._index.at(index)

    def entry(self, seq: int) -> Entry | None:
        index = self._index.find(seq)
        return None if index is None else self._index.at(index)

    def report(self, seq: int) -> StoredReport | None:
        """Read a report back, byte for byte as it was saved."""
        if seq in self._in_memory:
            return self._in_memory[seq]
        try:
            return unpack_report(_read(self._path(record_name(seq))))
        except OSError:
            self.flash_errors += 1
        except MalformedError:
            self.records_damaged += 1
        return None

    def save(self, report: StoredReport) -> None:
        """Store a report durably, or raise JournalFullError; numbers must ascend.

        An SOS that finds no room is kept in memory: better sent and lost at a power cut than lost.
        """
        try:
            self._make_room(report.priority)
            self._write_making_room(record_name(report.seq), pack_report(report))
        except JournalFullError:
            if report.priority < SOS_PRIORITY or len(self._in_memory) >= IN_MEMORY_MAX:
                raise
            self._in_memory[report.seq] = report
        self._index.append(_entry(report))

    def attempted(self, seq: int) -> None:
        """Count a transmission; it reaches flash with the next state."""
        index = self._index.find(seq)
        if index is not None:
            entry = self._index.at(index)
            entry.attempts += 1
            self._index.replace(index, entry)

    def advance(self, seq: int, state: int) -> bool:
        """Note what became of a report; return whether that is news."""
        index = self._index.find(seq)
        if index is None:
            return False
        entry = self._index.at(index)
        if delivery.advance(entry.state, state) == entry.state:
            return False
        entry.state = delivery.advance(entry.state, state)
        self._index.replace(index, entry)
        self._append_state(entry)
        return True

    # -- flash

    def _load(self) -> None:
        if not flash.exists(self._directory):
            os.mkdir(self._directory)
        for name in sorted(os.listdir(self._directory)):
            if name.endswith(flash.TEMPORARY_SUFFIX):
                os.remove(self._path(name))
            elif name.endswith(RECORD_SUFFIX):
                self._load_record(name)
        self._load_states()

    def _make_room(self, priority: int) -> None:
        room = self._records_max
        if priority < SOS_PRIORITY:
            room -= RESERVED_FOR_SOS
        while len(self._index) >= room:
            self._give_way()

    def _load_record(self, name: str) -> None:
        try:
            report = unpack_report(_read(self._path(name)))
        except MalformedError:
            self.records_damaged += 1
            return
        except OSError:
            self.flash_errors += 1
            return
        self._index.append(_entry(report))

    def _load_states(self) -> None:
        if not flash.exists(self._path(STATES_NAME)):
            return
        data = _read(self._path(STATES_NAME))
        states = unpack_states(data)
        for stored in states:
            index = self._index.find(stored.seq)
            if index is not None and stored.state <= delivery.FALSE_ALARM:
                entry = self._index.at(index)
                entry.state = delivery.advance(entry.state, stored.state)
                entry.attempts = stored.attempts
                self._index.replace(index, entry)
        if len(states) * STATE_BYTES != len(data):
            self._rewrite_states()

    def _append_state(self, entry: Entry) -> None:
        try:
            with open(self._path(STATES_NAME), "ab") as file:
                file.write(pack_state(StoredState(entry.seq, entry.state, entry.attempts)))
                size = file.tell()
            if size > STATES_BYTES_MAX:
                self._rewrite_states()
        except OSError:
            # What became of it is known again when the gateway or the Secretariat repeats it.
            self.flash_errors += 1

    def _rewrite_states(self) -> None:
        packed = bytearray()
        for index in range(len(self._index)):
            entry = self._index.at(index)
            if entry.state != delivery.SAVED:
                packed.extend(pack_state(StoredState(entry.seq, entry.state, entry.attempts)))
        self._write(STATES_NAME, bytes(packed))

    def _write_making_room(self, name: str, data: bytes) -> None:
        for _ in range(FLASH_TRIES):
            try:
                self._write(name, data)
                return
            except OSError:
                self.flash_errors += 1
                self._give_way()
        raise JournalFullError("flash")

    def _write(self, name: str, data: bytes) -> None:
        flash.replace(self._path(name), data)

    def _give_way(self) -> None:
        """Remove the report that is missed least; raise JournalFullError if none may go."""
        index = self._least_missed()
        if index is None:
            raise JournalFullError("journal")
        entry = self._index.at(index)
        if not entry.receipted():
            self.positions_dropped += 1
        self._index.remove(index)
        try:
            os.remove(self._path(record_name(entry.seq)))
        except OSError:
            self.flash_errors += 1

    def _least_missed(self) -> int | None:
        found: int | None = None
        least = len(_MISSED)
        for index in range(len(self._index)):
            entry = self._index.at(index)
            missed = _missed(entry)
            if missed < least:
                found, least = index, missed
        return found

    def _path(self, name: str) -> str:
        return f"{self._directory}/{name}"


_MISSED = ("receipted routine", "receipted", "unreceipted routine")


def _missed(entry: Entry) -> int:
    """Return the place in _MISSED, or beyond it for what must stay."""
    routine = entry.priority == ROUTINE_PRIORITY
    if entry.receipted():
        return 0 if routine else 1
    return 2 if routine else len(_MISSED)


def _entry(report: StoredReport) -> Entry:
    """Return the entry of a report that has just been saved, or read back."""
    return Entry(report.seq, report.saved_s, 0, report.type_number, report.priority, delivery.SAVED)


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
