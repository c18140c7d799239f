"""The archive that the Secretariat's benchmark asks is as if its reports had been filed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from benchmarks import missions
from benchmarks.archive_rows import HANDSETS, fill, newest_ms
from benchmarks.archive_words import DAYS, NOTICES, WORDS, say
from benchmarks.secretariat import mission_of_all
from tools.postgresql_server import Server
from turna_protocol import keys
from turna_secretariat import down_queries, emt, queries, schema
from turna_secretariat.archive import Archive
from turna_secretariat.engines import postgresql_url, sqlite_url
from turna_secretariat.registry import Registry

REPORTS = 2_000


@pytest.fixture(params=["sqlite", "postgresql"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Archive]:
    if request.param == "sqlite":
        yield _filled(sqlite_url(tmp_path / "archive.db"))
        return
    with Server() as server:
        yield _filled(postgresql_url(server.create("turna")))


def _filled(url: sa.URL) -> Archive:
    archive = Archive(url)
    archive.open()
    archive.close()
    engine = sa.create_engine(url)
    fill(engine, REPORTS)
    engine.dispose()
    archive.open()
    return archive


def _count(connection: sa.Connection, table: sa.Table) -> int:
    return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def test_what_officers_said_and_entered_is_there_in_both_databases(archive: Archive) -> None:
    registry = Registry(mission_of_all(), keys.authentication_branch(missions.MASTER))
    say(archive, registry, newest_ms(REPORTS))
    with archive.reader() as connection:
        words = down_queries.words(connection, registry, limit=WORDS, now_s=newest_ms(0) // 1000)
        assert {word["kind"] for word in words} == {"alert", "task", "text"}
        for word in words:
            states = {handset["state"] for handset in word["handsets"]}
            assert states == {"delivered", "waiting"}
            assert any(handset["answers"] for handset in word["handsets"])
        assert len(queries.notices(connection, "exercise")) == NOTICES
        assert len(emt.days(connection, mode="exercise")) == DAYS
    archive.close()


def test_rows_sums_tracks_and_indices_are_there_in_both_databases(archive: Archive) -> None:
    with archive.reader() as connection:
        for table in (schema.report, schema.carriage, schema.change):
            assert _count(connection, table) == REPORTS, table.name
        total = sa.select(sa.func.sum(schema.tally.c.reports))
        assert connection.execute(total).scalar_one() == REPORTS
        assert _count(connection, schema.reach) == HANDSETS
        placed = sa.select(sa.func.count()).where(schema.report.c.lat_e5.is_not(None))
        assert _count(connection, schema.track) == connection.execute(placed).scalar_one()
        newest = sa.select(sa.func.max(schema.report.c.arrived_ms))
        assert connection.execute(newest).scalar_one() == newest_ms(REPORTS)
        indices = {index["name"] for index in sa.inspect(connection).get_indexes("report")}
    assert {str(index.name) for index in schema.report.indexes} <= indices
    archive.close()
