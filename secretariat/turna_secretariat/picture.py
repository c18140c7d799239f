"""What the map shows besides handsets and their trails: worksites, hazards. One mode at a time."""

import json
from typing import Any

from sqlalchemy.engine import Connection, RowMapping

from turna_secretariat.newest import newest_of
from turna_secretariat.registry import Registry

PLACES_LIMIT = 2_000
_SITE_TYPES = ("worksite_triage", "worksite_report")
_CLEARED = "cleared"


def places(connection: Connection, registry: Registry, *, mode: str) -> dict[str, Any]:
    """Return each worksite as it was reported last, and the hazards that nobody has cleared."""
    types = (*_SITE_TYPES, "hazard")
    rows = newest_of(connection, types, modes=(mode,), limit=PLACES_LIMIT, proved=True)
    sites: dict[str, dict[str, Any]] = {}
    hazards: dict[tuple[object, ...], dict[str, Any]] = {}
    for row in rows:
        body = json.loads(row["body"])
        if row["type"] == "hazard":
            hazards.setdefault(_hazard_key(row, body), _hazard(row, registry, body))
        else:
            name = worksite_name(registry, row["device"], body)
            _add_to_site(sites.setdefault(name, {"worksite": name}), row, body)
    return {
        "worksites": [sites[name] for name in sorted(sites)],
        "hazards": [found for found in hazards.values() if found["state"] != _CLEARED],
    }


def worksite_name(registry: Registry, device: int, body: dict[str, Any]) -> str:
    """Return the whole identifier; a handset leaves its own team's name out."""
    name = str(body["worksite"])
    handset = registry.handset(device)
    return name if "-" in name or handset is None else f"{handset.team}-{name}"


def _add_to_site(site: dict[str, Any], row: RowMapping, body: dict[str, Any]) -> None:
    """Fill in what newer reports of the same site have left open."""
    site.setdefault("report_id", row["id"])
    site.setdefault("arrived_ms", row["arrived_ms"])
    if row["lat_e5"] is not None:
        site.setdefault("position", _position(row))
    if row["type"] == "worksite_triage":
        site.setdefault("triage", body["triage"])
    else:
        site.setdefault("completed", body["completed"])


def _hazard(row: RowMapping, registry: Registry, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "report_id": row["id"],
        "arrived_ms": row["arrived_ms"],
        "call_sign": registry.call_sign(row["device"]),
        "hazard": body["hazard"],
        "severity": body["severity"],
        "state": body["state"],
        "radius_m": body["radius_m"],
        "position": None if row["lat_e5"] is None else _position(row),
    }


def _hazard_key(row: RowMapping, body: dict[str, Any]) -> tuple[object, ...]:
    """Return what tells one hazard from another: its kind, and its place to about 100 m."""
    near = (None, None) if row["lat_e5"] is None else (row["lat_e5"] // 100, row["lon_e5"] // 100)
    return (body["hazard"], *near) if near[0] is not None else (body["hazard"], row["device"])


def _position(row: RowMapping) -> dict[str, float]:
    return {"lat": row["lat_e5"] / 100_000, "lon": row["lon_e5"] / 100_000}
