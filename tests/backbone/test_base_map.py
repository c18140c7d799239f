"""The map's lines stay within its window, and places lie where they are on earth."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from turna_backbone import base_map

Ring = list[tuple[float, float]]


@pytest.fixture(scope="module")
def kinds() -> dict[str, Any]:
    return {
        feature["properties"]["kind"]: feature["geometry"]["coordinates"]
        for feature in base_map.features()["features"]
    }


def _points(kinds: dict[str, Any]) -> Iterator[tuple[float, float]]:
    for kind in ("land", "lake"):
        for polygon in kinds[kind]:
            yield from polygon[0]
    for kind in ("river", "border"):
        for line in kinds[kind]:
            yield from line


def _is_in(ring: Ring, lon: float, lat: float) -> bool:
    """Count how often a line to the east crosses the ring."""
    crossings = 0
    for (lon_1, lat_1), (lon_2, lat_2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (lat_1 > lat) != (lat_2 > lat):
            crossings += lon < lon_1 + (lat - lat_1) / (lat_2 - lat_1) * (lon_2 - lon_1)
    return crossings % 2 == 1


def test_nothing_lies_outside_the_window(kinds: dict[str, Any]) -> None:
    west, south, east, north = base_map.WINDOW
    assert all(west <= lon <= east and south <= lat <= north for lon, lat in _points(kinds))


@pytest.mark.parametrize(
    ("name", "lon", "lat", "is_land"),
    [
        ("Antakya", 36.16, 36.20, True),
        ("Bishkek", 74.59, 42.87, True),
        ("Budapest", 19.04, 47.50, True),
        ("Lefkoşa", 33.36, 35.19, True),
        ("the Gulf of İskenderun", 35.7, 36.5, False),
        ("the Black Sea", 35.0, 43.0, False),
    ],
)
def test_places_are_on_land_or_not(
    kinds: dict[str, Any], name: str, lon: float, lat: float, is_land: bool
) -> None:
    del name
    assert any(_is_in(polygon[0], lon, lat) for polygon in kinds["land"]) is is_land


def test_a_ring_across_the_edge_is_cut_at_the_edge() -> None:
    window = (0.0, 0.0, 10.0, 10.0)
    square = [(-5.0, 2.0), (5.0, 2.0), (5.0, 8.0), (-5.0, 8.0)]

    assert set(base_map._clip(square, window)) == {(0.0, 2.0), (5.0, 2.0), (5.0, 8.0), (0.0, 8.0)}
    assert base_map._clip([(20.0, 2.0), (25.0, 2.0), (25.0, 8.0)], window) == []


def test_a_machine_without_the_data_shows_the_map_that_its_package_brought(tmp_path: Path) -> None:
    prepared = tmp_path / "base-map.json.gz"
    prepared.write_bytes(b"made before")

    assert base_map.is_here(prepared)
    assert base_map.packed(prepared) == b"made before"
    assert base_map.is_here(tmp_path / "none"), "this one has the data"
