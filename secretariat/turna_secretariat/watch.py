"""The picture in lines of text, for a terminal behind a thin link: never more bytes than agreed.

An SOS and every other alarm is always told; reports are told while there is room, and counted where
there is none.  A line is never rewritten: what was printed can be scrolled back, piped and kept.
"""

import json
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from turna_secretariat import queries
from turna_secretariat.exports.harmless import one_line
from turna_secretariat.registry import Registry
from turna_secretariat.schema import report

# A line of a usual terminal.
COLUMNS = 79
BELL = "\a"
# Positions and health say that a handset lives; the summary does so in fewer bytes.
QUIET_TYPES = ("position", "node_health")
SUMMARY_EVERY_MS = 5 * 60_000
SILENT_MS = 15 * 60_000
_AT_ONCE = 500
_HEADING = ("type", "mode", "time", "time_quality", "position", "altitude_m", "sos_reference")
# What is cut off at the end of a line must be what matters least.
_FIRST = ("phase", "casualties", "patients", "trapped", "needs", "hazards")
_LAST = ("text", "battery_pct")
_MARKS = {"actual": "REAL", "exercise": "EXERCISE", "test": "TEST"}


class Budget:
    """Lets so many bytes pass in a minute, and what was saved up in one minute at most."""

    def __init__(self, bytes_a_minute: int) -> None:
        self._most = bytes_a_minute
        self._left = float(bytes_a_minute)
        self._at_ms: int | None = None

    def takes(self, size: int, now_ms: int) -> bool:
        """Tell whether so many bytes may pass now, and count them if so."""
        self._save_up(now_ms)
        if size > self._left:
            return False
        self._left -= size
        return True

    def owe(self, size: int, now_ms: int) -> None:
        """Count what passes in any case; others wait the longer for it."""
        self._save_up(now_ms)
        self._left -= size

    def _save_up(self, now_ms: int) -> None:
        since_ms = 0 if self._at_ms is None else max(0, now_ms - self._at_ms)
        self._left = min(float(self._most), self._left + self._most * since_ms / 60_000)
        self._at_ms = now_ms


class Watch:
    """Remembers what was told; each look returns the lines that are new."""

    def __init__(self, registry: Registry, bytes_a_minute: int, after_id: int = 0) -> None:
        self._registry = registry
        self._budget = Budget(bytes_a_minute)
        self._after_id = after_id
        self._alarms: dict[int, dict[str, Any]] = {}
        self._untold: Counter[tuple[str, str]] = Counter()  # by mark and kind
        self._summary_ms: int | None = None

    def look(self, connection: Connection, now_ms: int) -> list[str]:
        """Return what there is to be told since the last look: alarms first."""
        lines = [*self._alarm_lines(connection)]
        for line in lines:
            self._budget.owe(_size(line), now_ms)
        for line in [*self._summary(connection, now_ms), *self._report_lines(connection)]:
            if self._budget.takes(_size(line), now_ms):
                lines.append(line)
            else:
                _, mark, _, kind, *_ = line.split()
                self._untold[mark, kind] += 1
        return lines + self._leftovers(now_ms)

    def _alarm_lines(self, connection: Connection) -> Iterator[str]:
        now_open = {row["id"]: row for row in queries.open_alarms(connection, self._registry)}
        for number, row in sorted(now_open.items()):
            known = self._alarms.get(number)
            if known is None or known["cancelled_ms"] != row["cancelled_ms"]:
                yield _alarm(row)
        for number in sorted(self._alarms.keys() - now_open.keys()):
            yield _alarm(self._alarms[number], is_closed=True).lstrip(BELL)
        self._alarms = now_open

    def _report_lines(self, connection: Connection) -> Iterator[str]:
        query = sa.select(report).where(report.c.type.not_in(QUIET_TYPES))
        query = query.where(report.c.id > self._after_id).order_by(report.c.id)
        for row in connection.execute(query.limit(_AT_ONCE)).mappings():
            self._after_id = row["id"]
            if row["type"] == "sos" and row["id"] in self._told():
                continue
            said = queries.report_as_json(row, self._registry)
            doubt = "" if said["standing"] == "authentic" else f"NOT PROVED ({said['standing']}) "
            kind = one_line(said["type"])
            yield _line(row["arrived_ms"], said, f"{kind} {doubt}{gist(json.loads(row['body']))}")

    def _told(self) -> set[int]:
        return {row["report_id"] for row in self._alarms.values() if row["report_id"] is not None}

    def _summary(self, connection: Connection, now_ms: int) -> list[str]:
        if self._summary_ms is not None and now_ms - self._summary_ms < SUMMARY_EVERY_MS:
            return []
        self._summary_ms = now_ms
        mission_mode = self._registry.mission.mode
        handsets = queries.handsets(connection, self._registry, mission_mode)
        heard = [h for h in handsets if h["last_contact_ms"] is not None]
        gone = [h for h in heard if now_ms - h["last_contact_ms"] > SILENT_MS]
        silent = [h["call_sign"] for h in gone if not h["revoked"]]
        # An alarm about no report is of no mode, and concerns whoever watches.
        mine = [row for row in self._alarms.values() if row.get("mode") in (mission_mode, None)]
        calls = sum(row["kind"] == "sos" for row in mine)
        mode = _MARKS[mission_mode]
        words = f"heard {len(heard) - len(silent)} of {len(handsets)}, SOS {calls}, alarms "
        words += str(len(mine))
        if silent:
            words += f", silent: {' '.join(silent)}"
        return [_cut(f"{_clock(now_ms)} {mode} all summary: {words}")]

    def _leftovers(self, now_ms: int) -> list[str]:
        """Return what was left out as soon as there is room to say so."""
        if not self._untold:
            return []
        left_out = sorted(self._untold.items())
        words = ", ".join(f"{mark} {count} {kind}" for (mark, kind), count in left_out)
        line = _cut(f"{_clock(now_ms)} not shown for want of room: {words}")
        if not self._budget.takes(_size(line), now_ms):
            return []
        self._untold.clear()
        return [line]


