"""What stands on the screen: five lines of text, made from the form and the handset's status.

Pure; `raster` turns the lines into pixels. EXERCISE stands in inverse on every screen.
"""

from turna_protocol.record import Record

from . import form as screens
from .draft import COUNT_FIELDS
from .font import SIGNS
from .labels import hazard, need, own_names, team_status, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .draft import Draft
    from .form import Form

COLUMNS = 21
BODY_LINES = 4
LARGE_COLUMNS = 12

# Where the cells lie on a 128 x 64 screen: one free row keeps inverse lines apart.
LEFT_PX = 0
LINE_TOPS_PX = (0, 13, 26, 39, 52)


class Line(Record):
    """One line; from the column `inverse_from` on it is dark on light.

    A large one, of at most LARGE_COLUMNS, also covers the place of the next, which stays empty.
    """

    FIELDS = ("text", "inverse_from", "large")

    def __init__(self, text: str, inverse_from: int = COLUMNS, *, large: bool = False) -> None:
        self.text = text
        self.inverse_from = inverse_from
        self.large = large


class ReportLine(Record):
    """What the screen says of one report in the journal."""

    FIELDS = ("type_name", "seq", "state", "age_s", "attempts", "saved_at")

    def __init__(
        self,
        *,
        type_name: str,
        seq: int,
        state: int,
        age_s: int | None,
        attempts: int,
        saved_at: str | None,
    ) -> None:
        self.type_name = type_name
        self.seq = seq
        self.state = state
        self.age_s = age_s  # None after a restart without a clock
        self.attempts = attempts
        self.saved_at = saved_at


class Status(Record):
    """What the screen says of the handset itself."""

    FIELDS = (
        "call_sign",
        "mode",
        "fix_age_s",
        "accuracy_m",
        "battery_pct",
        "counts",
        "last",
        "sos",
        "warning",
        "node",
    )

    def __init__(
        self,
        *,
        call_sign: str,
        mode: str,
        fix_age_s: int | None,
        accuracy_m: int | None,
        battery_pct: int | None,
        counts: tuple[int, ...],
        last: ReportLine | None,
        sos: ReportLine | None,
        warning: str | None,
        node: tuple[str, ...],
    ) -> None:
        self.call_sign = call_sign
        self.mode = mode
        self.fix_age_s = fix_age_s
        self.accuracy_m = accuracy_m
        self.battery_pct = battery_pct
        self.counts = counts  # reports in each delivery state
        self.last = last
        self.sos = sos
        self.warning = warning  # a label
        self.node = node


def draw(
    form: "Form", status: Status, report: "Callable[[int], ReportLine | None]", now_ms: int
) -> tuple[Line, ...]:
    """Return the lines of the form's screen; `report` tells of the nth newest report."""
    title, body = _body(form, status, report, now_ms)
    return (_header(title, status.mode),) + _filled(body)


def draw_unprovisioned(reason: str) -> tuple[Line, ...]:
    """Return what a handset without a mission shows."""
    body = [Line(text(f"unprovisioned.{number}")) for number in (1, 2, 3)]
    return (Line(_wide(text("unprovisioned.title")), 0),) + _filled(body + [Line(reason[:COLUMNS])])


def _body(
    form: "Form", status: Status, report: "Callable[[int], ReportLine | None]", now_ms: int
) -> "tuple[str, list[Line]]":
    screen = form.screen
    if screen == screens.HOME:
        return status.call_sign, _home(status)
    if screen == screens.MENU:
        return text("menu.title"), _choice(
            [text(f"menu.{line}") for line in screens.MENU_LINES], form.cursor
        )
    if screen == screens.STATUS:
        return text("status.title"), _choice(
            [team_status(code) for code in form.statuses], form.cursor
        )
    if screen in (screens.REPORTS, screens.REPORT):
        return _reports(form, report)
    if screen == screens.LANGUAGE:
        return text("language.title"), _choice(own_names(), form.cursor)
    if screen == screens.NODE:
        return text("node.title"), _choice(list(status.node), form.cursor)
    if screen in (screens.SOS_COUNTDOWN, screens.SOS, screens.SOS_CANCEL):
        return text("sos.title"), _distress(form, status, now_ms)
    draft = form.draft
    return _draft(form, draft) if draft is not None else (status.call_sign, _home(status))


