"""What the page and the commands read from the archive, as plain JSON-able dictionaries."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from turna_protocol import delivery
from turna_secretariat import alarms
from turna_secretariat.down_schema import revocation
from turna_secretariat.newest import newest_of
from turna_secretariat.registry import Registry
from turna_secretariat.schema import (
    action,
    alarm,
    carriage,
    change,
    contact,
    gap,
    gateway,
    notice,
    quarantine,
    refusal,
    report,
    tally,
)
from turna_secretariat.scope import devices_in_view

PAGE_LIMIT = 500
CHANGES_LIMIT = 200
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
    if kinds is not None:
        rows = newest_of(connection, kinds, limit=min(limit, PAGE_LIMIT), before_id=before_id)
        return [report_as_json(row, registry) for row in rows]
    query = sa.select(report).order_by(report.c.id.desc()).limit(min(limit, PAGE_LIMIT))
    if before_id is not None:
        query = query.where(report.c.id < before_id)
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
            {name: deed[name] for name in ("at_ms", "person", "did", "reason")}
            for deed in connection.execute(deeds).mappings()
        ],
        "content_hex": row["content"].hex(),
        "end_to_end_tag_hex": row["end_to_end_tag"].hex(),
    }


def handsets(connection: Connection, registry: Registry, mode: str) -> list[dict[str, Any]]:
    """Return every handset in view: last contact, place, battery, signal and count in one mode."""
    contacts = {row["device"]: row for row in _contacts(connection, mode)}
    mine = (tally.c.mode == mode) & (tally.c.standing == "authentic")
    sums = sa.select(tally.c.device, sa.func.sum(tally.c.reports)).where(mine)
    sent = _pairs(connection, sums.group_by(tally.c.device))
    missing = sa.select(gap.c.device, sa.func.sum(gap.c.last - gap.c.first + 1))
    missed = _pairs(connection, missing.group_by(gap.c.device))
    in_view = devices_in_view.get()
    revoked = revoked_generations(connection)
    return [
        {
            "device": handset.device,
            "call_sign": handset.call_sign,
            "team": handset.team,
            "country": handset.country,
            "revoked": revoked.get(handset.device, -1) >= handset.generation,
            "reports": sent.get(str(handset.device), 0),
            "missing": missed.get(str(handset.device), 0),
        }
        | _lately(contacts.get(handset.device))
        for handset in registry.handsets()
        if in_view is None or handset.device in in_view
    ]


def revoked_generations(connection: Connection) -> dict[int, int]:
    """Return up to which generation the keys of each lost handset are revoked."""
    query = sa.select(revocation.c.device, revocation.c.generation)
    return {int(device): int(generation) for device, generation in connection.execute(query)}


def open_alarms(connection: Connection, registry: Registry) -> list[dict[str, Any]]:
    """Return alarms that no person has answered yet: each SOS, then others, newest first.

    If they are too many, the last of each handset goes before a further one of any: who calls a
    hundred times hides nobody.
    """
    whose = sa.over(
        sa.func.row_number(),
        partition_by=(alarm.c.kind, alarm.c.detail),
        order_by=alarm.c.id.desc(),
    )
    is_sos_alarm = alarm.c.kind == "sos"
    query = sa.select(alarm).where(alarm.c.closed_ms.is_(None))
    query = query.order_by(is_sos_alarm.desc(), whose, alarm.c.id.desc()).limit(_OPEN_ALARM_LIMIT)
    rows = connection.execute(query).mappings().all()
    known = _about(connection, registry, [row["report_id"] for row in rows])
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
        | _of_handset(registry, row["detail"])
        | known.get(row["report_id"], {})
        for row in sorted(rows, key=lambda row: (row["kind"] != "sos", -row["id"]))
    ]


def open_alarm_count(connection: Connection) -> int:
    """Return how many there are, of which `open_alarms` may show the first only."""
    query = sa.select(sa.func.count()).select_from(alarm).where(alarm.c.closed_ms.is_(None))
    return int(connection.execute(query).scalar_one())


def closed_by(connection: Connection, alarm_ids: Sequence[int]) -> dict[int, str]:
    """Return who has closed each alarm."""
    query = sa.select(alarm.c.id, alarm.c.closed_by).where(
        alarm.c.id.in_(alarm_ids) & alarm.c.closed_by.is_not(None)
    )
    return {row.id: row.closed_by for row in connection.execute(query)}


def alarm_words(connection: Connection, registry: Registry, alarm_id: int) -> list[str] | None:
    """Return what kind of alarm it is and about whom; None if there is none."""
    query = sa.select(alarm.c.kind, alarm.c.detail).where(alarm.c.id == alarm_id)
    row = connection.execute(query).first()
    if row is None:
        return None
    whom = _of_handset(registry, row.detail).get("call_sign", row.detail)
    return ["SOS" if row.kind == "sos" else row.kind.replace("_", " "), whom]


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
    heard = {row["name"]: dict(row) | {"health": _health(row["health"])} for row in rows}
    silent: dict[str, Any] = {"connected": False, "heard_ms": None, "health": {}}
    return [
        heard.get(known.name, silent | {"name": known.name, "country": known.country})
        for known in registry.mission.gateways
    ]


def _health(said: str) -> dict[str, Any]:
    """Return a gateway's last word, of lost handsets only those in view."""
    health: dict[str, Any] = json.loads(said)
    in_view = devices_in_view.get()
    if in_view is not None and "revoked_heard" in health:
        heard = health["revoked_heard"]
        health["revoked_heard"] = [one for one in heard if one[0] in in_view]
    return health


