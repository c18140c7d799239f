"""A reader of some countries sees the archive as if only their handsets had ever reported."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from tests.secretariat.field import Field, position, sos
from turna_secretariat import alarms, emt, queries, schema
from turna_secretariat.archive import Archive
from turna_secretariat.desk import Desk
from turna_secretariat.registry import Registry
from turna_secretariat.scope import countries_in_view, devices_in_view
from turna_secretariat.understanding import GatewayPresence, Heartbeat


@pytest.fixture
def filled(desk: Desk, field: Field, archive: Archive) -> Archive:
    """Return an archive with an SOS and a gap of each of two handsets, one of them answered."""
    for device in (1, 2):
        reports = [field.carried(sos(1), device=device, seq=2)]
        desk.file([*reports, field.carried(position(), device=device, seq=5)], device)
    desk.officers.act(1, "accepted", "Aylin Demir", 3)
    return archive


@contextmanager
def _seeing(archive: Archive, *devices: int) -> Iterator[sa.Connection]:
    token = devices_in_view.set(frozenset(devices))
    try:
        with archive.reader() as connection:
            yield connection
    finally:
        devices_in_view.reset(token)


def _devices(connection: sa.Connection, table: sa.Table) -> set[Any]:
    return set(connection.execute(sa.select(table.c.device)).scalars())


def test_reports_alarms_counts_and_contacts_are_those_of_the_handsets_in_view(
    filled: Archive, registry: Registry
) -> None:
    with _seeing(filled, 2) as connection:
        assert {r["device"] for r in queries.reports(connection, registry)} == {2}
        assert [a["call_sign"] for a in queries.open_alarms(connection, registry)] == ["AZE01-1"]
        assert queries.counts(connection, "exercise")["by_standing"] == {"authentic": 2}
        assert [h["device"] for h in queries.handsets(connection, registry, "exercise")] == [2]
        assert queries.one_report(connection, registry, 1) is None
        for table in (schema.report, schema.tally, schema.contact, schema.reach, schema.gap):
            assert _devices(connection, table) == {2}, table.name
        assert connection.execute(sa.select(schema.action)).all() == []
        assert len(connection.execute(sa.select(schema.carriage)).all()) == 2


def test_news_of_what_went_down_and_of_gateways_reach_everybody(
    filled: Archive, desk: Desk
) -> None:
    desk.note([GatewayPresence("hatay-1", "tr", connected=True)], 9)
    with filled.transaction() as transaction:
        transaction.note_change("down", None, 9)
    with _seeing(filled, 2) as connection:
        changes = queries.changes_after(connection, 0)
        about = {change["report_id"] for change in changes}
        devices = _devices(connection, schema.report)
    assert {"gateway", "down", "report"} <= {change["kind"] for change in changes}
    assert (devices, 1 in about) == ({2}, False)


def test_days_of_medical_teams_are_those_of_the_countries_in_view(
    filled: Archive, desk: Desk
) -> None:
    for country in ("tr", "az"):
        said = {"team": "EMT1", "country": country, "day": "2026-01-01", "remark": ""}
        day = emt.read_daily(said | {"counts": {"4": {"<5": 1}}}, "exercise", "2026-12-31")
        desk.officers.keep_emt_day(day, "Aylin Demir", 9)
    token = countries_in_view.set(frozenset({"az"}))
    try:
        with _seeing(filled, 2) as connection:
            assert [day["country"] for day in emt.days(connection, mode="exercise")] == ["az"]
    finally:
        countries_in_view.reset(token)
    with _seeing(filled, 2) as connection:  # who is of no country sees nobody's
        assert emt.days(connection, mode="exercise") == []
    with filled.reader() as connection:
        assert len(emt.days(connection, mode="exercise")) == 2


def test_of_lost_handsets_a_gateway_tells_each_country_its_own(
    filled: Archive, registry: Registry, desk: Desk
) -> None:
    health = {"modem_up": True, "revoked_heard": [[1, 5], [2, 7]]}
    desk.note([Heartbeat("hatay-1", "tr", health)], 9)
    with _seeing(filled, 2) as connection:
        (gateway,) = queries.gateways(connection, registry)
    assert gateway["health"] == {"modem_up": True, "revoked_heard": [[2, 7]]}


def test_an_alarm_that_has_no_report_is_seen_by_those_whose_handset_it_names(
    filled: Archive, registry: Registry, desk: Desk
) -> None:
    with filled.transaction() as transaction:
        for device in (1, 2, 22):
            alarms.clone(transaction, device, 9)
            detail = f"device {device} holds order 4, which is not in here"
            transaction.raise_alarm(alarms.UNKNOWN_ORDER, None, detail, 9)
    for words in (alarms.OTHER_RUN, alarms.refused_by("tokat-2"), "device two", "devices 2"):
        desk.alarm_once(alarms.UNKNOWN_ORDER, words, 9)

    def seen(connection: sa.Connection) -> list[tuple[str, str]]:
        return [(a["kind"], a["detail"]) for a in queries.open_alarms(connection, registry)]

    with _seeing(filled, 2) as connection:
        assert seen(connection) == [
            ("sos", "AZE01-1"),
            ("unknown_order", "device 2 holds order 4, which is not in here"),
            ("clone", "device 2"),
        ]
        assert queries.open_alarm_count(connection) == 3
        named = {a["call_sign"] for a in queries.open_alarms(connection, registry)}
        assert named == {"AZE01-1"}  # each of them, whatever follows its number
    with _seeing(filled) as connection:
        assert seen(connection) == []
    with filled.reader() as connection:
        assert len(seen(connection)) == 11


def test_who_may_see_nobody_sees_nothing(filled: Archive, registry: Registry) -> None:
    with _seeing(filled) as connection:
        assert queries.reports(connection, registry) == []


def test_what_is_new_is_seen_and_a_reader_in_view_of_some_can_change_nothing(
    filled: Archive, registry: Registry, desk: Desk, field: Field
) -> None:
    with _seeing(filled, 1) as connection:
        assert len(queries.reports(connection, registry)) == 2
    desk.file([field.carried(position(), seq=6)], 9)
    with _seeing(filled, 1) as connection:
        assert len(queries.reports(connection, registry)) == 3
        with pytest.raises(sa.exc.DBAPIError):
            connection.execute(sa.text("DELETE FROM quarantine"))


def test_the_next_reader_sees_everything_again(filled: Archive, registry: Registry) -> None:
    with _seeing(filled, 1):
        pass
    with filled.reader() as connection:
        assert len(queries.reports(connection, registry)) == 4
