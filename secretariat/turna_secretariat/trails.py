"""Where handsets were within a window: so many points evenly over it, however long it is.

From its last point a trail steps back by a share of the window to the next one before that: as many
looks into the index of `track` as there are points, whether ten minutes or ten million rows lie
in between.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from turna_secretariat.registry import Registry
from turna_secretariat.schema import contact, track

# A line on a screen does not show more; with many handsets each has its share of all.
POINTS = 200
POINTS_IN_ALL = 4_000
_POINTS_LEAST = 8


def trails(
    connection: Connection,
    registry: Registry,
    *,
    mode: str,
    since_ms: int,
    until_ms: int,
    devices: Sequence[int] | None,
) -> dict[str, Any]:
    """Return where each handset was, oldest first: (unix milliseconds, latitude, longitude)."""
    since_s = max(-(-since_ms // 1000), registry.mission.frame.epoch_s)
    until_s = until_ms // 1000
    walking = _walking(connection, mode, devices)
    step_s = _step_s(until_s - since_s, len(walking))
    points: dict[int, list[tuple[int, float, float]]] = {device: [] for device in walking}
    for row in connection.execute(_steps(walking, mode, since_s, until_s, step_s)):
        place = (row.at_s * 1000, row.lat_e5 / 100_000, row.lon_e5 / 100_000)
        points[row.device].append(place)
    return {
        "step_s": step_s,
        "trails": [
            {"device": device, "call_sign": registry.call_sign(device), "points": sorted(walked)}
            for device, walked in points.items()
            if walked
        ],
    }


def _walking(connection: Connection, mode: str, devices: Sequence[int] | None) -> list[int]:
    """Return which of the handsets asked for have ever said where they are."""
    query = sa.select(contact.c.device).where(contact.c.mode == mode)
    query = query.where(contact.c.placed_id.is_not(None)).order_by(contact.c.device)
    if devices is not None:
        query = query.where(contact.c.device.in_(devices))
    return list(connection.execute(query).scalars())


def _step_s(window_s: int, handsets: int) -> int:
    share = POINTS_IN_ALL // max(1, handsets)
    return max(1, window_s // min(POINTS, max(_POINTS_LEAST, share)))


def _steps(
    devices: Sequence[int], mode: str, since_s: int, until_s: int, step_s: int
) -> sa.Select[Any]:
    first = sa.select(contact.c.device, _last_of(contact.c.device, mode, since_s, until_s))
    first = first.where((contact.c.mode == mode) & contact.c.device.in_(devices))
    walk = first.cte("walk", recursive=True)
    before = _last_of(walk.c.device, mode, since_s, walk.c.at_s - step_s)
    walk = walk.union_all(sa.select(walk.c.device, before).where(walk.c.at_s.is_not(None)))
    # Looked up point by point: for a join PostgreSQL would read the whole of `track` first.
    here = (track.c.mode == mode) & (track.c.device == walk.c.device)
    here &= track.c.at_s == walk.c.at_s
    place = [
        sa.select(column).where(here).scalar_subquery().label(column.name)
        for column in (track.c.lat_e5, track.c.lon_e5)
    ]
    return sa.select(walk.c.device, walk.c.at_s, *place).where(walk.c.at_s.is_not(None))


def _last_of(
    device: sa.ColumnElement[int], mode: str, since_s: int, until_s: sa.ColumnElement[int] | int
) -> sa.Label[Any]:
    """Return the last moment of a handset's track that is not later than `until_s`."""
    trodden = track.alias()
    query = sa.select(sa.func.max(trodden.c.at_s)).where(trodden.c.mode == mode)
    query = query.where((trodden.c.device == device) & (trodden.c.at_s >= since_s))
    return query.where(trodden.c.at_s <= until_s).scalar_subquery().label("at_s")