def gist(body: dict[str, Any]) -> str:
    """Return what a report says in a few words: what is known, and not none."""
    words = []
    for name in sorted(body, key=_place):
        value = body[name]
        if name in _HEADING or value in (None, 0, "", "unknown", "unspecified", "none", [], {}):
            continue
        if name == "text":
            words.append(f'"{value}"')
        elif isinstance(value, dict):
            # Something that is needed may have no number; a count that is unknown says nothing.
            known = {k: v for k, v in value.items() if v or (v is None and name == "needs")}
            words += [f"{k} {'?' if v is None else v}" for k, v in known.items()]
        elif isinstance(value, list):
            words.append(f"{name} {','.join(map(str, value))}")
        elif isinstance(value, str):
            words.append(value)
        else:
            words.append(name if value is True else f"{name} {value}")
    return one_line("; ".join(words).replace("_", " "))


def _place(name: str) -> int:
    """Return where in the line something stands; what has no place of its own is in the middle."""
    if name in _FIRST:
        return _FIRST.index(name) - len(_FIRST)
    return 1 + _LAST.index(name) if name in _LAST else 0


def after_last(connection: Connection, count: int) -> int:
    """Return after which report to begin, so that `count` are told; 0 if there are fewer."""
    told = sa.select(report.c.id).where(report.c.type.not_in(QUIET_TYPES))
    begun = connection.execute(told.order_by(report.c.id.desc()).offset(count).limit(1)).scalar()
    return int(begun or 0)


def _alarm(row: dict[str, Any], *, is_closed: bool = False) -> str:
    taken_back = row["cancelled_ms"] is not None and not is_closed
    kind = (
        "SOS? TAKEN BACK by its sender"
        if taken_back
        else "SOS"
        if row["kind"] == "sos"
        else one_line(row["kind"].replace("_", " "))
    )
    place = (row.get("report") or {}).get("position")
    where = f" at {place['lat']:.5f},{place['lon']:.5f}" if place else ""
    said = {"mode": row.get("mode"), "call_sign": row.get("call_sign") or "-"}
    detail = "" if row["kind"] == "sos" else f" {one_line(row['detail'])}"
    mark, end = ("", " closed") if is_closed else ("!!! ", "")  # a person is still to look at it
    return BELL + _line(row["at_ms"], said, f"{mark}{kind}{where}{detail}{end}")


def _line(at_ms: int, said: dict[str, Any], words: str) -> str:
    mark = _MARKS.get(said["mode"] or "", "-")
    return _cut(f"{_clock(at_ms)} {mark} {one_line(said['call_sign'])} {words}")


def _clock(at_ms: int) -> str:
    return time.strftime("%H:%M:%S", time.gmtime(at_ms / 1000))


def _cut(line: str) -> str:
    return line if len(line) <= COLUMNS else line[: COLUMNS - 1] + "…"


def _size(line: str) -> int:
    return len(line.encode()) + 1
