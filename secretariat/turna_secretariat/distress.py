"""The book of all SOS: where each stands, and who did what when."""

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from turna_protocol import codes
from turna_secretariat.queries import report_as_json
from turna_secretariat.registry import Registry
from turna_secretariat.schema import action, alarm, is_sos, is_sos_in_hand, report

CALLS_LIMIT = WORDS_LIMIT = IN_HAND_LIMIT = 100
# A deed's word for where an SOS stands; the last one counts, and any final one before "accepted".
_FINAL = ("false_alarm", "refused", "acted")
# What a later word has in common with the call it speaks of: a drill says nothing of a real one.
_SENDER = ("device", "generation", "mode")
_Sender = tuple[Any, ...]


def calls(connection: Connection, registry: Registry) -> list[dict[str, Any]]:
    """Return the SOS, newest first, each with its book.

    If they are too many, those that nobody has taken on are in it, and no drill before a real one.
    """
    query = (
        sa.select(*report.c, alarm.c.id.label("alarm_id"), alarm.c.cancelled_ms)
        .join_from(alarm, report, report.c.id == alarm.c.report_id)
        .where(alarm.c.kind == "sos")
        .order_by(alarm.c.closed_ms.is_not(None), report.c.mode != "actual")
        .order_by(report.c.arrived_ms.desc(), report.c.id.desc())
        .limit(CALLS_LIMIT)
    )
    rows = connection.execute(query).mappings().all()
    rows = sorted(rows, key=lambda row: (row["arrived_ms"], row["id"]), reverse=True)
    deeds = _deeds(connection, [row["id"] for row in rows])
    sent = _sent(connection, rows)
    return [_call(registry, row, sent[_sender(row)], deeds[row["id"]]) for row in rows]


def in_hand_by_mode(connection: Connection, registry: Registry) -> list[dict[str, Any]]:
    """Return, for each mode that has any, the SOS in hand: they are never added up."""
    found = (in_hand(connection, registry, mode) for mode in codes.MODES)
    return [one for one in found if one["count"]]


def in_hand(connection: Connection, registry: Registry, mode: str) -> dict[str, Any]:
    """Return the SOS of one mode that somebody accepted and nobody ended: how many, since when.

    A person's word ends its alarm; one that ends the call for help moves its state on as well.  If
    they are too many, `more` says how many are left out: what its sender took back goes first, then
    all but the last of each handset, then the oldest.
    """
    accepted = (alarm.c.kind == "sos") & alarm.c.closed_ms.is_not(None)
    chosen = accepted & (report.c.mode == mode) & is_sos_in_hand
    both = sa.join(report, alarm, report.c.id == alarm.c.report_id)
    newest = report.c.id.desc()
    whose = sa.over(sa.func.row_number(), partition_by=report.c.device, order_by=newest)
    all_of_them = (sa.over(sa.func.count()), sa.over(sa.func.min(alarm.c.closed_ms)))
    first = sa.select(report.c.id, *all_of_them).select_from(both).where(chosen)
    first = first.order_by(alarm.c.cancelled_ms.is_not(None), whose, newest).limit(IN_HAND_LIMIT)
    found = connection.execute(first).all()
    words = (alarm.c.cancelled_ms, alarm.c.closed_ms, alarm.c.closed_by)
    listed = sa.select(*report.c, *words).select_from(both)
    listed = listed.where(accepted & report.c.id.in_([row.id for row in found])).order_by(newest)
    _, count, since_ms = found[0] if found else (None, 0, None)
    return {
        "mode": mode,
        "calls": [_in_hand(row, registry) for row in connection.execute(listed).mappings()],
        "count": count,
        "more": count - len(found),
        "since_ms": since_ms,
    }


def _in_hand(row: RowMapping, registry: Registry) -> dict[str, Any]:
    return report_as_json(row, registry) | {
        "cancelled_ms": row["cancelled_ms"],
        "accepted_ms": row["closed_ms"],
        "accepted_by": row["closed_by"],
    }


def ended_by(connection: Connection, report_ids: list[int]) -> dict[int, tuple[str, str]]:
    """Return the last word on each call that has one, and whose it is."""
    ends = {}
    for report_id, deeds in _deeds(connection, report_ids).items():
        final = [deed for deed in deeds if deed["did"] in _FINAL]
        if final:
            ends[report_id] = (final[-1]["did"], final[-1]["who"])
    return ends


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
        deed["reason"] = row["reason"]
        deeds[row["report_id"]].append(deed)
    return deeds


def _call(
    registry: Registry, call: RowMapping, sent: Iterable[RowMapping], deeds: list[dict[str, Any]]
) -> dict[str, Any]:
    said = [deed["did"] for deed in deeds]
    book = [*_words_about(call, sent, registry.call_sign(call["device"])), *deeds]
    return report_as_json(call, registry) | {
        "alarm_id": call["alarm_id"],
        "cancelled_ms": call["cancelled_ms"],
        "stands": standing(said, is_cancelled=call["cancelled_ms"] is not None),
        "book": sorted(book, key=lambda entry: entry["at_ms"]),
    }


def _sent(connection: Connection, calls: Iterable[RowMapping]) -> dict[_Sender, list[RowMapping]]:
    """Return every SOS of the handsets that called, in the order of their own count."""
    query = (
        sa.select(*(report.c[name] for name in (*_SENDER, "id", "seq", "arrived_ms", "body")))
        .where(report.c.device.in_({call["device"] for call in calls}) & is_sos)
        .where(report.c.standing.in_(("authentic", "clone")))
        .order_by(report.c.seq)
    )
    sent: dict[_Sender, list[RowMapping]] = defaultdict(list)
    for row in connection.execute(query).mappings():
        sent[_sender(row)].append(row)
    return sent


def _sender(row: RowMapping) -> _Sender:
    return tuple(row[name] for name in _SENDER)


def _words_about(call: RowMapping, sent: Iterable[RowMapping], who: str) -> list[dict[str, Any]]:
    """Return the call itself and every later word of its handset about it."""
    book: list[dict[str, Any]] = []
    for row in sent:
        if row["seq"] < call["seq"]:
            continue
        body = json.loads(row["body"])
        if row["id"] != call["id"]:
            if body["phase"] == "declare" or len(book) == WORDS_LIMIT:
                break  # another call; what follows speaks of that one
            if body["sos_reference"] not in (None, call["seq"]):
                continue
        book.append({"at_ms": row["arrived_ms"], "who": who, "did": body["phase"]})
    return book
