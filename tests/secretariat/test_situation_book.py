"""What a situation report is rolled up from: each form, the last sitreps, whom sitreps count."""

import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tests.secretariat.asked_page import asked_page
from tests.secretariat.field import EPOCH_S, Field
from turna_protocol import codes
from turna_protocol.reports import Casualties, Report, Sitrep
from turna_protocol.reports.more_fields import Worksite
from turna_protocol.reports.worksite_triage import WorksiteTriage
from turna_secretariat import schema
from turna_secretariat.archive import Archive
from turna_secretariat.desk import Desk
from turna_secretariat.registry import Registry
from turna_secretariat.scope import devices_in_view
from turna_secretariat.situation import Said
from turna_secretariat.situation_book import SituationBook, counts_in_sitreps

START_MS = EPOCH_S * 1000
HOUR_MS = 3_600_000
AVAILABLE, RESTING = 6, 9


def _form(number: int, mode: int = codes.EXERCISE) -> WorksiteTriage:
    site = Worksite(number)
    return WorksiteTriage(mode=mode, worksite=site, live=1, under_12h=True, time_s=EPOCH_S)


def _sitrep(status: int, mode: int = codes.EXERCISE) -> Sitrep:
    return Sitrep(mode=mode, team_status=status)


def _counting(
    *,
    mode: int = codes.EXERCISE,
    hour: int | None = None,
    trapped: int | None = None,
    rescued: int | None = None,
    **colours: int,
) -> Sitrep:
    at_s = None if hour is None else EPOCH_S + hour * 3600
    casualties = Casualties(**colours)
    return Sitrep(mode=mode, time_s=at_s, trapped=trapped, rescued=rescued, casualties=casualties)


class Reading:
    """A mission that reports, hour by hour, and one who asks for its situation."""

    def __init__(self, field: Field, desk: Desk, archive: Archive, registry: Registry) -> None:
        self._field, self._desk, self._archive = field, desk, archive
        self.book = SituationBook(registry)
        self._registry = registry
        self._seq = 0

    def comes(self, hour: int, *reports: Report, device: int = 1, key: bytes | None = None) -> None:
        for report in reports:
            self._seq += 1
            carried = self._field.carried(report, device=device, seq=self._seq, key=key)
            self._desk.file([carried], START_MS + hour * HOUR_MS)

    def forms(self) -> list[tuple[object, ...]]:
        with self._archive.reader() as connection:
            query = sa.select(schema.form).order_by(schema.form.c.report_id)
            return [tuple(row) for row in connection.execute(query)]

    def loses(self, form: tuple[object, ...]) -> None:
        with self._archive.transaction() as transaction:
            mine = schema.form.c.report_id == form[1]
            transaction.execute(schema.form.delete().where(mine))

    def keeps(self, form: tuple[object, ...]) -> None:
        with self._archive.transaction() as transaction:
            transaction.execute(schema.form.insert().values(form))

    def comes_from_before(self) -> None:
        """Let the archive be one of the version that knew of no such tables."""
        with self._archive.transaction() as transaction:
            for table in ("form", "counted"):
                transaction.execute(sa.text(f"DROP TABLE {table}"))
            transaction.execute(sa.text("UPDATE schema_version SET version = 5"))
        self._archive.close()
        self._archive.open()

    def said(self, since: int = 0, until: int = 24, mode: str = "exercise") -> list[str]:
        with self._archive.reader() as connection:
            found = self.book.said(
                connection, mode, START_MS + since * HOUR_MS, START_MS + until * HOUR_MS
            )
        return sorted(one.worksite or str(one.body["team_status"]) for one in found)

    def counts(
        self, since: int = 0, until: int = 24, mode: str = "exercise"
    ) -> set[tuple[str, str, int]]:
        period = START_MS + since * HOUR_MS, START_MS + until * HOUR_MS
        with self._archive.reader() as connection:
            found = counts_in_sitreps(connection, self._registry, mode, *period)
        return {(one.call_sign, one.name, one.number) for one in found}


@pytest.fixture
def reading(field: Field, desk: Desk, archive: Archive, registry: Registry) -> Reading:
    return Reading(field, desk, archive, registry)


def test_each_form_counts_once_however_often_and_whenever_it_is_asked_for(
    reading: Reading,
) -> None:
    reading.comes(1, _form(1))
    assert reading.said() == reading.said(since=12) == ["TUR01-0001"]
    reading.comes(2, _form(2))
    assert reading.said() == ["TUR01-0001", "TUR01-0002"]


def test_of_sitreps_the_last_one_of_each_handset_in_the_period_counts(reading: Reading) -> None:
    reading.comes(1, _sitrep(AVAILABLE), _sitrep(RESTING))
    reading.comes(3, _sitrep(AVAILABLE), device=2)
    reading.comes(5, _sitrep(AVAILABLE))

    assert reading.said() == ["available", "available"]
    assert reading.said(until=5) == ["available", "resting"]
    assert reading.said(since=4) == ["available"]
    assert reading.said(since=6) == []


def test_neither_another_mode_nor_what_is_not_proved_is_rolled_up(reading: Reading) -> None:
    reading.comes(1, _form(1, codes.ACTUAL), _sitrep(RESTING, codes.ACTUAL))
    reading.comes(1, _form(2), _sitrep(RESTING), key=bytes(32))

    assert reading.said() == []
    assert reading.said(mode="actual") == ["TUR01-0001", "resting"]


def test_what_one_country_may_see_is_not_kept_for_another(reading: Reading) -> None:
    reading.comes(1, _form(1))
    reading.comes(1, _form(2), _sitrep(RESTING), device=2)
    for devices, expected in (
        (None, ["AZE01-0002", "TUR01-0001", "resting"]),
        ({2}, ["AZE01-0002", "resting"]),
        ({1}, ["TUR01-0001"]),
    ):
        token = devices_in_view.set(None if devices is None else frozenset(devices))
        try:
            assert reading.said() == expected
        finally:
            devices_in_view.reset(token)


