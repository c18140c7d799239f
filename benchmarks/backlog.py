"""What a gateway alone for days does: a million waiting reports on disk, their way out, its memory.

Whole gateway and store on disk with full durability; a satellite line of 9.6 kbit/s and 600 ms, and
the Secretariat at its end, are fakes in virtual time.
"""

import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.corpora import TUNED_ON, other_reports, situation_reports
from benchmarks.limits import Promise
from benchmarks.results import FOLDER, limits, progress, table, write
from tests.gateway.field import POSITION, SOS, Field, Handset, receipt_for
from tests.gateway.thin_line import BYTES_PER_S, ThinLine
from turna_gateway.report_rows import KEEP_RETIRED_S
from turna_gateway.store import LIMIT_BYTES
from turna_protocol.reports import encode_report

BY_NAME_ONLY = "a million reports take some minutes"
REPORTS = 1_000_000
GROUP = 500
HANDSETS = 8
SOS_EVERY = 10_000
POSITIONS_TO_A_SITREP = 4
DRAWN = 1_000
# So much of the way out is simulated, then scaled: it is the same for every report.
DRAINED_S = 3_600
FRESH_SEQ = 900_000
MONTH_S = 30 * 24 * 3600
MONTH_REPORTS = 60_000

MIB = 1 << 20
DISK, MEMORY_DISK = FOLDER, Path("/dev/shm")
BYTES_PER_REPORT_MAX = 130
MEMORY_MAX_MIB = 200
MONTH_GROWTH_MAX_MIB = 2
# A fresh SOS finds a queue of about a second before it, and then its own second and a half.
FRESH_SOS_MAX_S = 4.5


def main() -> int:
    """Print tables, write JSON; return 1 if a promise does not hold."""
    DISK.mkdir(parents=True, exist_ok=True)
    with _field(DISK) as field:
        progress(f"{REPORTS:,} reports with the backbone down")
        kept = _keep(field)
        progress("starting anew with all of them waiting")
        started_s = _restart(field)
        progress(f"{DRAINED_S:,} s of their way out over a satellite line")
        drained = _drain(field)
    # Memory is what the month is about; a disk in memory spares a hundred thousand syncs.
    with _field(MEMORY_DISK if MEMORY_DISK.is_dir() else DISK) as field:
        progress("a month of traffic")
        growth_mib = _month(field)
    measured = {**kept, "start_s": started_s, **drained, "month_growth_mib": growth_mib}
    table("Alone for days", ("", "measured"), [[name, value] for name, value in measured.items()])
    verdicts = limits(
        "Promises",
        [
            Promise("disk_mib", measured["disk_mib"], LIMIT_BYTES / MIB),
            Promise("memory_mib", measured["memory_mib"], MEMORY_MAX_MIB),
            Promise("bytes_per_report", measured["bytes_per_report"], BYTES_PER_REPORT_MAX),
            Promise("fresh_sos_s", measured["fresh_sos_s"], FRESH_SOS_MAX_S),
            Promise("month_growth_mib", growth_mib, MONTH_GROWTH_MAX_MIB),
        ],
    )
    write("backlog", {"measured": measured, "promises": verdicts})
    return 0 if all(verdict["holds"] for verdict in verdicts.values()) else 1


