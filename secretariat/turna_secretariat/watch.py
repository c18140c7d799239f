"""The picture in lines of text, for a terminal behind a thin link: never more bytes than agreed.

First what stands, as much as a small terminal holds; then only what changes.  An SOS, every other
alarm and a gateway that falls out are always told; reports are told while there is room, and
counted where there is none.  A line is never rewritten: it can be scrolled back, piped and kept.
"""

import json
import textwrap
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from turna_secretariat import distress, down_queries, queries, standing
from turna_secretariat.exports.harmless import one_line
from turna_secretariat.registry import Registry
from turna_secretariat.schema import report
from turna_secretariat.standing import Standing, Team, ago

# A usual terminal, and one row of it for what is typed next.
COLUMNS, ROWS = 79, 23
BELL = "\a"
# Positions and health say that a handset lives; the summary does so in fewer bytes.
QUIET_TYPES = ("position", "node_health")
SUMMARY_EVERY_MS = 5 * 60_000
REMIND_EVERY_MS = 60_000
_AT_ONCE = 500
_NAME_LEAST = 6  # a shorter piece of a mission's name says nothing
# At the beginning: the rest of a small terminal is for reports.
_CALLS_FIRST, _IN_HAND_FIRST, _ALARMS_FIRST, _DOWN_FIRST, _TEAM_LINES = 8, 3, 3, 3, 3
_HEADING = ("type", "mode", "time", "time_quality", "position", "altitude_m", "sos_reference")
# What is cut off at the end of a line must be what matters least.
_FIRST = ("phase", "casualties", "patients", "trapped", "needs", "hazards")
_LAST = ("text", "battery_pct")
# An SOS says by itself that it is a call for help.
_PHASES = {"declare": "", "update": "an addition", "cancel": "TAKEN BACK by its sender"}
_LAST_WORDS = {"acted": "acted on", "refused": "refused", "false_alarm": "a false alarm"}
_MARKS = {"actual": "REAL", "exercise": "EXERCISE", "test": "TEST"}


_Row = dict[str, Any]


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

    def __init__(self, registry: Registry, bytes_a_minute: int, last: int | None = None) -> None:
        """Begin with the `last` reports, or with as many as fit below what stands."""
        self._registry = registry
        self._budget = Budget(bytes_a_minute)
        self._last = last
        self._after_id = 0
        self._told: Standing | None = None
        self._untold: Counter[tuple[str, str]] = Counter()  # by mark and kind
        self._summary_ms = 0
        self._reminded_ms = 0

    def look(self, connection: Connection, now_ms: int) -> list[str]:
        """Return what there is to be told since the last look: what matters most first."""
        now = standing.look(connection, self._registry, now_ms)
        if self._told is None:
            lines = _beginning(now)
            fits = max(0, ROWS - len(lines))
            self._after_id = after_last(connection, fits if self._last is None else self._last)
            self._summary_ms = self._reminded_ms = now_ms
        else:
            lines = [*_changes(connection, self._told, now), *self._again(now)]
        self._told = now
        for line in lines:
            self._budget.owe(_size(line), now_ms)
        for line in self._report_lines(connection):
            if self._budget.takes(_size(line), now_ms):
                lines.append(line)
            else:
                _, mark, _, kind, *_ = line.split()
                self._untold[mark, kind] += 1
        return lines + self._leftovers(now_ms)

    def _again(self, now: Standing) -> list[str]:
        """Return the summary when it is time, and every minute the calls that nobody took."""
        lines = []
        if now.now_ms - self._summary_ms >= SUMMARY_EVERY_MS:
            self._summary_ms = now.now_ms
            lines = [*head(now), *_teams(now)]
        if now.calls and now.now_ms - self._reminded_ms >= REMIND_EVERY_MS:
            self._reminded_ms = now.now_ms
            lines += [_nobody_took(mode, now) for mode in now.by_mode(now.calls)]
        return lines

    def _report_lines(self, connection: Connection) -> Iterator[str]:
        assert self._told is not None  # what stands is told before any report
        called = {alarm["report_id"] for alarm in self._told.calls}
        called |= {call["id"] for call in self._told.calls_in_hand}
        query = sa.select(report).where(report.c.type.not_in(QUIET_TYPES))
        query = query.where(report.c.id > self._after_id).order_by(report.c.id)
        for row in connection.execute(query.limit(_AT_ONCE)).mappings():
            self._after_id = row["id"]
            if row["id"] in called:
                continue
            said = queries.report_as_json(row, self._registry)
            doubt = "" if said["standing"] == "authentic" else f"NOT PROVED ({said['standing']}) "
            kind = one_line(said["type"])
            body = json.loads(row["body"])
            if "answers" in body:
                answered = down_queries.answered_by(connection, row["id"])
                body["answers"] = [answered or "what is not known here"]
            yield _line(row["arrived_ms"], said, f"{kind} {doubt}{gist(body)}")

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
        value = _PHASES.get(body[name], body[name]) if name == "phase" else body[name]
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


