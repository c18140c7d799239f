"""Which reports an export holds: one mode, a window of time, teams, types; and nothing unproved.

The window is of storing at the Secretariat, not of writing: whoever asks for what is new since the
last time also gets what reached us late.
"""

import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from turna_protocol import codes, delivery
from turna_protocol.errors import MalformedError
from turna_protocol.iso8601 import format_time, parse_time
from turna_protocol.json_form import TYPE_NAMES
from turna_secretariat.exports.entry import Entry, Extract
from turna_secretariat.exports.stands import CALLING, Stands, read_stands
from turna_secretariat.newest import first_id_since
from turna_secretariat.registry import Registry
from turna_secretariat.schema import is_sos, report
from turna_secretariat.scope import countries_in_view

# An export is made in memory; beyond this the window has to be narrower.
ENTRY_LIMIT = 50_000
# So many earlier calls a cancellation without a number takes back by name.
_REFERENCE_LIMIT = 10
_AGO = re.compile(r"([0-9]{1,5})([mhd])")
_AGO_S = {"m": 60, "h": 3600, "d": 86_400}


class SelectionError(ValueError):
    """Nothing can be selected this way; the message says why, in one sentence."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What to export; an empty tuple means all."""

    mode: str
    types: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    since_ms: int | None = None
    until_ms: int | None = None

    def in_words(self, countries: Collection[str] | None) -> str:
        """Return what is left in beside the mode, "" for all; `countries` are those in view."""
        parts = [
            f"{what} {', '.join(sorted(these))}"
            for what, these in (
                ("country", [country.upper() for country in countries or ()]),
                ("type", self.types),
                ("team", self.teams),
            )
            if these
        ]
        for what, at_ms in (("since", self.since_ms), ("before", self.until_ms)):
            parts += [] if at_ms is None else [f"stored {what} {format_time(at_ms // 1000)}"]
        return f"Only: {'; '.join(parts)}." if parts else ""


def read_selection(
    registry: Registry,
    now_s: int,
    *,
    mode: str | None = None,
    types: Sequence[str] = (),
    teams: Sequence[str] = (),
    since: str | None = None,
    until: str | None = None,
) -> Selection:
    """Return what a person asked for; without a mode, the mission's own."""
    mode = registry.mission.mode if mode is None else mode
    if mode not in codes.MODES:
        raise SelectionError(f"mode: one of {', '.join(codes.MODES)}; they are never mixed")
    _require_known("type", types, TYPE_NAMES)
    _require_known("team", teams, {handset.team for handset in registry.handsets()})
    return Selection(
        mode=mode,
        types=tuple(types),
        teams=tuple(teams),
        since_ms=moment_ms("since", since, now_s),
        until_ms=moment_ms("until", until, now_s),
    )


def select(connection: Connection, registry: Registry, selection: Selection) -> Extract:
    """Return the selected reports in the order of their arrival."""
    query = _query(registry, selection)
    if selection.since_ms is not None:
        query = query.where(report.c.id >= first_id_since(connection, selection.since_ms))
    query = query.order_by(report.c.id).limit(ENTRY_LIMIT + 1)
    rows = connection.execute(query).mappings().all()
    if len(rows) > ENTRY_LIMIT:
        raise SelectionError(f"more than {ENTRY_LIMIT} reports: choose a shorter time or one type")
    entries = tuple(_with_references(connection, registry, row) for row in rows)
    chosen = selection.in_words(countries_in_view.get())
    return Extract(registry.mission.name, selection.mode, entries, chosen)


def select_one(connection: Connection, registry: Registry, report_id: int) -> Entry | None:
    """Return one proved report, or None if there is none of that number."""
    where = (report.c.id == report_id) & (report.c.standing == "authentic")
    row = connection.execute(sa.select(report).where(where)).mappings().first()
    return None if row is None else _with_references(connection, registry, row)


def select_after(
    connection: Connection, registry: Registry, selection: Selection, after_id: int, limit: int
) -> list[Entry]:
    """Return the oldest selected reports that came after one, to follow what arrives."""
    if after_id == 0 and selection.since_ms is not None:
        after_id = first_id_since(connection, selection.since_ms) - 1
    query = _query(registry, selection).where(report.c.id > after_id).order_by(report.c.id)
    rows = connection.execute(query.limit(limit)).mappings()
    return [_with_references(connection, registry, row) for row in rows]