def test_forms_of_an_older_archive_are_laid_side_by_side_as_if_they_had_just_been_filed(
    reading: Reading,
) -> None:
    reading.comes(1, _form(1), _sitrep(RESTING), _form(2, codes.ACTUAL))
    reading.comes(2, WorksiteTriage(mode=codes.EXERCISE, worksite=Worksite(3), live=1))
    reading.comes(3, _form(4), key=bytes(32))
    filed = reading.forms()
    assert [form[1] for form in filed] == [1, 3, 4]

    reading.comes_from_before()
    assert reading.forms() == filed
    assert reading.said() == ["TUR01-0001", "TUR01-0003", "resting"]


def test_a_form_that_is_proved_late_counts_from_then_on(reading: Reading) -> None:
    reading.comes(1, _form(1), _form(2))
    first, _ = reading.forms()
    reading.loses(first)
    assert reading.said() == ["TUR01-0002"]

    reading.keeps(first)
    assert reading.said() == ["TUR01-0001", "TUR01-0002"]


def test_forms_are_read_before_the_page_is_served_so_that_who_asks_first_does_not_wait_for_them(
    reading: Reading, archive: Archive, registry: Registry, tmp_path: Path
) -> None:
    reading.comes(0, _form(1), _form(2))
    asked: list[Any] = []

    def note(_: object, _cursor: object, said: str, values: Any, *__: object) -> None:
        if "form.body" in said:
            asked.append(values)

    with asked_page(archive, registry, tmp_path) as ask:
        sa.event.listen(sa.Engine, "before_cursor_execute", note)
        try:
            sites = ask("/api/situation").json()["list"]
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", note)

    assert [site["worksite"] for site in sites] == ["TUR01-0001", "TUR01-0002"]
    (after,) = asked  # one question, for those after the second
    assert 2 in (after.values() if isinstance(after, dict) else after)


def test_what_a_sitrep_leaves_unknown_does_not_take_back_what_its_handset_counted(
    reading: Reading,
) -> None:
    reading.comes(1, _counting(rescued=3, immediate=2), _sitrep(RESTING))
    reading.comes(2, _counting(rescued=4, trapped=0), device=2)
    assert reading.counts() == {
        ("TUR01-1", "rescued", 3),
        ("TUR01-1", "immediate", 2),
        ("AZE01-1", "rescued", 4),
        ("AZE01-1", "trapped", 0),
    }
    reading.comes(5, _counting(rescued=5))
    assert reading.counts(since=2) == {
        ("TUR01-1", "rescued", 5),
        ("AZE01-1", "rescued", 4),
        ("AZE01-1", "trapped", 0),
    }
    assert reading.counts(until=2) == {("TUR01-1", "rescued", 3), ("TUR01-1", "immediate", 2)}
    assert reading.counts(since=6) == set()


def test_a_sitrep_that_came_late_does_not_stand_for_a_newer_one(reading: Reading) -> None:
    reading.comes(5, _counting(hour=5, rescued=5))
    reading.comes(6, _counting(hour=1, rescued=1, minor=7))

    assert reading.counts() == {("TUR01-1", "rescued", 5), ("TUR01-1", "minor", 7)}


def test_counts_of_another_mode_unproved_or_of_another_country_are_not_seen(
    reading: Reading,
) -> None:
    reading.comes(1, _counting(mode=codes.ACTUAL, rescued=1), _counting(rescued=2))
    reading.comes(1, _counting(rescued=9), key=bytes(32))
    reading.comes(1, _counting(rescued=4), device=2)
    assert reading.counts(mode="actual") == {("TUR01-1", "rescued", 1)}
    token = devices_in_view.set(frozenset({1}))
    try:
        assert reading.counts() == {("TUR01-1", "rescued", 2)}
    finally:
        devices_in_view.reset(token)


def test_whom_the_sitreps_of_an_older_archive_count_is_laid_side_by_side(reading: Reading) -> None:
    reading.comes(1, _counting(rescued=3), _sitrep(RESTING), _counting(hour=0, minor=2))
    reading.comes(1, _counting(mode=codes.ACTUAL, trapped=1))
    reading.comes(2, _counting(rescued=9), key=bytes(32))

    def counted() -> list[set[tuple[str, str, int]]]:
        return [reading.counts(), reading.counts(since=1), reading.counts(mode="actual")]

    filed = counted()
    assert [len(each) for each in filed] == [2, 1, 1]
    reading.comes_from_before()
    assert counted() == filed


def test_a_form_that_cannot_be_read_any_more_stops_no_start(
    reading: Reading,
    archive: Archive,
    registry: Registry,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    reading.comes(1, _form(1))
    with archive.transaction() as transaction:
        transaction.execute(schema.form.update().values(body="{rotten"))

    with asked_page(archive, registry, tmp_path) as ask:
        assert ask("/api/status").status_code == 200
    assert "could not be read ahead" in caplog.text


def test_nobody_reads_the_archive_any_more_when_the_page_has_ended(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_slowly(_book: SituationBook, connection: Connection, _mode: str) -> list[Said]:
        connection.exec_driver_sql("SELECT 1 FROM report").all()
        time.sleep(0.3)
        return []

    monkeypatch.setattr(SituationBook, "read", read_slowly)
    archive = Archive.in_file(tmp_path / "archive.db")
    archive.open()
    with asked_page(archive, registry, tmp_path) as ask:
        ask("/api/status")
    archive.close()

    assert not (tmp_path / "archive.db-wal").exists()