def _keep(field: Field) -> dict[str, float]:
    handsets = [Handset(device) for device in range(1, HANDSETS + 1)]
    began = time.perf_counter()
    field.radio_up()
    contents = _contents()
    for start in range(0, REPORTS, GROUP):
        numbers = range(start, min(start + GROUP, REPORTS))
        field.hear(
            *(
                handsets[number % HANDSETS].seal_content(number // HANDSETS, contents(number))
                for number in numbers
            )
        )
        field.clock.advance_to(field.clock.now_ms() + 1_000)
        field.radio.said.clear()
        field.radio.pending.clear()
        if start % 100_000 == 0 and start:
            progress(f"  {start:,}")
    assert sum(field.gateway.waiting) == REPORTS, field.gateway.waiting
    return {
        "reports": float(REPORTS),
        "kept_in_s": time.perf_counter() - began,
        "disk_mib": _disk_bytes(field.path) / MIB,
        "disk_bytes_per_report": _disk_bytes(field.path) / REPORTS,
        "fill_pct": float(field.store.fill_pct()),
        "memory_mib": _memory_mib(),
    }


def _contents() -> Callable[[int], bytes]:
    """Return what the report of a number says: mostly positions, as of a real field."""
    kinds = {one.name: one for one in (*situation_reports(DRAWN), *other_reports(DRAWN))}

    def encoded(name: str) -> list[bytes]:
        corpus = kinds[f"{name} {TUNED_ON}"]
        return [encode_report(report, corpus.frame) for report in corpus.reports]

    sos, position, sitrep = (encoded(name) for name in ("sos", "position", "sitrep"))

    def content(number: int) -> bytes:
        if number % SOS_EVERY == 0:
            return sos[number // SOS_EVERY % DRAWN]
        usual = sitrep if number // HANDSETS % POSITIONS_TO_A_SITREP == 0 else position
        return usual[number % DRAWN]

    return content


def _restart(field: Field) -> float:
    began = time.perf_counter()
    field.restart()
    return time.perf_counter() - began


def _drain(field: Field) -> dict[str, float]:
    """Let the line carry what it can; every SOS must come first, the newest first of all."""
    handsets = {device: Handset(device) for device in range(1, HANDSETS + 1)}
    waiting, cpu_began = sum(field.gateway.waiting), time.process_time()
    line = ThinLine(field, handsets)
    field.connect()
    line.run(DRAINED_S * 500)
    heard_ms = field.clock.now_ms()
    field.hear(handsets[1].seal(FRESH_SEQ, SOS))
    line.run(DRAINED_S * 500)
    cpu_s = time.process_time() - cpu_began

    leaves = [leaf for _, leaf, _ in line.arrived]
    urgent = [(at_ms, one.seq) for at_ms, leaf, one in line.arrived if leaf == "sos"]
    old = [seq for _, seq in urgent if seq != FRESH_SEQ]
    assert leaves[: len(old)] == ["sos"] * (REPORTS // SOS_EVERY), "every SOS before any report"
    assert old == sorted(old, reverse=True), "the newest SOS first"
    fresh_ms = next(at_ms for at_ms, seq in urgent if seq == FRESH_SEQ)
    receipted = waiting + 1 - sum(field.gateway.waiting)
    bytes_per_report = line.sent_bytes / len(line.arrived)
    return {
        "receipted_in_an_hour": receipted * 3_600 / DRAINED_S,
        "line_used_pct": 100 * line.sent_bytes / (BYTES_PER_S * DRAINED_S),
        "sent_twice": float(field.gateway.counters["published_again"]),
        "fresh_sos_s": (fresh_ms - heard_ms) / 1_000,
        "bytes_per_report": bytes_per_report,
        "bytes_per_report_shown": float(field.gateway.bytes_per_report()),
        "drain_cpu_us_per_report": cpu_s / receipted * 1e6,
        "hours_for_all": REPORTS * bytes_per_report / BYTES_PER_S / 3600,
    }


def _month(field: Field) -> float:
    """Return how much the process grows over a month, once it keeps a week of retired reports."""
    handsets = [Handset(device) for device in range(1, HANDSETS + 1)]
    field.radio_up()
    field.connect()
    after_a_week_mib = 0.0
    week = MONTH_REPORTS * KEEP_RETIRED_S // MONTH_S // HANDSETS * HANDSETS
    for number in range(0, MONTH_REPORTS, HANDSETS):
        for handset in handsets:
            field.hear(handset.seal(number // HANDSETS, POSITION))
        for envelope in field.reports():
            field.receipt(receipt_for(envelope, handsets[envelope.device - 1]))
        field.uplink.published.clear()
        field.uplink.acknowledged.clear()
        field.pass_time(1_000 * MONTH_S * HANDSETS // MONTH_REPORTS)
        field.radio.said.clear()
        if number == week:
            after_a_week_mib = _now_mib()
    return _now_mib() - after_a_week_mib


@contextmanager
def _field(disk: Path) -> Iterator[Field]:
    with TemporaryDirectory(dir=disk) as folder:
        field = Field(Path(folder))
        yield field
        field.store.close()


def _disk_bytes(path: Path) -> int:
    return sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*"))


def _memory_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _now_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / MIB
