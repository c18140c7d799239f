"""Ten million reports as if they had been filed: the database multiplies ten thousand samples.

Half a thousand handsets of five countries; three reports in a hundred belong to another mode.  The
indices are made when the rows are there, which is what the same rows one by one would end as.
"""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from benchmarks.corpora import other_reports, situation_reports
from benchmarks.corpus import EARTHQUAKE
from turna_protocol import codes, delivery
from turna_protocol.json_form import report_to_json
from turna_protocol.reports import Fix, Report, encode_report, report_type
from turna_protocol.reports.hazard import Hazard
from turna_protocol.reports.message import Message
from turna_protocol.reports.more_fields import Worksite
from turna_protocol.reports.worksite_report import WorksiteReport
from turna_protocol.reports.worksite_triage import WorksiteTriage
from turna_secretariat import schema
from turna_secretariat.versions import v4, v6, v8

HANDSETS, COUNTRIES, GATEWAYS = 500, ("tr", "az", "kz", "uz", "kg"), 10
# How often each type comes, of ten thousand.
SHARES = {
    "position": 8200,
    "node_health": 1500,
    "sitrep": 150,
    "message": 135,
    "worksite_triage": 5,
    "worksite_report": 5,
    "hazard": 3,
    "sos": 2,
}
DISTINCT = 500
FIRST_MS, EVERY_MS = 1_780_000_000_000, 500
OPEN_SOS = 5
_INDEXED = (schema.report, schema.carriage, schema.change, schema.alarm, schema.action)

_sample = sa.Table(
    "bench_sample",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("type", sa.String(32)),
    sa.Column("body", sa.Text),
    sa.Column("content", sa.LargeBinary),
    sa.Column("lat_e5", sa.Integer),
    sa.Column("lon_e5", sa.Integer),
    prefixes=["TEMPORARY"],
)

# How each database counts to a number, and makes eight bytes of one.
_COUNTING = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) ",
    "postgresql": "WITH n(i) AS (SELECT generate_series(1::bigint, {count})) ",
}
_BYTES = {
    "sqlite": "CAST(printf('%08d', {number}) AS BLOB)",
    "postgresql": "convert_to(lpad(({number})::text, 8, '0'), 'UTF8')",
}
# The multipliers have no factor in common with what they are taken by the remainder of: every
# handset once in 500 numbers, every sample once in 10,000.
_REPORTS = """
    INSERT INTO report (id, device, generation, seq, fingerprint, standing, mode, type, priority,
        observed_s, arrived_ms, state, lat_e5, lon_e5, body, content, end_to_end_tag)
    {counting} SELECT i, i * 7919 % {handsets} + 1, 1, i / {handsets}, {fingerprint}, 'authentic',
        CASE WHEN i * 40503 % 1009 < 30 THEN 'test' ELSE 'exercise' END, s.type, 0,
        ({first_ms} + i * {every_ms}) / 1000 - 20, {first_ms} + i * {every_ms}, {state},
        s.lat_e5, s.lon_e5, s.body, s.content, {fingerprint}
    FROM n JOIN bench_sample s ON s.id = i * 7907 % 10000
"""
_FOLLOWING = (
    """INSERT INTO carriage SELECT id, 'gateway-' || id % {gateways}, fingerprint, fingerprint,
        arrived_ms - 900, arrived_ms, -100, 20, 0, 1 FROM report ORDER BY id""",
    """INSERT INTO change (id, at_ms, kind, report_id)
        SELECT id, arrived_ms, 'report', id FROM report ORDER BY id""",
    # Counted once: sorting ten million rows takes longer than anything else here.
    """CREATE TEMPORARY TABLE bench_sum AS
        SELECT device, mode, type, count(*) AS n, max(id) AS last_id,
        max(CASE WHEN lat_e5 IS NOT NULL THEN id END) AS placed_id, max(seq) AS highest
        FROM report GROUP BY device, mode, type""",
    "INSERT INTO tally SELECT device, mode, 'authentic', type, n, 0 FROM bench_sum",
    """INSERT INTO contact SELECT device, mode, max(last_id), max(placed_id), 80 FROM bench_sum
        GROUP BY device, mode""",
    "INSERT INTO reach SELECT device, 1, max(highest) FROM bench_sum GROUP BY device",
    """INSERT INTO alarm (at_ms, kind, report_id, detail, closed_ms, closed_by)
        SELECT arrived_ms, 'sos', id, 'TEAM00-1', arrived_ms + 60000, 'Aylin Demir'
        FROM report WHERE type = 'sos' ORDER BY id""",
    """UPDATE alarm SET closed_ms = NULL, closed_by = NULL WHERE id IN
        (SELECT id FROM alarm ORDER BY id DESC LIMIT {open_sos})""",
    """INSERT INTO action (report_id, at_ms, person, did)
        SELECT report_id, closed_ms, closed_by, 'accepted' FROM alarm
        WHERE closed_ms IS NOT NULL ORDER BY id""",
    """UPDATE report SET state = {read}, person = 'Aylin Demir'
        WHERE id IN (SELECT report_id FROM action)""",
)


