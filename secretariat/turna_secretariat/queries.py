"""What the page and the commands read from the archive, as plain JSON-able dictionaries."""

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from turna_protocol import delivery
from turna_secretariat.registry import Registry
from turna_secretariat.schema import (
    action,
    alarm,
    carriage,
    change,
    gateway,
    notice,
    quarantine,
    refusal,
    report,
)

PAGE_LIMIT = 500
CHANGES_LIMIT = 200
# Among this many newest reports of a handset its battery, place and signal are looked for.
_RECENT = 12
_OPEN_ALARM_LIMIT = 100


def reports(
    connection: Connection,
    registry: Registry,
    *,
    limit: int = 100,
    before_id: int | None = None,
    kinds: Sequence[str] | None = None,
) -> list[dict[str, Any]]:
    """Return the newest first, at most `limit`, older than `before_id`, of the `kinds` if given."""
    query = sa.select(report).order_by(report.c.id.desc()).limit(min(limit, PAGE_LIMIT))
    if before_id is not None:
        query = query.where(report.c.id < before_id)
    if kinds is not None:
        query = query.where(report.c.type.in_(kinds))
    return [report_as_json(row, registry) for row in connection.execute(query).mappings()]


def one_report(connection: Connection, registry: Registry, report_id: int) -> dict[str, Any] | None:
    """Return a report with its whole way: carriers, people, raw bytes; None if there is none."""
    row = connection.execute(sa.select(report).where(report.c.id == report_id)).mappings().first()
    if row is None:
        return None
    carried = sa.select(carriage).where(carriage.c.report_id == report_id)
    deeds = sa.select(action).where(action.c.report_id == report_id).order_by(action.c.id)
    return report_as_json(row, registry) | {
        "carried_by": [
            {
                "gateway": way["gateway"],
                "heard_ms": way["heard_ms"],
                "arrived_ms": way["arrived_ms"],
                "rssi_dbm": way["rssi_dbm"],
                "snr_db": way["snr_db_x4"] / 4,
                "hops": way["hops"],
                "copies": way["copies"],
            }
            for way in connection.execute(carried.order_by(carriage.c.arrived_ms)).mappings()
        ],
        "actions": [
            {"at_ms": deed["at_ms"], "person": deed["person"], "did": deed["did"]}
            for deed in connection.execute(deeds).mappings()
        ],
        "content_hex": row["content"].hex(),
        "end_to_end_tag_hex": row["end_to_end_tag"].hex(),
    }


def handsets(connection: Connection, registry: Registry) -> list[dict[str, Any]]:
    """Return every registered handset with its last contact, place, battery, signal and count."""
    proved = report.c.standing == "authentic"
    query = sa.select(report.c.device, sa.func.count()).where(proved).group_by(report.c.device)
    sent = {int(device): int(number) for device, number in connection.execute(query)}
    return [
        {
            "device": handset.device,
            "call_sign": handset.call_sign,
            "team": handset.team,
            "country": handset.country,
            "reports": sent.get(handset.device, 0),
            "last_contact_ms": None,
            "battery_pct": None,
            "rssi_dbm": None,
        }
        | (_lately(connection, handset.device) if handset.device in sent else {})
        | {"position": _last_position(connection, handset.device)}
        for handset in registry.handsets()
    ]


def open_alarms(connection: Connection, registry: Registry) -> list[dict[str, Any]]:
    """Return alarms that no person has answered yet: each SOS, then others, newest first."""
    query = (
        sa.select(alarm)
        .where(alarm.c.closed_ms.is_(None))
        .order_by((alarm.c.kind == "sos").desc(), alarm.c.id.desc())
        .limit(_OPEN_ALARM_LIMIT)
    )
    return [
        {
            "id": row["id"],
            "kind": row["kind"],
            "at_ms": row["at_ms"],
            "cancelled_ms": row["cancelled_ms"],
            "report_id": row["report_id"],
            "detail": row["detail"],
            "call_sign": None,
        }
        | _about(connection, registry, row["report_id"])
        for row in connection.execute(query).mappings()
    ]


def notices(connection: Connection, mode: str) -> list[dict[str, Any]]:
    """Return the newest official alerts of one mode."""
    query = sa.select(notice).where(notice.c.mode == mode)
    query = query.order_by(notice.c.id.desc()).limit(PAGE_LIMIT)
    shown = ("id", "sender", "identifier", "sent_s", "mode", "arrived_ms", "person")
    return [
        {name: row[name] for name in shown} | {"alert": json.loads(row["body"])}
        for row in connection.execute(query).mappings()
    ]


def gateways(connection: Connection, registry: Registry) -> list[dict[str, Any]]:
    """Return every registered gateway and what it said last; `heard_ms` None: nothing yet."""
    rows = connection.execute(sa.select(gateway)).mappings()
    heard = {row["name"]: dict(row) | {"health": json.loads(row["health"])} for row in rows}
    silent: dict[str, Any] = {"connected": False, "heard_ms": None, "health": {}}
    return [
        heard.get(known.name, silent | {"name": known.name, "country": known.country})
        for known in registry.mission.gateways
    ]


