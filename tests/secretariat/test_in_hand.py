"""The SOS in hand: accepted by somebody, ended by nobody, found without reading the others."""

from typing import Any

import pytest
import sqlalchemy as sa

from tests.secretariat.field import EPOCH_S, Field, sos
from turna_protocol import codes
from turna_secretariat import distress, standing
from turna_secretariat.archive import Archive
from turna_secretariat.desk import Desk
from turna_secretariat.registry import Registry
from turna_secretariat.scope import devices_in_view

NOW_MS = (EPOCH_S + 60) * 1000
AYLIN = "Aylin Demir"


def _in_hand(archive: Archive, registry: Registry, mode: str = "exercise") -> list[tuple[str, str]]:
    with archive.reader() as connection:
        found = distress.in_hand(connection, registry, mode)
    assert found["more"] == 0
    return [(call["call_sign"], call["accepted_by"]) for call in found["calls"]]


def test_a_call_is_in_hand_from_its_acceptance_until_somebody_ends_it(
    field: Field, desk: Desk, archive: Archive, registry: Registry
) -> None:
    desk.file([field.carried(sos(), seq=1), field.carried(sos(), device=2, seq=1)], NOW_MS)
    assert _in_hand(archive, registry) == []
    desk.officers.act(1, "read", AYLIN, NOW_MS)
    assert _in_hand(archive, registry) == []

    desk.officers.act(1, "accepted", AYLIN, NOW_MS + 1)
    desk.officers.act(2, "accepted", "Bekzat Omarov", NOW_MS + 2)
    assert _in_hand(archive, registry) == [("AZE01-1", "Bekzat Omarov"), ("TUR01-1", AYLIN)]
    assert _in_hand(archive, registry, "actual") == []

    desk.officers.act(1, "acted", AYLIN, NOW_MS + 3)
    desk.officers.act(2, "false_alarm", AYLIN, NOW_MS + 3)
    assert _in_hand(archive, registry) == []


def test_a_call_in_hand_says_that_its_sender_took_it_back(
    field: Field, desk: Desk, archive: Archive, registry: Registry
) -> None:
    desk.file([field.carried(sos(), seq=1)], NOW_MS)
    desk.officers.act(1, "accepted", AYLIN, NOW_MS + 1)
    cancel = sos(5, phase=codes.CANCEL, reference=1)
    desk.file([field.carried(cancel, seq=2)], NOW_MS + 2)

    with archive.reader() as connection:
        (call,) = distress.in_hand(connection, registry, "exercise")["calls"]
    assert (call["accepted_ms"], call["cancelled_ms"]) == (NOW_MS + 1, NOW_MS + 2)


def test_a_long_list_is_bounded_and_says_how_many_and_since_when_without_hiding_a_handset(
    field: Field, desk: Desk, archive: Archive, registry: Registry
) -> None:
    many = distress.IN_HAND_LIMIT + 20
    calls = [field.carried(sos(), device=2, seq=1), field.carried(sos(), device=2, seq=2)]
    calls += [field.carried(sos(), seq=seq) for seq in range(1, many + 1)]
    desk.file(calls, NOW_MS)
    for report_id in range(1, len(calls) + 1):
        desk.officers.act(report_id, "accepted", AYLIN, NOW_MS + report_id)
    desk.file([field.carried(sos(5, phase=codes.CANCEL, reference=many), seq=many + 1)], NOW_MS)

    with archive.reader() as connection:
        found = distress.in_hand(connection, registry, "exercise")
        standing_now = standing.look(connection, registry, NOW_MS + 60_000)
    shown = [call["id"] for call in found["calls"]]

    assert (found["count"], found["more"]) == (len(calls), len(calls) - distress.IN_HAND_LIMIT)
    assert found["since_ms"] == NOW_MS + 1
    assert 2 in shown  # the other handset's last, far older than a hundred of the first
    assert len(calls) not in shown  # taken back
    assert shown == sorted(shown, reverse=True)
    assert standing_now.in_hand == (found,)


@pytest.mark.parametrize("seen", [None, frozenset({1, 2})])
def test_those_in_hand_are_found_by_an_index_of_their_own(
    field: Field,
    desk: Desk,
    archive: Archive,
    registry: Registry,
    seen: frozenset[int] | None,
) -> None:
    desk.file([field.carried(sos(), seq=seq) for seq in range(1, 200)], NOW_MS)
    for report_id in range(1, 200):
        desk.officers.act(report_id, "acted", AYLIN, NOW_MS)
    with archive.transaction() as transaction:
        transaction.connection.exec_driver_sql("ANALYZE")  # as a database does by itself in time
    plans: list[str] = []
    token = devices_in_view.set(seen)
    with archive.reader() as connection:
        explain = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "

        def note(_: object, cursor: Any, said: str, values: Any, *__: object) -> None:
            if said.startswith("SELECT"):
                cursor.execute(explain + said, values)
                plans.append(repr(cursor.fetchall()))

        sa.event.listen(connection, "before_cursor_execute", note)
        distress.in_hand(connection, registry, "exercise")
    devices_in_view.reset(token)

    assert "sos_in_hand" in plans[0]


def test_who_sees_one_country_sees_in_hand_what_is_of_it(
    field: Field, desk: Desk, archive: Archive, registry: Registry
) -> None:
    desk.file([field.carried(sos(), seq=1), field.carried(sos(), device=2, seq=1)], NOW_MS)
    desk.officers.act(1, "accepted", AYLIN, NOW_MS)
    desk.officers.act(2, "accepted", AYLIN, NOW_MS)
    token = devices_in_view.set(frozenset({2}))
    try:
        assert _in_hand(archive, registry) == [("AZE01-1", AYLIN)]
    finally:
        devices_in_view.reset(token)