def newest_ms(count: int) -> int:
    return FIRST_MS + count * EVERY_MS


def fill(engine: sa.Engine, count: int, handsets: int = HANDSETS) -> None:
    """Write so many reports, with ways, changes, alarms and totals."""
    kind = engine.dialect.name
    numbers = {
        "counting": _COUNTING[kind].format(count=count),
        "fingerprint": _BYTES[kind].format(number="i"),
        "handsets": handsets,
        "gateways": GATEWAYS,
        "first_ms": FIRST_MS,
        "every_ms": EVERY_MS,
        "state": delivery.AT_SECRETARIAT,
        "read": delivery.READ,
        "open_sos": OPEN_SOS,
    }
    sa.event.listen(engine, "connect", _HURRYING[kind])
    with engine.begin() as connection:
        for table in _INDEXED:
            for index in table.indexes:
                index.drop(connection)
        _sample.create(connection)
        connection.execute(_sample.insert(), list(_samples()))
        for statement in (_REPORTS, *_FOLLOWING):
            connection.execute(sa.text(statement.format(**numbers)))
        v4.fill(connection)  # the tracks
        v6.fill(connection)  # the forms
        v8.fill(connection)  # the counts of SITREPs
        if kind == "postgresql":  # numbers that were given have to be taken out of the count
            for name in ("report", "change"):
                connection.exec_driver_sql(f"SELECT setval('{name}_id_seq', {count})")
    with engine.begin() as connection:
        for table in _INDEXED:
            for index in table.indexes:
                index.create(connection)
        connection.exec_driver_sql("ANALYZE")


def _hurry_sqlite(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -400000")
    connection.execute("PRAGMA threads = 2")  # to sort what an index holds


def _hurry_postgresql(connection: Any, _record: object) -> None:
    connection.execute("SET synchronous_commit = off")
    connection.execute("SET work_mem = '256MB'")
    connection.execute("SET maintenance_work_mem = '1GB'")  # to sort what an index holds
    connection.commit()


_HURRYING = {"sqlite": _hurry_sqlite, "postgresql": _hurry_postgresql}


def distinct_reports() -> dict[str, list[Report]]:
    """Return some of each type."""
    distinct: dict[str, list[Report]] = {kind: [] for kind in SHARES}
    for report in _reports():
        distinct[report_type(report)].append(report)
    return distinct


def _samples() -> Iterator[dict[str, Any]]:
    distinct = distinct_reports()
    number = 0
    for kind, share in SHARES.items():
        for which in range(share):
            report = distinct[kind][which % len(distinct[kind])]
            fix = report.fix
            yield {
                "id": number,
                "type": kind,
                "body": json.dumps(report_to_json(report), ensure_ascii=False),
                "content": encode_report(report, EARTHQUAKE.frame),
                "lat_e5": None if fix is None else fix.lat_e5,
                "lon_e5": None if fix is None else fix.lon_e5,
            }
            number += 1


def _reports() -> Iterator[Report]:
    for corpus in (situation_reports(DISTINCT)[0], *other_reports(DISTINCT)):
        if "mountains" not in corpus.name:
            yield from corpus.reports
    for number in range(1, DISTINCT + 1):  # what the corpora do not hold
        heading: dict[str, Any] = {
            "mode": codes.EXERCISE,
            "time_s": EARTHQUAKE.frame.epoch_s + number,
            "time_quality": codes.TIME_GNSS,
            "fix": Fix(3_620_000 + number * 7, 3_616_000 + number * 5, 10, 10),
        }
        yield Message(**heading, text=f"second team to street {number}, bring water")
        yield WorksiteTriage(
            **heading, worksite=Worksite(number), live=2, under_12h=True, missing=None, deceased=0
        )
        yield WorksiteReport(**heading, worksite=Worksite(number), completed=number % 3 == 0)
        yield Hazard(**heading, hazard=number % 5, severity=1, state=1, radius_m=50)
