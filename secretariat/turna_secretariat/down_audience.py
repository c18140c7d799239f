"""Which handsets a person means: all, some teams', some, or those last seen within an area."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from turna_protocol.errors import MalformedError
from turna_secretariat.down_named import everybody_of
from turna_secretariat.down_words import Audience
from turna_secretariat.queries import revoked_generations
from turna_secretariat.registry import Handset, Registry
from turna_secretariat.schema import report

_EARTH_M = 6_371_009  # mean radius, IUGG


@dataclass(frozen=True, slots=True)
class Area:
    lat: float
    lon: float
    radius_m: int


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chose; what is named by several ways is in it once."""

    all: bool
    teams: tuple[str, ...]
    devices: tuple[int, ...]
    area: Area | None


def choose(
    choice: Choice, connection: Connection, registry: Registry, view: frozenset[int] | None
) -> Audience:
    """Return the handsets; MalformedError for one or a team that is not there, or not in view.

    Whose keys are revoked is in no audience: it is in wrong hands, and nothing waits for it.
    """
    mine = [h for h in registry.handsets() if view is None or h.device in view]
    known = {handset.device for handset in mine}
    revoked = _revoked(connection, mine)
    if choice.all:
        # Whoever may not see all can reach only those by orders: an alert goes to everybody.
        usable = tuple(sorted(known - revoked))
        named: dict[str, object] = {"all": True} if view is None else everybody_of(mine)
        return Audience(usable, view is None, named, tuple(sorted(revoked)))
    chosen = set(choice.devices)
    if not chosen <= known:
        raise MalformedError(f"to.devices: no handset {min(chosen - known)}")
    for team in choice.teams:
        members = {handset.device for handset in mine if handset.team == team}
        if not members:
            raise MalformedError(f"to.teams: no team {team!r}")
        chosen |= members
    if choice.area is not None:
        chosen |= {d for d in known if _is_within(connection, d, choice.area)}
    usable, left_out = tuple(sorted(chosen - revoked)), tuple(sorted(chosen & revoked))
    if left_out and not usable:
        names = ", ".join(registry.call_sign(device) for device in left_out)
        raise MalformedError(f"nothing can be said to {names}: the keys are revoked")
    return Audience(usable, False, _named(choice, registry), left_out)


def _revoked(connection: Connection, handsets: Iterable[Handset]) -> set[int]:
    generations = revoked_generations(connection)
    return {one.device for one in handsets if generations.get(one.device, -1) >= one.generation}


def _named(choice: Choice, registry: Registry) -> dict[str, object]:
    named: dict[str, object] = {}
    if choice.teams:
        named["teams"] = list(choice.teams)
    if choice.devices:
        named["devices"] = [registry.call_sign(device) for device in choice.devices]
    if choice.area is not None:
        area = choice.area
        named["area"] = {"lat": area.lat, "lon": area.lon, "radius_m": area.radius_m}
    return named


def _is_within(connection: Connection, device: int, area: Area) -> bool:
    query = (
        sa.select(report.c.lat_e5, report.c.lon_e5)
        .where((report.c.device == device) & report.c.lat_e5.is_not(None))
        .where(report.c.standing == "authentic")
        .order_by(report.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    if row is None:
        return False
    return _distance_m(row.lat_e5 / 1e5, row.lon_e5 / 1e5, area.lat, area.lon) <= area.radius_m


def _distance_m(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Return the distance of two places in degrees (haversine)."""
    north, east = radians(lat_b - lat_a) / 2, radians(lon_b - lon_a) / 2
    across = cos(radians(lat_a)) * cos(radians(lat_b)) * sin(east) ** 2
    return 2 * _EARTH_M * asin(sqrt(sin(north) ** 2 + across))
