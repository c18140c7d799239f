"""Counts what became of every report, each figure where it happens, after the parts have stopped.

Handsets are asked for their journals, the gateway's store and the archive are read as files.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from turna.demo.boards_clock import BoardsClock
from turna_protocol import delivery, packet
from turna_protocol.errors import MalformedError
from turna_protocol.modem.journal_messages import JournalEntry
from turna_protocol.reports import TYPES
from turna_secretariat import queries
from turna_secretariat.archive import Archive
from turna_secretariat.schema import report
from turna_simulation.air_log import LogRecord

# (device, sequence number): one generation of keys in one demo.
Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Tally:
    """The outcome of an exercise."""

    reports_sent: int
    at_gateway: int
    at_secretariat: int
    receipts_at_handset: int
    duplicates_at_secretariat: int
    copies_refused_at_secretariat: int
    lost: int
    waiting_at_handset: int
    waiting_at_gateway: int
    sos_latency_s: float | None
    by_type: dict[str, dict[str, int]]
    seed: int

    def as_json(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self.__slots__}


class Times:
    """The record of the air and the boards' clock: when a report began, and when it had come."""

    def __init__(
        self, air_log: Iterable[LogRecord], start_unix_s: int, boards_clock: BoardsClock
    ) -> None:
        self._start_ms = start_unix_s * 1000
        self._boards_clock = boards_clock
        self._sent_ms: dict[Key, int] = {}
        for record in air_log:
            if record["event"] == "sent":
                key = _report_in(bytes.fromhex(str(record["payload"])))
                if key is not None:
                    at_ms = self._start_ms + int(record["at_us"]) // 1000
                    self._sent_ms.setdefault(key, at_ms)

    def declared_ms(self, key: Key, entry: JournalEntry) -> int:
        """Return when a report was saved, in unix milliseconds.

        A journal knows the second; within it, a report was saved before it went on the air.
        """
        saved_ms = entry.saved_s * 1000
        sent_ms = self._sent_ms.get(key)
        return saved_ms if sent_ms is None else min(max(saved_ms, sent_ms), saved_ms + 999)

    def on_boards_clock_ms(self, unix_ms: int) -> int:
        """Return what the boards' clock showed when the other programs' showed this."""
        return self._start_ms + self._boards_clock.at(unix_ms - self._start_ms)


def count(
    journals: dict[int, dict[int, JournalEntry]],
    store: Path,
    archive_file: Path,
    seed: int,
    times: Times,
) -> Tally:
    """Compare the handsets' journals with what the gateway and the archive really hold."""
    held = {
        (device, entry.seq): entry
        for device, entries in journals.items()
        for entry in entries.values()
    }
    gateway_holds, gateway_owes = _in_store(store)
    archive = Archive.in_file(archive_file)
    archive.open()
    try:
        arrived_ms = _in_archive(archive)
        with archive.reader() as connection:
            counted = queries.counts(connection, "exercise")
            stored_twice = queries.stored_twice(connection)
    finally:
        archive.close()
    delivered = {key for key, entry in held.items() if entry.state >= delivery.AT_GATEWAY}
    receipted = {key for key, entry in held.items() if entry.state >= delivery.AT_SECRETARIAT}
    # Lost: shown as delivered to somebody who does not have it. The worst that can happen.
    lost = (delivered - gateway_holds - set(arrived_ms)) | (receipted - set(arrived_ms))
    return Tally(
        reports_sent=len(held),
        at_gateway=len(gateway_holds),
        at_secretariat=len(arrived_ms),
        receipts_at_handset=len(receipted),
        duplicates_at_secretariat=stored_twice,
        copies_refused_at_secretariat=counted["copies"],
        lost=len(lost),
        waiting_at_handset=len(held) - len(delivered),
        waiting_at_gateway=len(gateway_owes),
        sos_latency_s=_sos_latency_s(held, arrived_ms, times),
        by_type=_by_type(held),
        seed=seed,
    )


def type_name(number: int) -> str:
    """Return the name of a report type by its wire number."""
    return TYPES[number].NAME if number < len(TYPES) else "unknown"


def _by_type(held: dict[Key, JournalEntry]) -> dict[str, dict[str, int]]:
    sent: Counter[str] = Counter()
    receipted: Counter[str] = Counter()
    for entry in held.values():
        name = type_name(entry.report_type)
        sent[name] += 1
        receipted[name] += entry.state >= delivery.AT_SECRETARIAT
    return {name: {"sent": sent[name], "receipted": receipted[name]} for name in sorted(sent)}


def _report_in(sent: bytes) -> Key | None:
    try:
        header = packet.unpack_header(sent)
    except MalformedError:
        return None  # beacons, acknowledgements and what else has no handset in front
    return (header.device, header.seq) if header.kind == packet.REPORT else None


def _sos_latency_s(
    held: dict[Key, JournalEntry], arrived_ms: dict[Key, int], times: Times
) -> float | None:
    """Return the longest time from a declaration in a journal to the same one in the archive.

    The first SOS of a handset is its declaration; what follows updates or cancels it.
    """
    declared: dict[int, Key] = {}
    for device, seq in sorted(held):
        if type_name(held[device, seq].report_type) == "sos":
            declared.setdefault(device, (device, seq))
    waits_ms = [
        max(0, times.on_boards_clock_ms(arrived_ms[key]) - times.declared_ms(key, held[key]))
        for key in declared.values()
        if key in arrived_ms
    ]
    return max(waits_ms) / 1000 if waits_ms else None


def _in_store(store: Path) -> tuple[set[Key], set[Key]]:
    """Return which reports the gateway has stored, and which of them still wait."""
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as connection:
        every = connection.execute("SELECT device, seq, retired_at_s IS NULL, header FROM report")
        rows = [row for row in every if packet.packet_kind(row[3]) == packet.REPORT]
    connection.close()
    return {(d, s) for d, s, *_ in rows}, {(d, s) for d, s, waits, _ in rows if waits}


def _in_archive(archive: Archive) -> dict[Key, int]:
    query = sa.select(report.c.device, report.c.seq, report.c.arrived_ms)
    with archive.reader() as connection:
        rows = connection.execute(query.where(report.c.standing == "authentic"))
        return {(row.device, row.seq): row.arrived_ms for row in rows}