def _beginning(now: Standing) -> list[str]:
    """Return what stands, in less than a small terminal's rows."""
    calls, others, in_hand = now.calls, now.others, now.calls_in_hand
    beyond = Counter({one["mode"]: one["more"] for one in now.in_hand})
    since_ms = min((one["since_ms"] for one in now.in_hand), default=None)
    since = f"the first for {ago(since_ms, now.now_ms)}"
    down = [gateway for gateway in now.gateways if gateway.trouble]

    def more(rows: Sequence[_Row], beyond: Counter[str] | None = None) -> str:
        return f"{_numbers(now.by_mode(rows) + (beyond or Counter()), now)} more"

    return [
        *head(now),
        *_some(
            [_alarm(call, now) for call in calls],
            _CALLS_FIRST,
            lambda shown: f"{more(calls[shown:])} SOS",
        ),
        *_some(
            [_in_hand(call, now) for call in in_hand],
            _IN_HAND_FIRST,
            lambda shown: f"{more(in_hand[shown:], beyond)} SOS in hand, {since}",
            is_cut=beyond.total() > 0,
        ),
        *_some(
            [_alarm(alarm, now) for alarm in others],
            _ALARMS_FIRST,
            lambda shown: f"{more(others[shown:])} alarms",
        ),
        *_some(
            [_gateway(one.name, one.trouble, now) for one in down],
            _DOWN_FIRST,
            lambda shown: f"{len(down) - shown} more gateways",
        ),
        *_teams(now),
    ]


def _some(
    lines: list[str], most: int, left_out: Callable[[int], str], *, is_cut: bool = False
) -> list[str]:
    """Return the first lines; the last says what is left out behind so many."""
    if len(lines) <= most and not is_cut:
        return lines
    shown = min(len(lines), most - 1)
    return [*lines[:shown], f"... and {left_out(shown)}"]


def _numbers(by_mode: Counter[str], now: Standing) -> str:
    """Return how many; if not all are of the mission's mode, how many of each."""
    if by_mode.keys() <= {now.mode}:
        return str(by_mode[now.mode])
    return " + ".join(f"{count} {_MARKS[mode]}" for mode, count in by_mode.items())


def head(now: Standing) -> list[str]:
    """Return mode and counts, whole; of the mission's name as much as there is room for."""
    in_hand = Counter({one["mode"]: one["count"] for one in now.in_hand})
    works = sum(gateway.trouble is None for gateway in now.gateways)
    alarmed = [f"SOS {_numbers(now.by_mode(now.calls), now)}"]
    alarmed += [f"in hand {_numbers(in_hand, now)}"] if in_hand else []
    alarmed += [f"alarms {_numbers(now.by_mode(now.others), now)}"]
    lives = f"gateways {works} of {len(now.gateways)}; {_fed(now)}"
    start = f"{_clock(now.now_ms)} {_MARKS[now.mode]}"
    whole = f"{', '.join(alarmed)}; {lives}"
    room = COLUMNS - len(f"{start} : {whole}")
    if room >= -len(" "):
        name = _name(one_line(now.mission), room)
        return [f"{start}{' ' if name else ''}{name}: {whole}"]
    return [f"{start}: {words}" for words in _joined([*alarmed, lives], COLUMNS - len(start) - 2)]


def _joined(parts: Sequence[str], room: int) -> list[str]:
    """Return the parts in as few lines as hold them whole; the last has one of its own."""
    lines = [parts[0]]
    for part in parts[1:-1]:
        longer = f"{lines[-1]}, {part}"
        lines = [*lines[:-1], longer] if len(longer) <= room else [*lines, part]
    return [*lines, parts[-1]]


def _nobody_took(mode: str, now: Standing) -> str:
    calls = (one for one in now.calls if (one.get("mode") or now.mode) == mode)
    who = " ".join(f"{one['call_sign']} {ago(one['at_ms'], now.now_ms)}" for one in calls)
    words = one_line(f"!!! nobody has accepted SOS of: {who}")
    return BELL + _cut(f"{_clock(now.now_ms)} {_MARKS[mode]} {words}")


def _name(name: str, room: int) -> str:
    if len(name) <= room:
        return name
    return f"{name[: room - 3].rstrip()}..." if room >= _NAME_LEAST else ""


def _fed(now: Standing) -> str:
    if now.fed_ms is None:
        return "NO FEED yet"
    age = ago(now.fed_ms, now.now_ms)
    return f"feed {age} old" if now.is_fed else f"FEED DEAD for {age}"


def _teams(now: Standing) -> list[str]:
    """Return each team's last contact; with how many handsets fell silent."""
    words = [
        one_line(f"{team.name} {_contact(team, now.now_ms)}").replace(" ", "\0")
        + (f"\0({len(team.silent)}\0SILENT)" if team.silent else "")
        for team in now.teams
    ]
    lines = textwrap.wrap(f"teams: {', '.join(words)}", COLUMNS, break_on_hyphens=False)
    return _some(
        [line.replace("\0", " ") for line in lines],
        _TEAM_LINES,
        lambda shown: f"{len(lines) - shown} more lines of teams",
    )


