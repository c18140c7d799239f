"""The sector's or the incident's situation report, rolled up from what teams have reported.

INSARAG Guidelines 2020, Volume III, annex B25; numbers of worksites by the furthest level of the
last report.  Unknown is None, and is not 0.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from math import cos, hypot, radians
from typing import Any

from turna_secretariat import sitrep_counts
from turna_secretariat.sitrep_counts import Count

LEVELS = ("asr3", "asr4", "asr5")
_METRES_PER_DEGREE = 111_320  # of latitude, WGS84, within 0.6 %


@dataclass(frozen=True, slots=True)
class Said:
    """One report as the roll-up reads it; `worksite` is the whole identifier."""

    at_ms: int
    team: str
    type: str
    body: dict[str, Any]
    place: tuple[float, float] | None = None
    worksite: str | None = None


@dataclass(slots=True)
class _Site:
    triage: str | None = None
    reports: list[Said] = field(default_factory=list)
    place: tuple[float, float] | None = None
    teams: set[str] = field(default_factory=set)


def sectors(reports: Iterable[Said]) -> dict[str, dict[str, Any]]:
    """Return each sector that was assessed, as its newest assessment says; reports oldest first."""
    found: dict[str, dict[str, Any]] = {}
    for said in reports:
        name = said.body.get("sector")
        if said.type == "area" and name not in (None, "none") and said.place is not None:
            found[str(name)] = said.body | {"place": said.place, "at_ms": said.at_ms}
    return found


def roll_up(
    reports: Sequence[Said],
    *,
    sector: str | None,
    since_ms: int,
    until_ms: int,
    counts: Iterable[Count] = (),
    revoked_teams: Collection[str] = (),
) -> dict[str, Any]:
    """Return the situation at `until_ms`; "current" counts begin at `since_ms`.

    `counts` of SITREPs stand apart: they may be of people whom forms count already.  Of
    `revoked_teams` no handset counts any more: nobody can send them anywhere.
    """
    known = sorted((r for r in reports if r.at_ms < until_ms), key=lambda said: said.at_ms)
    areas = sectors(known)
    sites = {
        name: site
        for name, site in _sites(known).items()
        if sector is None or sector_of(site.place, areas) == sector
    }
    here = [r for r in known if sector is None or _is_here(r, sites, areas, sector)]
    now = [r for r in here if r.at_ms >= since_ms]
    available = _with_status(here, "available")
    return {
        "sector": sector,
        "sectors": sorted(areas),
        "since_ms": since_ms,
        "until_ms": until_ms,
        "teams": sorted({said.team for said in here}),
        "worksites": _table(sites),
        "triage": _triage(sites),
        "rescued_live": _both(now, here, "live_rescued"),
        "recovered_dead": _both(now, here, "deceased_recovered"),
        "victims": _victims(here),
        "sitreps": sitrep_counts.table(
            one for one in counts if sector is None or sector_of(one.place, areas) == sector
        ),
        "missing": _last_of_sites(sites, "missing"),
        "live_contacts": _last_of_sites(sites, "live_contacts"),
        "safety": _hazards(here),
        "security_level": _security(areas, sector),
        "needs": _needs(sites),
        "releasable": _last_of_sites(sites, "releasable"),
        "available_teams": [team for team in available if team not in revoked_teams],
        "revoked_teams": [team for team in available if team in revoked_teams],
        "list": _list_of_sites(sites),
    }


def sector_of(place: tuple[float, float] | None, areas: dict[str, dict[str, Any]]) -> str | None:
    """Return the sector whose circle holds a place; the nearest centre where several do."""
    if place is None:
        return None
    away = {name: _metres(place, area["place"]) for name, area in areas.items()}
    inside = [name for name in away if away[name] <= (areas[name]["radius_m"] or 0)]
    return min(inside, key=lambda name: away[name], default=None)


def _sites(known: Sequence[Said]) -> dict[str, _Site]:
    sites: dict[str, _Site] = {}
    for said in known:
        if said.worksite is None:
            continue
        site = sites.setdefault(said.worksite, _Site())
        site.teams.add(said.team)
        site.place = said.place or site.place
        if said.type == "worksite_triage":
            site.triage = said.body["triage"]
        elif said.type == "worksite_report":
            site.reports.append(said)
    return {
        name: site
        for name, site in sites.items()
        if site.reports or site.triage not in (None, "not_a_worksite")
    }


def _is_here(
    said: Said, sites: dict[str, _Site], areas: dict[str, dict[str, Any]], sector: str
) -> bool:
    if said.worksite is not None:
        return said.worksite in sites
    if said.type == "area":
        return said.body.get("sector") == sector
    return sector_of(said.place, areas) == sector


def _state(site: _Site) -> str:
    if not site.reports:
        return "pending"
    return "completed" if site.reports[-1].body["completed"] else "active"


def _table(sites: dict[str, _Site]) -> dict[str, dict[str, int]]:
    table = {
        state: dict.fromkeys(("total", *LEVELS), 0) for state in ("active", "pending", "completed")
    }
    for site in sites.values():
        row = table[_state(site)]
        row["total"] += 1
        if site.reports:
            row[site.reports[-1].body["asr_level"]] += 1
    table["identified"] = {
        name: sum(row[name] for row in table.values()) for name in ("total", *LEVELS)
    }
    return table


def _triage(sites: dict[str, _Site]) -> dict[str, int]:
    found = [site.triage for site in sites.values() if _state(site) != "completed"]
    return {letter: found.count(letter) for letter in "ABCD"}


def _both(now: Sequence[Said], here: Sequence[Said], name: str) -> dict[str, int | None]:
    return {"current": _total(now, name), "overall": _total(here, name)}


def _total(reports: Sequence[Said], name: str) -> int | None:
    told = [r.body[name] for r in reports if r.type == "worksite_report"]
    known = [number for number in told if number is not None]
    return sum(known) if known else None


def _last_of_sites(sites: dict[str, _Site], name: str) -> int | None:
    last = [site.reports[-1].body[name] for site in sites.values() if site.reports]
    known = [number for number in last if number is not None]
    return sum(known) if known else None


def _victims(here: Sequence[Said]) -> dict[str, int]:
    newest: dict[tuple[object, object], str] = {}
    for said in here:
        if said.type == "victim":
            newest[said.worksite, said.body["number"]] = said.body["outcome"]
    return {name: list(newest.values()).count(name) for name in ("live", "deceased")}


def _hazards(here: Sequence[Said]) -> list[str]:
    """Return the hazards that still hold, each once, in the order of their first mention."""
    found: dict[str, bool] = {}
    for said in here:
        if said.type == "hazard":
            found[said.body["hazard"]] = said.body["state"] != "cleared"
        else:
            found.update(dict.fromkeys(said.body.get("hazards") or (), True))
    return [name for name, holds in found.items() if holds]


def _security(areas: dict[str, dict[str, Any]], sector: str | None) -> int | None:
    asked = [area for name, area in areas.items() if sector in (None, name)]
    return max((a["security_level"] for a in asked if a["security_level"]), default=None)


def _needs(sites: dict[str, _Site]) -> dict[str, int | None]:
    """Return what the newest reports of open worksites ask for; None: asked for without number."""
    wanted: dict[str, int | None] = {}
    for site in sites.values():
        if site.reports and _state(site) == "active":
            for item, number in (site.reports[-1].body["needs"] or {}).items():
                before = wanted.get(item)
                wanted[item] = before if number is None else (before or 0) + number
    return wanted


def _with_status(here: Sequence[Said], status: str) -> list[str]:
    newest = {said.team: said.body["team_status"] for said in here if said.type == "sitrep"}
    return sorted(team for team, last in newest.items() if last == status)


def _list_of_sites(sites: dict[str, _Site]) -> list[dict[str, Any]]:
    return [
        {
            "worksite": name,
            "triage": site.triage,
            "state": _state(site),
            "asr_level": site.reports[-1].body["asr_level"] if site.reports else None,
            "teams": sorted(site.teams),
        }
        for name, site in sorted(sites.items())
    ]


def _metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the distance of two places a few kilometres apart, on a plane."""
    north = (one[0] - other[0]) * _METRES_PER_DEGREE
    east = (one[1] - other[1]) * _METRES_PER_DEGREE * cos(radians(one[0]))
    return hypot(north, east)
