"""Trails: in the order of walking, evenly over whatever window, of one mode and proved handsets."""

from itertools import pairwise
from typing import Any

import pytest

from tests.secretariat.field import EPOCH_S, Field, position
from turna_protocol import codes
from turna_protocol.reports import Fix, Position
from turna_secretariat import trails
from turna_secretariat.archive import Archive
from turna_secretariat.desk import Desk
from turna_secretariat.registry import Registry
from turna_secretariat.scope import devices_in_view

NOW_MS = (EPOCH_S + 3_600) * 1000


def _walk(step: int, mode: int = codes.EXERCISE) -> Position:
    fix = Fix(3_620_000 + step * 100, 3_616_000, 5, 0)
    return Position(
        mode=mode, time_s=EPOCH_S + step, time_quality=codes.TIME_GNSS, fix=fix, battery_pct=80
    )


class Map:
    """What a trail's test does: handsets walk, somebody looks."""

    def __init__(self, field: Field, desk: Desk, archive: Archive, registry: Registry) -> None:
        self._field, self._desk, self._archive, self.registry = field, desk, archive, registry
        self._seq = 0

    def walks(self, *reports: Position, device: int = 1, key: bytes | None = None) -> None:
        for report in reports:
            self._seq += 1
            carried = self._field.carried(report, device=device, seq=self._seq, key=key)
            self._desk.file([carried], NOW_MS)

    def points(
        self, since_s: int = 0, until_ms: int = NOW_MS, devices: list[int] | None = None
    ) -> dict[str, list[int]]:
        """Return the seconds since the mission's beginning of each trail's points."""
        return {
            trail["call_sign"]: [point[0] // 1000 - EPOCH_S for point in trail["points"]]
            for trail in self._trails(since_s, until_ms, devices)
        }

    def latitudes(self) -> set[float]:
        return {point[1] for trail in self._trails(0, NOW_MS, None) for point in trail["points"]}

    def _trails(
        self, since_s: int, until_ms: int, devices: list[int] | None
    ) -> list[dict[str, Any]]:
        with self._archive.reader() as connection:
            found: list[dict[str, Any]] = trails.trails(
                connection,
                self.registry,
                mode="exercise",
                since_ms=(EPOCH_S + since_s) * 1000,
                until_ms=until_ms,
                devices=devices,
            )["trails"]
        return found


@pytest.fixture
def map_(field: Field, desk: Desk, archive: Archive, registry: Registry) -> Map:
    return Map(field, desk, archive, registry)


def test_a_trail_is_in_the_order_of_walking_whenever_and_however_late_it_came(map_: Map) -> None:
    map_.walks(_walk(20), _walk(1_000), _walk(400))

    assert map_.points() == {"TUR01-1": [20, 400, 1_000]}
    assert map_.points(since_s=100) == {"TUR01-1": [400, 1_000]}
    assert map_.points(until_ms=(EPOCH_S + 999) * 1000) == {"TUR01-1": [20, 400]}
    assert map_.points(since_s=1_001) == {}


def test_a_trail_is_of_one_mode_and_of_proved_reports_that_have_a_place(map_: Map) -> None:
    map_.walks(_walk(20), _walk(60, codes.ACTUAL), position())
    map_.walks(_walk(100), key=bytes(32))

    assert map_.points() == {"TUR01-1": [20]}


def test_at_one_second_of_two_modes_a_handset_is_where_this_mode_says(map_: Map) -> None:
    real = Position(
        mode=codes.ACTUAL,
        time_s=EPOCH_S + 20,
        time_quality=codes.TIME_GNSS,
        fix=Fix(3_700_000, 3_700_000, 5, 0),
        battery_pct=80,
    )
    map_.walks(real, _walk(20))
    map_.walks(real, _walk(20), device=2)

    assert map_.latitudes() == {36.22}


def test_each_handset_has_its_own_trail_and_only_those_asked_for_are_drawn(map_: Map) -> None:
    map_.walks(_walk(20), _walk(60))
    map_.walks(_walk(30), device=2)

    assert map_.points() == {"TUR01-1": [20, 60], "AZE01-1": [30]}
    assert map_.points(devices=[2]) == {"AZE01-1": [30]}
    assert map_.points(devices=[]) == {}


def test_who_sees_one_country_sees_its_trails_only(map_: Map) -> None:
    map_.walks(_walk(20))
    map_.walks(_walk(30), device=2)
    token = devices_in_view.set(frozenset({2}))
    try:
        assert map_.points() == {"AZE01-1": [30]}
    finally:
        devices_in_view.reset(token)


def test_a_long_trail_keeps_its_last_point_and_no_gap_longer_than_two_steps(map_: Map) -> None:
    map_.walks(*(_walk(step) for step in range(0, 3_600, 7)))

    (points,) = map_.points().values()
    gaps = [later - earlier for earlier, later in pairwise(points)]
    assert len(points) <= trails.POINTS + 1
    assert points[-1] == 3_598
    assert points[0] <= 2 * 3_600 // trails.POINTS
    assert max(gaps) <= 2 * 3_600 // trails.POINTS


@pytest.mark.parametrize(("handsets", "points"), [(0, 200), (20, 200), (40, 100), (4_000, 8)])
def test_many_handsets_share_the_points(handsets: int, points: int) -> None:
    assert trails._step_s(points * 1_000, handsets) == 1_000