def _contact(team: Team, now_ms: int) -> str:
    if team.revoked_ms is not None:
        return f"revoked {ago(team.revoked_ms, now_ms)}"
    return ago(team.contact_ms, now_ms)


def _changes(connection: Connection, before: Standing, now: Standing) -> Iterator[str]:
    yield from _alarm_changes(connection, before, now)
    was_down = {gateway.name: gateway.trouble for gateway in before.gateways}
    for gateway in now.gateways:
        if (was_down[gateway.name] is None) != (gateway.trouble is None):
            line = _gateway(gateway.name, gateway.trouble, now)
            yield BELL + line if gateway.trouble else line
    if before.is_fed != now.is_fed:
        words = "the feed is back" if now.is_fed else f"{_fed(now)}: does the Secretariat run?"
        line = _cut(f"{_clock(now.now_ms)} {_MARKS[now.mode]} - {words}")
        yield line if now.is_fed else BELL + line


def _alarm_changes(connection: Connection, before: Standing, now: Standing) -> Iterator[str]:
    known = {row["id"]: row for row in before.alarms}
    now_open = {row["id"]: row for row in now.alarms}
    were_taken, taken = _by_report(before.calls_in_hand), _by_report(now.calls_in_hand)
    for number, row in sorted(now_open.items()):
        if number not in known or known[number]["cancelled_ms"] != row["cancelled_ms"]:
            yield _alarm(row, now)
    for report_id in sorted(taken.keys() - were_taken.keys()):
        yield _in_hand(taken[report_id], now)
    # Of more than are listed, one may only have left the list.
    is_cut = any(one["more"] for one in now.in_hand)
    ended = {} if is_cut else {n: row for n, row in were_taken.items() if n not in taken}
    closed = [row for number, row in sorted(known.items()) if number not in now_open]
    ended |= {row["report_id"]: row for row in closed if row["kind"] == "sos"}
    last_words = distress.ended_by(connection, list(ended))
    for report_id in sorted(ended.keys() - taken.keys()):
        words = "in hand"  # and not among those that are listed
        if report_id in last_words:
            did, who = last_words[report_id]
            words = _closed(who, f", {_LAST_WORDS[did]}")
        yield _alarm(ended[report_id] | {"kind": "sos"}, now, closed=words)
    closers = queries.closed_by(connection, [row["id"] for row in closed])
    for row in closed:
        if row["kind"] != "sos":
            yield _alarm(row, now, closed=_closed(closers.get(row["id"])))


def _closed(who: str | None, how: str = "") -> str:
    return f"closed{how}: {one_line(who)}" if who else f"closed{how}"


def _by_report(calls: Sequence[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    return {call["id"]: call for call in calls}


def _gateway(name: str, trouble: str | None, now: Standing) -> str:
    words = "works again" if trouble is None else f"DOWN: {trouble}"
    return _cut(f"{_clock(now.now_ms)} {_MARKS[now.mode]} gateway {one_line(name)} {words}")


def _in_hand(call: dict[str, Any], now: Standing) -> str:
    taken_back = " TAKEN BACK by its sender" if call["cancelled_ms"] is not None else ""
    words = f"SOS{taken_back} in hand: {one_line(call['accepted_by'] or '?')}"
    age = ago(call["accepted_ms"], now.now_ms)
    return _line(call["arrived_ms"], call, f"{words} {age}{_where(call)}")


def _alarm(row: dict[str, Any], now: Standing, *, closed: str = "") -> str:
    """Return an alarm; one about no report is of the mission's mode."""
    taken_back = row["cancelled_ms"] is not None and not closed
    kind = (
        "SOS? TAKEN BACK by its sender"
        if taken_back
        else "SOS"
        if row["kind"] == "sos"
        else one_line(row["kind"].replace("_", " "))
    )
    said = {"mode": row.get("mode") or now.mode, "call_sign": row.get("call_sign") or "-"}
    detail = "" if row["kind"] == "sos" else f" {one_line(row['detail'])}"
    at_ms = row["at_ms"] if "at_ms" in row else row["arrived_ms"]
    if closed:
        return _line(at_ms, said, f"{kind}{detail} {closed}")
    return BELL + _line(at_ms, said, f"!!! {kind}{_where(row)}{detail}")  # for a person to look at


def _where(row: dict[str, Any]) -> str:
    place = (row.get("report") or {}).get("position")
    return f" at {place['lat']:.5f},{place['lon']:.5f}" if place else ""


def _line(at_ms: int, said: dict[str, Any], words: str) -> str:
    mark = _MARKS.get(said["mode"] or "", "-")
    return _cut(f"{_clock(at_ms)} {mark} {one_line(said['call_sign'])} {words}")


def _clock(at_ms: int) -> str:
    return time.strftime("%H:%M:%S", time.gmtime(at_ms / 1000))


def _cut(line: str) -> str:
    return line if len(line) <= COLUMNS else line[: COLUMNS - 3] + "..."


def _size(line: str) -> int:
    return len(line.encode()) + 1
