"""What a gateway alone for days does: a million waiting reports on disk, their way out, its memory.

Whole gateway and store on disk with full durability; the backbone is a fake that takes and receipts
what a line of 9.6 kbit/s would.
"""

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.limits import Promise
from benchmarks.results import FOLDER, limits, progress, table, write
from tests.gateway.field import POSITION, SITREP, SOS, Field, Handset, receipt_for
from turna_gateway.store import LIMIT_BYTES

BY_NAME_ONLY = "a million reports take some minutes"
REPORTS = 1_000_000
GROUP = 500
HANDSETS = 8
# Drained and measured, then scaled: the way out of every report is the same.
DRAINED = 20_000
LINE_BYTES_PER_S = 1_200
MONTH_S = 30 * 24 * 3600
MONTH_REPORTS = 60_000

MIB = 1 << 20
DISK, MEMORY_DISK = FOLDER, Path("/dev/shm")
BYTES_PER_REPORT_MAX = 130
MEMORY_MAX_MIB = 200
MONTH_GROWTH_MAX_MIB = 8


def main() -> int:
    """Print tables, write JSON; return 1 if a promise does not hold."""
    DISK.mkdir(parents=True, exist_ok=True)
    with _field(DISK) as field:
        progress(f"{REPORTS:,} reports with the backbone down")
        kept = _keep(field)
        progress("starting anew with all of them waiting")
        started_s = _restart(field)
        progress(f"the first {DRAINED:,} go out")
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
            Promise("month_growth_mib", growth_mib, MONTH_GROWTH_MAX_MIB),
        ],
    )
    write("backlog", {"measured": measured, "promises": verdicts})
    return 0 if all(verdict["holds"] for verdict in verdicts.values()) else 1


def _keep(field: Field) -> dict[str, float]:
    handsets = [Handset(device) for device in range(1, HANDSETS + 1)]
    began = time.perf_counter()
    field.radio_up()
    kinds = (SITREP, POSITION, POSITION, POSITION)
    for start in range(0, REPORTS, GROUP):
        field.hear(
            *(
                handsets[number % HANDSETS].seal(
                    number // HANDSETS,
                    SOS if number % 10_000 == 0 else kinds[number // HANDSETS % len(kinds)],
                )
                for number in range(start, min(start + GROUP, REPORTS))
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


def _restart(field: Field) -> float:
    began = time.perf_counter()
    field.restart()
    return time.perf_counter() - began


def _drain(field: Field) -> dict[str, float]:
    """Let the line carry what it can, and each report be receipted; the SOS must come first."""
    handsets = {device: Handset(device) for device in range(1, HANDSETS + 1)}
    began, cpu_began = time.perf_counter(), time.process_time()
    field.connect()
    lanes: list[str] = []
    while (receipted := field.gateway.counters["receipted"]) < DRAINED:
        published, field.uplink.published = field.uplink.published, []
        lanes += [topic.rsplit("/", 1)[1] for topic, _ in published]
        field.uplink.published = published
        envelopes = field.reports()
        field.uplink.published = []
        for start in range(0, len(envelopes), 100):
            group = envelopes[start : start + 100]
            field.receipt(*(receipt_for(one, handsets[one.device]) for one in group))
        field.gateway.tick()
        assert field.gateway.counters["receipted"] > receipted or field.uplink.published
    first_other = next(index for index, leaf in enumerate(lanes) if leaf == "report")
    assert "sos" not in lanes[first_other:], "every SOS before any report"
    bytes_per_report = field.gateway.bytes_per_report()
    return {
        "drained_per_s": DRAINED / (time.perf_counter() - began),
        "drain_cpu_us_per_report": (time.process_time() - cpu_began) / DRAINED * 1e6,
        "bytes_per_report": float(bytes_per_report),
        "hours_for_all_over_9600_bit_s": REPORTS * bytes_per_report / LINE_BYTES_PER_S / 3600,
    }


def _month(field: Field) -> float:
    """Return how much the process grows from the second day to the last of a month."""
    handsets = [Handset(device) for device in range(1, HANDSETS + 1)]
    field.radio_up()
    field.connect()
    after_a_day_mib = 0.0
    for number in range(0, MONTH_REPORTS, HANDSETS):
        for handset in handsets:
            field.hear(handset.seal(number // HANDSETS, POSITION))
        for envelope in field.reports():
            field.receipt(receipt_for(envelope, handsets[envelope.device - 1]))
        field.uplink.published.clear()
        field.pass_time(1_000 * MONTH_S * HANDSETS // MONTH_REPORTS)
        field.radio.said.clear()
        if number == MONTH_REPORTS // 30 // HANDSETS * HANDSETS:
            after_a_day_mib = _now_mib()
    return _now_mib() - after_a_day_mib


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
