"""A handset's last contact and newest place, however late and in what order its reports come."""

from dataclasses import replace
from typing import Any

import pytest

from tests.secretariat.field import EPOCH_S, Field
from turna_backbone.envelope import ReportEnvelope
from turna_protocol import codes
from turna_protocol.reports import Fix, Position
from turna_secretariat import queries
from turna_secretariat.archive import Archive
from turna_secretariat.desk import Desk
from turna_secretariat.registry import Registry

HEARD_MS = (EPOCH_S + 5) * 1000  # as the field's gateway says
HOURS_LATER_MS = (EPOCH_S + 7200) * 1000
THERE, HERE = Fix(3_620_500, 3_616_300, 8, 2), Fix(3_621_500, 3_616_300, 8, 2)


def _lately(archive: Archive, registry: Registry) -> dict[str, Any]:
    with archive.reader() as connection:
        return queries.handsets(connection, registry, "exercise")[0]


def _at(field: Field, fix: Fix | None, seq: int, battery_pct: int) -> ReportEnvelope:
    said = Position(
        mode=codes.EXERCISE,
        time_s=EPOCH_S + seq,
        time_quality=codes.TIME_GNSS,
        fix=fix,
        battery_pct=battery_pct,
    )
    return field.carried(said, seq=seq)


def test_what_waited_at_a_gateway_makes_no_handset_look_fresh(
    field: Field, desk: Desk, archive: Archive, registry: Registry
) -> None:
    desk.file([_at(field, HERE, 1, 80)], HOURS_LATER_MS)

    seen = _lately(archive, registry)

    assert seen["last_contact_ms"] == HEARD_MS
    assert seen["position"]["seen_ms"] == HEARD_MS
    assert seen["position"]["arrived_ms"] == HOURS_LATER_MS


@pytest.mark.parametrize("together", [True, False])
def test_an_older_report_that_comes_after_a_newer_one_moves_no_handset_back(
    field: Field, desk: Desk, archive: Archive, registry: Registry, *, together: bool
) -> None:
    newest, older = _at(field, HERE, 9, 40), _at(field, THERE, 3, 90)
    for group in [[newest, older]] if together else [[newest], [older]]:
        desk.file(group, HOURS_LATER_MS)

    seen = _lately(archive, registry)

    assert seen["battery_pct"] == 40
    assert seen["position"]["lat"] == HERE.lat_e5 / 100_000
    assert seen["reports"] == 2


def test_a_report_without_a_place_leaves_the_last_one_and_takes_the_battery(
    field: Field, desk: Desk, archive: Archive, registry: Registry
) -> None:
    for one in (_at(field, HERE, 1, 80), _at(field, None, 2, 70), _at(field, THERE, 0, 95)):
        desk.file([one], HOURS_LATER_MS)

    seen = _lately(archive, registry)

    assert seen["battery_pct"] == 70
    assert seen["position"]["lat"] == HERE.lat_e5 / 100_000


def test_clocks_that_are_ahead_make_no_contact_later_than_it_came(
    field: Field, desk: Desk, archive: Archive, registry: Registry
) -> None:
    came_ms = (EPOCH_S - 60) * 1000
    desk.file([_at(field, HERE, 1, 80)], came_ms)

    assert _lately(archive, registry)["last_contact_ms"] == came_ms


def test_a_gateway_whose_clock_is_behind_makes_nobody_silent_who_knows_the_time(
    field: Field, desk: Desk, archive: Archive, registry: Registry
) -> None:
    desk.file([replace(_at(field, HERE, 1, 80), heard_at_s=0)], HOURS_LATER_MS)

    assert _lately(archive, registry)["last_contact_ms"] == (EPOCH_S + 1) * 1000