# -- home


def _home(status: Status) -> "list[Line]":
    return [
        Line(_split(_fix(status), _battery(status.battery_pct))),
        Line(_counts(status.counts)),
        _headline(status),
        Line(text(f"state.{status.last.state}") if status.last else text("home.hint")),
    ]


def _headline(status: Status) -> Line:
    if status.warning is not None:
        return Line(_wide(text(status.warning)), 0)
    if status.last is None:
        return Line(text("home.no_reports"))
    return Line(_report_line(status.last))


def _fix(status: Status) -> str:
    if status.fix_age_s is None:
        return text("home.no_fix")
    accuracy = "" if status.accuracy_m is None else f" {status.accuracy_m}m"
    return f"{text('home.fix')} {duration(status.fix_age_s)}{accuracy}"


def _battery(battery_pct: int | None) -> str:
    return "--%" if battery_pct is None else f"{battery_pct}%"


def _counts(counts: tuple[int, ...]) -> str:
    parts = [f"{SIGNS[state]}{min(count, 99)}" for state, count in enumerate(counts)]
    spaced = " ".join(parts)
    return spaced if len(spaced) <= COLUMNS else "".join(parts)


# -- lists


def _choice(rows: list[str], cursor: int) -> "list[Line]":
    """Return the four rows around the cursor, its own in inverse."""
    first = _first_shown(cursor, len(rows))
    return _marked(rows[first : first + BODY_LINES], cursor - first)


def _marked(shown: list[str], chosen: int) -> "list[Line]":
    return [Line(_wide(row), 0 if at == chosen else COLUMNS) for at, row in enumerate(shown)]


def _first_shown(cursor: int, total: int) -> int:
    return max(0, min(cursor - 1, total - BODY_LINES))


def _reports(
    form: "Form", report: "Callable[[int], ReportLine | None]"
) -> "tuple[str, list[Line]]":
    total = form.lines()
    if total == 0:
        return text("reports.title"), [Line(text("reports.none"))]
    if form.screen == screens.REPORT:
        return f"{form.cursor + 1}/{total}", _report(report(form.cursor))
    first = _first_shown(form.cursor, total)
    body: list[Line] = []
    for row in range(first, min(first + BODY_LINES, total)):
        entry = report(row)
        shown = "" if entry is None else _report_line(entry)
        body.append(Line(_wide(shown), 0 if row == form.cursor else COLUMNS))
    return f"{text('reports.title')} {total}"[:12], body


def _report_line(entry: ReportLine) -> str:
    name = f"{SIGNS[entry.state]} {_type(entry)} #{entry.seq}"
    age = "" if entry.age_s is None else duration(entry.age_s)
    return _split(name, age)


def _report(entry: ReportLine | None) -> "list[Line]":
    if entry is None:
        return [Line(text("reports.none"))]
    saved_at = entry.saved_at or "--:--"
    return [
        Line(f"{SIGNS[entry.state]} {_type(entry)} #{entry.seq}"),
        Line(text(f"state.{entry.state}")),
        Line(
            _split(
                f"{text('report.saved')} {saved_at}", f"{text('report.tries')} {entry.attempts}x"
            )
        ),
        Line(text("report.back")),
    ]


def _type(entry: ReportLine) -> str:
    return text(f"type.{entry.type_name}")


# -- the situation report


def _draft(form: "Form", draft: "Draft") -> "tuple[str, list[Line]]":
    if form.screen == screens.SUMMARY:
        rows = [_summary_row(line, draft) for line in screens.SUMMARY_LINES]
        return text("summary.title"), _choice(rows, form.cursor)
    if form.screen == screens.HAZARDS:
        return text("hazards.title"), _list(form, lambda code: _hazard_row(code, draft))
    if form.screen == screens.NEEDS:
        return text("needs.title"), _list(form, lambda code: _need_row(code, draft.needs.get(code)))
    if form.screen == screens.QUANTITY:
        return text("quantity.title"), [Line(need(form.cursor - 1))] + _number(form, "count.none")
    field = form.fields[0]
    return text("summary.title"), [Line(text(f"count.{field}"))] + _number(form, "count.unknown")


