"""The book of all SOS: where each stands, and who did what when."""

import json
from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from turna_secretariat.queries import report_as_json
from turna_secretariat.registry import Registry
from turna_secretariat.schema import action, alarm, is_sos, report

CALLS_LIMIT = 100
# A deed's word for where an SOS stands; the last one counts, and any final one before "accepted".
_FINAL = ("false_alarm", "refused", "acted")


def calls(connection: Connection, registry: Registry) -> list[dict[str, Any]]:
    """Return every SOS, newest first, each with its book."""
    query = (
        sa.select(*report.c, alarm.c.id.label("alarm_id"), alarm.c.cancelled_ms)
        .join_from(alarm, report, report.c.id == alarm.c.report_id)
        .where(alarm.c.kind == "sos")
        .order_by(alarm.c.id.desc())
        .limit(CALLS_LIMIT)
    )
    rows = connection.execute(query).mappings().all()
    deeds = _deeds(connection, [row["id"] for row in rows])
    return [_call(connection, registry, row, deeds[row["id"]]) for row in rows]


def standing(deeds: list[str], *, is_cancelled: bool) -> str:
    """Return the one word for where an SOS stands."""
    final = next((did for did in reversed(deeds) if did in _FINAL), None)
    if final is not None:
        return final
    if "accepted" in deeds:
        return "accepted"
    return "cancelled" if is_cancelled else "calling"


def _deeds(connection: Connection, report_ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    """Return what people did with each report, in order."""
    query = sa.select(action).where(action.c.report_id.in_(report_ids)).order_by(action.c.id)
    deeds: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in connection.execute(query).mappings():
        deed = {"at_ms": row["at_ms"], "who": row["person"], "did": row["did"]}
        deeds[row["report_id"]].append(deed)
    return deeds


def _call(
    connection: Connection, registry: Registry, call: RowMapping, deeds: list[dict[str, Any]]
) -> dict[str, Any]:
    said = [deed["did"] for deed in deeds]
    book = [*_words_of_sender(connection, registry, call), *deeds]
    return report_as_json(call, registry) | {
        "alarm_id": call["alarm_id"],
        "cancelled_ms": call["cancelled_ms"],
        "stands": standing(said, is_cancelled=call["cancelled_ms"] is not None),
        "book": sorted(book, key=lambda entry: entry["at_ms"]),
    }


def _words_of_sender(
    connection: Connection, registry: Registry, call: RowMapping
) -> list[dict[str, Any]]:
    """Return the call itself and every later word of the handset about it."""
    query = (
        sa.select(report.c.id, report.c.seq, report.c.arrived_ms, report.c.body)
        .where((report.c.device == call["device"]) & is_sos)
        .where((report.c.generation == call["generation"]) & (report.c.seq >= call["seq"]))
        .where(report.c.standing.in_(("authentic", "clone")))
        .order_by(report.c.seq)
        .limit(CALLS_LIMIT)
    )
    who = registry.call_sign(call["device"])
    book = []
    for row in connection.execute(query).mappings():
        body = json.loads(row["body"])
        if row["id"] != call["id"]:
            if body["phase"] == "declare":
                break  # another call; what follows speaks of that one
            if body["sos_reference"] not in (None, call["seq"]):
                continue
        book.append({"at_ms": row["arrived_ms"], "who": who, "did": body["phase"]})
    return book
