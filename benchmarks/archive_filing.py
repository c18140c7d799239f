"""How many reports a second the Secretariat files when it catches up, beside a bare insert of them.

What comes is what ten gateways send after an outage: bundles of reports in the archive's own mix,
taken in as the subscriber takes them.  The limit is what the database needs for nothing but the
same rows, in one transaction.
"""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from benchmarks import missions
from benchmarks.archive_rows import GATEWAYS, HANDSETS, SHARES, distinct_reports
from benchmarks.corpus import EARTHQUAKE
from turna_backbone import topics
from turna_backbone.bundle import BUNDLE_REPORTS, pack_bundle
from turna_backbone.mqtt import Message
from turna_protocol import keys, sealing
from turna_protocol.packet import REPORT, Header, pack_header
from turna_protocol.reports import encode_report
from turna_secretariat import schema
from turna_secretariat.archive import Archive
from turna_secretariat.desk import Desk
from turna_secretariat.intake import Intake
from turna_secretariat.registry import Registry
from turna_secretariat.waiting import Waiting

FILED = 20_000
# Above every number that the archive's own reports have.
_FIRST_SEQ = 900_000
_BARE = (schema.report, schema.carriage, schema.change)


@dataclass(frozen=True)
class Rate:
    """Reports a second: filed, by processor time alone, filed again as repeats, put in bare."""

    filed_per_s: float
    processor_per_s: float
    repeated_per_s: float
    bare_per_s: float

    @property
    def times_the_limit(self) -> float:
        """Return how many times as long filing takes as the bare insert."""
        return self.bare_per_s / self.filed_per_s


def rate(archive: Archive, registry: Registry, now_ms: int) -> Rate:
    """File new reports, the same once more, and put their rows in bare."""
    counts: dict[str, int] = {}

    def count(what: str, number: int) -> None:
        counts[what] = counts.get(what, 0) + number

    intake = Intake(Desk(archive, registry, registry.mission.frame), registry, count)
    messages = list(_messages(now_ms))
    filed_s, processor_s = _take(intake, messages, now_ms)
    repeated_s, _ = _take(intake, messages, now_ms)
    assert counts == {"reports filed": 2 * FILED}, counts
    return Rate(
        filed_per_s=FILED / filed_s,
        processor_per_s=FILED / processor_s,
        repeated_per_s=FILED / repeated_s,
        bare_per_s=FILED / _bare_s(archive),
    )


def _take(intake: Intake, messages: list[Message], now_ms: int) -> tuple[float, float]:
    """Return the seconds it took, on the clock and of the processor."""
    waiting = Waiting()
    for message in messages:
        waiting.add(message)
    began, began_working = time.perf_counter(), time.process_time()
    while waiting:
        batch, _ = waiting.next_batch()
        intake.take(batch, now_ms)
    return time.perf_counter() - began, time.process_time() - began_working


def _messages(now_ms: int) -> Iterator[Message]:
    rows = list(_rows(now_ms))
    for number, start in enumerate(range(0, FILED, BUNDLE_REPORTS)):
        topic = topics.gateway_reports("tr", f"gateway-{number % GATEWAYS}")
        payload = pack_bundle(bytes(8), rows[start : start + BUNDLE_REPORTS])
        yield Message(topic, payload, False, number + 1)


def _rows(now_ms: int) -> Iterator[list[object]]:
    """Yield what a bundle holds of each report, as the gateway keeps it."""
    chosen = random.Random(11)
    contents = {
        kind: [encode_report(report, EARTHQUAKE.frame) for report in reports]
        for kind, reports in distinct_reports().items()
    }
    branch = keys.authentication_branch(missions.MASTER)
    proving = [
        keys.authentication_key(branch, missions.hardware_id(device), device, 1)
        for device in range(1, HANDSETS + 1)
    ]
    kinds = chosen.choices(list(SHARES), list(SHARES.values()), k=FILED)
    for number, kind in enumerate(kinds):
        device, seq = number * 7919 % HANDSETS + 1, _FIRST_SEQ + number // HANDSETS
        content = chosen.choice(contents[kind])
        tag = sealing.end_to_end_tag(REPORT, device, seq, content, proving[device - 1])
        header = pack_header(Header(REPORT, 0, device, seq))
        packet = [device, 1, seq, header, content, tag, chosen.randbytes(8)]
        yield [*packet, False, now_ms // 1000, -90, 20, 0]


def _bare_s(archive: Archive) -> float:
    """Return the seconds that the rows just filed take once more, as another generation's."""
    with archive.reader() as connection:
        newest = connection.execute(sa.select(sa.func.max(schema.report.c.id))).scalar_one()
        last_change = connection.execute(sa.select(sa.func.max(schema.change.c.id))).scalar_one()
        rows = {
            table: [
                dict(row) | _moved(table, row, last_change)
                for row in connection.execute(_last(table, newest)).mappings()
            ]
            for table in _BARE
        }
    began = time.perf_counter()
    with archive.transaction() as transaction:
        for table in _BARE:
            transaction.connection.execute(table.insert(), rows[table])
    return time.perf_counter() - began


def _last(table: sa.Table, newest: int) -> sa.Select[tuple[object, ...]]:
    column = table.c.id if table is schema.report else table.c.report_id
    query = sa.select(table).where(column > newest - FILED)
    return query.where(table.c.kind == "report") if table is schema.change else query


def _moved(table: sa.Table, row: sa.RowMapping, last_change: int) -> dict[str, object]:
    """Return what has to be another for a row to be there twice."""
    if table is schema.report:
        return {"id": row["id"] + FILED, "generation": 2}
    moved = {"report_id": row["report_id"] + FILED}
    return moved if table is schema.carriage else moved | {"id": last_change + row["id"]}