def select_among(
    connection: Connection, registry: Registry, selection: Selection, report_ids: Collection[int]
) -> list[Entry]:
    """Return which of these reports are selected, the oldest first."""
    query = _query(registry, selection).where(report.c.id.in_(report_ids)).order_by(report.c.id)
    rows = connection.execute(query).mappings().all()
    return [_with_references(connection, registry, row) for row in rows]


def _query(registry: Registry, selection: Selection) -> sa.Select[Any]:
    query = sa.select(report).where(
        (report.c.standing == "authentic") & (report.c.mode == selection.mode)
    )
    if selection.types:
        query = query.where(report.c.type.in_(selection.types))
    if selection.teams:
        members = [h.device for h in registry.handsets() if h.team in selection.teams]
        query = query.where(report.c.device.in_(members))
    if selection.since_ms is not None:
        query = query.where(report.c.arrived_ms >= selection.since_ms)
    if selection.until_ms is not None:
        query = query.where(report.c.arrived_ms < selection.until_ms)
    return query


def _with_references(connection: Connection, registry: Registry, row: RowMapping) -> Entry:
    body = json.loads(row["body"])
    if row["type"] != "sos":
        return _entry(registry, row, body)
    calls: list[RowMapping] = []
    if body["phase"] != codes.SOS_PHASES[codes.DECLARE]:
        calls = _earlier_calls(connection, row, body["sos_reference"])
    earlier = tuple(_entry(registry, call, json.loads(call["body"])) for call in calls)
    return _entry(registry, row, body, earlier, read_stands(connection, row, calls))


def _earlier_calls(
    connection: Connection, row: RowMapping, reference: int | None
) -> list[RowMapping]:
    """Return the declarations that an SOS refers to: the one it names, or all before it."""
    query = sa.select(report).where(
        (report.c.device == row["device"])
        & (report.c.generation == row["generation"])
        & (report.c.standing == "authentic")
        & (report.c.mode == row["mode"])
        & is_sos
        & (report.c.seq < row["seq"] if reference is None else report.c.seq == reference)
    )
    found = connection.execute(query.order_by(report.c.seq.desc()).limit(_REFERENCE_LIMIT))
    declares = codes.SOS_PHASES[codes.DECLARE]
    return [call for call in found.mappings() if json.loads(call["body"])["phase"] == declares]


def _entry(
    registry: Registry,
    row: RowMapping,
    body: dict[str, Any],
    earlier: tuple[Entry, ...] = (),
    stands: Stands = CALLING,
) -> Entry:
    handset = registry.handset(row["device"])
    return Entry(
        mission=registry.mission.name,
        id=row["id"],
        device=row["device"],
        generation=row["generation"],
        seq=row["seq"],
        call_sign=registry.call_sign(row["device"]),
        team="unknown" if handset is None else handset.team,
        country="" if handset is None else handset.country,
        mode=row["mode"],
        type=row["type"],
        priority=row["priority"],
        observed_s=row["observed_s"],
        arrived_ms=row["arrived_ms"],
        state_name=delivery.STATE_NAMES[row["state"]],
        lat_e5=row["lat_e5"],
        lon_e5=row["lon_e5"],
        body=body,
        refers_to=earlier,
        stands=stands,
    )


def _require_known(what: str, wanted: Iterable[str], known: Iterable[str]) -> None:
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        raise SelectionError(f"{what}: {unknown[0]!r} is none of {', '.join(sorted(known))}")


def moment_ms(what: str, text: str | None, now_s: int) -> int | None:
    """Return unix milliseconds of a time, or of so long ago; a SelectionError names `what`."""
    if text is None or text == "":
        return None
    ago = _AGO.fullmatch(text)
    if ago is not None:
        return (now_s - int(ago[1]) * _AGO_S[ago[2]]) * 1000
    try:
        return parse_time(text) * 1000
    except (MalformedError, IndexError):
        raise SelectionError(f"{what}: as in 2026-02-06T01:17:00Z, or 90m, 24h, 3d ago") from None