def _number(form: "Form", nothing: str) -> "list[Line]":
    """Return the number large, for a glance in the dark; the word for none may be too long."""
    shown = text(nothing) if form.value is None else str(form.value)
    value = Line(f"> {shown} <", 0, large=form.value is not None)
    return [value, Line(""), Line(text("count.hint"))]


def _summary_row(line: str, draft: "Draft") -> str:
    name = text(f"summary.{line}")
    if line == "send":
        return name
    if line == "status":
        return _split(name, team_status(draft.team_status))
    if line == "casualties":
        return _split(name, "/".join([_count(draft.count(field)) for field in COUNT_FIELDS[:5]]))
    if line == "hazards":
        return _split(name, str(len(draft.hazards)))
    if line == "needs":
        return _split(name, str(len(draft.needs)))
    return _split(name, _count(draft.count(line)))


def _list(form: "Form", row: "Callable[[int], str]") -> "list[Line]":
    """Return the rows around the cursor, "done" above those of the codes; make no others."""
    first = _first_shown(form.cursor, form.lines())
    shown = range(first, min(first + BODY_LINES, form.lines()))
    rows = [text("done") if place == 0 else row(place - 1) for place in shown]
    return _marked(rows, form.cursor - first)


def _hazard_row(code: int, draft: "Draft") -> str:
    return _mark(code in draft.hazards) + hazard(code)


def _need_row(code: int, quantity: int | None) -> str:
    row = _mark(quantity is not None) + need(code)
    return row if quantity is None else _split(row, str(quantity))


def _mark(chosen: bool) -> str:
    return "* " if chosen else "  "


def _count(count: int | None) -> str:
    return "?" if count is None else str(count)


# -- SOS


def _distress(form: "Form", status: Status, now_ms: int) -> "list[Line]":
    if form.screen == screens.SOS_COUNTDOWN:
        return _countdown(form.countdown_s(now_ms))
    if form.screen == screens.SOS:
        return _sos(status.sos)
    return [
        Line(text("sos.cancel"), 0),
        Line(""),
        Line(text("sos.cancel.yes")),
        Line(text("sos.cancel.no")),
    ]


def _countdown(seconds: int) -> "list[Line]":
    return [
        Line(_wide(f"{text('sos.countdown')} {seconds} s"), 0),
        Line(str(seconds), large=True),
        Line(""),
        Line(text("sos.countdown.cancel")),
    ]


def _sos(entry: ReportLine | None) -> "list[Line]":
    if entry is None:
        return [Line(_wide(text("sos.active")), 0), Line(""), Line(""), Line(text("sos.hint"))]
    heard = text("sos.held") if entry.state > 0 else text("sos.active")
    return [
        Line(_wide(heard), 0),
        Line(f"{SIGNS[entry.state]} #{entry.seq} {text('report.tries')} {entry.attempts}x"),
        Line(text(f"state.{entry.state}")),
        Line(text("sos.hint")),
    ]


# -- lines


def _header(title: str, mode: str) -> Line:
    if mode == "actual":
        return Line(title[:COLUMNS])
    mark = text(f"mode.{mode}")
    room = COLUMNS - len(mark)
    return Line(_wide(title[: room - 1])[:room] + mark, room)


def _filled(body: "list[Line]") -> tuple[Line, ...]:
    shown = body[:BODY_LINES]
    return tuple(shown + [Line("")] * (BODY_LINES - len(shown)))


def _wide(row: str) -> str:
    return (row + " " * COLUMNS)[:COLUMNS]


def _split(left: str, right: str) -> str:
    """Return both at their edges; the left one gives way."""
    right = right[: COLUMNS - 2]
    room = COLUMNS - len(right) - 1
    return (left + " " * COLUMNS)[:room] + " " + right


def duration(seconds: int) -> str:
    """Return a time span in three characters; seconds in tens, or the screen never rests."""
    if seconds < 60:
        return f"{seconds // 10 * 10}s"
    if seconds < 3600:
        return f"{seconds // 60}m"
    return f"{min(seconds // 3600, 99)}h"