def counts(connection: Connection, mode: str) -> dict[str, Any]:
    """Return how many reports of one mode there are, and what belongs to none: what was refused.

    `by_type` counts proved reports, `by_standing` all, `copies` what came again and was not stored
    again, `other_modes` all reports of each other mode.
    """
    by = (tally.c.mode, tally.c.standing, tally.c.type)
    sums = (sa.func.sum(tally.c[name]).label(name) for name in ("reports", "copies"))
    rows = connection.execute(sa.select(*by, *sums).group_by(*by)).mappings().all()
    mine = [row for row in rows if row["mode"] == mode]
    return {
        "by_type": _sums([row for row in mine if row["standing"] == "authentic"], "type"),
        "by_standing": _sums(mine, "standing"),
        "copies": sum(int(row["copies"]) for row in mine),
        "other_modes": _sums([row for row in rows if row["mode"] != mode], "mode"),
        "refused": _pairs(connection, sa.select(refusal.c.reason, refusal.c.count)),
        "put_aside": int(
            connection.execute(sa.select(sa.func.count()).select_from(quarantine)).scalar_one()
        ),
    }


def stored_twice(connection: Connection) -> int:
    """Count genuine reports that stand in the archive more than once: always 0.

    Reads every report: a proof for a demonstration and for tests, not for the page.
    """
    key = (report.c.device, report.c.generation, report.c.seq)
    twice = (
        sa.select(sa.func.count().label("n"))
        .where(report.c.standing == "authentic")
        .group_by(*key)
        .having(sa.func.count() > 1)
        .subquery()
    )
    surplus = sa.select(sa.func.coalesce(sa.func.sum(twice.c.n - 1), 0))
    return int(connection.execute(surplus).scalar_one())


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


def _of_handset(registry: Registry, detail: str) -> dict[str, Any]:
    """Return whom an alarm about no report is about, if its words name a handset of the mission."""
    device = alarms.device_in(detail)
    handset = None if device is None else registry.handset(device)
    if handset is None:
        return {}
    return {name: getattr(handset, name) for name in ("device", "call_sign", "team", "country")}


def _about(
    connection: Connection, registry: Registry, report_ids: Sequence[int | None]
) -> dict[int, dict[str, Any]]:
    """Return what alarms show of their reports."""
    query = sa.select(report).where(report.c.id.in_([n for n in report_ids if n is not None]))
    shown = ("device", "call_sign", "team", "country", "mode", "observed_s", "report")
    found = {}
    for row in connection.execute(query).mappings():
        whole = report_as_json(row, registry)
        found[row["id"]] = {name: whole[name] for name in shown}
    return found


def _contacts(connection: Connection, mode: str) -> Sequence[RowMapping]:
    """Return each handset's last contact with what the reports that it names say."""
    last, placed = report.alias("last_report"), report.alias("placed_report")
    signal = sa.select(carriage.c.rssi_dbm).where(carriage.c.report_id == contact.c.last_id)
    query = (
        sa.select(
            contact.c.device,
            contact.c.battery_pct,
            _alive(last).label("last_contact_ms"),
            signal.limit(1).scalar_subquery().label("rssi_dbm"),
            *(placed.c[name] for name in ("lat_e5", "lon_e5", "observed_s", "arrived_ms")),
            _alive(placed).label("seen_ms"),
        )
        .join_from(contact, last, last.c.id == contact.c.last_id)
        .outerjoin(placed, placed.c.id == contact.c.placed_id)
        .where(contact.c.mode == mode)
    )
    return connection.execute(query).mappings().all()


def _alive(said: sa.FromClause) -> sa.ColumnElement[int]:
    """Return when a handset was surely there: heard by radio or writing, but not after it came.

    Either clock may be behind, a gateway's or a handset's: the later of them counts.
    """
    heard = sa.select(sa.func.max(carriage.c.heard_ms)).where(carriage.c.report_id == said.c.id)
    heard_ms = sa.func.coalesce(heard.scalar_subquery(), 0)
    written_ms = sa.func.coalesce(said.c.observed_s * 1000, 0)
    later = sa.case((heard_ms > written_ms, heard_ms), else_=written_ms)
    came_ms = said.c.arrived_ms
    return sa.case((later == 0, came_ms), (later < came_ms, later), else_=came_ms)


def _lately(last: RowMapping | None) -> dict[str, Any]:
    """Return what the newest reports of a handset tell about it; None: there are none."""
    shown = ("last_contact_ms", "battery_pct", "rssi_dbm")
    if last is None:
        return dict.fromkeys((*shown, "position"))
    position = None
    if last["lat_e5"] is not None:
        position = {
            "lat": last["lat_e5"] / 100_000,
            "lon": last["lon_e5"] / 100_000,
            "observed_s": last["observed_s"],
            "arrived_ms": last["arrived_ms"],
            "seen_ms": last["seen_ms"],
        }
    return {name: last[name] for name in shown} | {"position": position}


def _sums(rows: Sequence[RowMapping], by: str) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for row in rows:
        sums[row[by]] += int(row["reports"])
    return dict(sums)


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