def counts(connection: Connection) -> dict[str, Any]:
    """Return how many reports there are by type and by standing, what came twice, what was refused.

    `stored_twice` counts genuine reports that stand in the archive more than once: always 0.
    """
    by_type = sa.select(report.c.type, sa.func.count()).where(report.c.standing == "authentic")
    by_standing = sa.select(report.c.standing, sa.func.count()).group_by(report.c.standing)
    copies = sa.select(sa.func.coalesce(sa.func.sum(carriage.c.copies - 1), 0))
    key = (report.c.device, report.c.generation, report.c.seq)
    twice = (
        sa.select(sa.func.count().label("n"))
        .where(report.c.standing == "authentic")
        .group_by(*key)
        .having(sa.func.count() > 1)
        .subquery()
    )
    return {
        "by_type": _pairs(connection, by_type.group_by(report.c.type)),
        "by_standing": _pairs(connection, by_standing),
        "copies": int(connection.execute(copies).scalar_one()),
        "stored_twice": int(
            connection.execute(
                sa.select(sa.func.coalesce(sa.func.sum(twice.c.n - 1), 0))
            ).scalar_one()
        ),
        "refused": _pairs(connection, sa.select(refusal.c.reason, refusal.c.count)),
        "put_aside": int(
            connection.execute(sa.select(sa.func.count()).select_from(quarantine)).scalar_one()
        ),
    }


def changes_after(connection: Connection, change_id: int) -> list[dict[str, Any]]:
    """Return what changed after one entry of the change journal, oldest first, not all at once."""
    query = sa.select(change).where(change.c.id > change_id).order_by(change.c.id)
    query = query.limit(CHANGES_LIMIT)
    return [dict(row) for row in connection.execute(query).mappings()]


def newest_change(connection: Connection) -> int:
    return int(
        connection.execute(sa.select(sa.func.coalesce(sa.func.max(change.c.id), 0))).scalar_one()
    )


def _pairs(connection: Connection, query: sa.Select[Any]) -> dict[str, int]:
    return {str(name): int(number) for name, number in connection.execute(query)}


def _about(connection: Connection, registry: Registry, report_id: int | None) -> dict[str, Any]:
    """Return what an alarm shows of its report; nothing if it is about none."""
    query = sa.select(report).where(report.c.id == report_id)
    row = connection.execute(query).mappings().first()
    if row is None:
        return {}
    shown = ("device", "call_sign", "team", "country", "mode", "observed_s", "report")
    whole = report_as_json(row, registry)
    return {name: whole[name] for name in shown}


def _lately(connection: Connection, device: int) -> dict[str, Any]:
    """Return what the newest reports of a handset tell about it."""
    query = (
        sa.select(report.c.id, report.c.arrived_ms, report.c.body)
        .where((report.c.device == device) & (report.c.standing == "authentic"))
        .order_by(report.c.id.desc())
        .limit(_RECENT)
    )
    rows = list(connection.execute(query).mappings())
    told = (json.loads(row["body"]).get("battery_pct") for row in rows)
    way = sa.select(carriage.c.rssi_dbm).where(carriage.c.report_id == rows[0]["id"])
    return {
        "last_contact_ms": rows[0]["arrived_ms"],
        "battery_pct": next((battery for battery in told if battery is not None), None),
        "rssi_dbm": connection.execute(way.limit(1)).scalar(),
    }


def _last_position(connection: Connection, device: int) -> dict[str, Any] | None:
    query = (
        sa.select(report.c.lat_e5, report.c.lon_e5, report.c.observed_s, report.c.arrived_ms)
        .where((report.c.device == device) & report.c.lat_e5.is_not(None))
        .where(report.c.standing == "authentic")
        .order_by(report.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    return {
        "lat": row["lat_e5"] / 100_000,
        "lon": row["lon_e5"] / 100_000,
        "observed_s": row["observed_s"],
        "arrived_ms": row["arrived_ms"],
    }


def report_as_json(row: RowMapping, registry: Registry) -> dict[str, Any]:
    """Return a report as the page shows it in a list."""
    handset = registry.handset(row["device"])
    return {
        "id": row["id"],
        "device": row["device"],
        "generation": row["generation"],
        "seq": row["seq"],
        "call_sign": registry.call_sign(row["device"]),
        "team": None if handset is None else handset.team,
        "country": None if handset is None else handset.country,
        "standing": row["standing"],
        "mode": row["mode"],
        "type": row["type"],
        "priority": row["priority"],
        "observed_s": row["observed_s"],
        "arrived_ms": row["arrived_ms"],
        "state": row["state"],
        "state_name": delivery.STATE_NAMES[row["state"]],
        "person": row["person"],
        "report": json.loads(row["body"]),
    }
