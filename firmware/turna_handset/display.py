"""What stands on the screen: five lines of text, made from the form and the handset's status.

Pure; `raster` turns the lines into pixels. EXERCISE stands in inverse on every screen, beside it
how old the last position is and how many reports no gateway holds.
"""

from turna_protocol import codes, delivery
from turna_protocol.record import Record

from . import form as screens
from .font import ENVELOPE, PLACE, SIGNS
from .labels import text
from .lines import BODY_LINES, COLUMNS, Line, choice, duration, inverse, split, wide

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .form import Form

# By the codes of `alerts`.
ALARMS = ("evacuate", "cease_work", "resume")
_TITLE_MIN = 3  # letters of a title that the marks beside it leave


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


class AlarmLine(Record):
    """What the screen says of an alarm, or of the end of one."""

    FIELDS = ("mode", "code", "heard", "others")

    def __init__(self, *, mode: int, code: int, heard: bool, others: int = 0) -> None:
        self.mode = mode
        self.code = code
        self.heard = heard
        self.others = others  # alarms that are on beside it


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
        "unread",
        "alarm",
        "phone",
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
        unread: int = 0,
        alarm: AlarmLine | None = None,
        phone: tuple[str, ...] = (),
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
        self.unread = unread  # letters that nobody has opened
        self.alarm = alarm
        self.phone = phone  # name and password of the network, or the label of why there is none


def draw(form: "Form", status: Status, now_ms: int) -> tuple[Line, ...]:
    """Return the lines of the form's screen."""
    if form.screen == screens.HOME:
        return (_header(status.call_sign, status.mode, ""),) + _filled(_home(status))
    if form.screen == screens.ALARM and status.alarm is not None:
        return (_alarm_header(status),) + _filled(_alarm(status.alarm))
    if form.screen == screens.PHONE and len(status.phone) > BESIDE_A_CODE:
        return _beside_code(status)
    title, body = _body(form, status, now_ms)
    return (_header(title, status.mode, _marks(status)),) + _filled(body)


def draw_unprovisioned(reason: str) -> tuple[Line, ...]:
    """Return what a handset without a mission shows."""
    body = [Line(text(f"unprovisioned.{number}")) for number in (1, 2, 3)]
    return (inverse(text("unprovisioned.title")),) + _filled(body + [Line(reason[:COLUMNS])])


def _body(form: "Form", status: Status, now_ms: int) -> "tuple[str, list[Line]]":
    page = form.page
    if page is not None:
        return page.title, page.lines(now_ms)
    if form.screen == screens.MENU:
        lines = screens.MENU_LINES
        rows = choice(len(lines), form.cursor, lambda place: text(f"menu.{lines[place]}"))
        return text("menu.title"), rows
    if form.screen == screens.PHONE:
        return text("phone.title"), _phone(status.phone)
    return text("sos.title"), _distress(form, status, now_ms)


_PHONE_ADDRESS = "http://192.168.4.1"  # of the ESP32's access point


BESIDE_A_CODE = 2  # name and password; what is more stands for the code beside them
_CODE_COLUMNS = 11  # left of the code (phone_code.GROUND_LEFT_PX)


def _beside_code(status: Status) -> "tuple[Line, ...]":
    """Return words that leave the right half to a code: the password in two halves, to be typed."""
    name, password = status.phone[:BESIDE_A_CODE]
    half = len(password) // 2
    exercise = status.mode != "actual"
    head = inverse(text(f"mode.{status.mode}")) if exercise else Line(text("phone.wifi"))
    words = (name, password[:half], password[half:], _PHONE_ADDRESS[len("http://") :])
    return (head,) + tuple([Line(word[:_CODE_COLUMNS]) for word in words])


def _phone(network: tuple[str, ...]) -> "list[Line]":
    if len(network) < 2:
        why = text(network[0]) if network else ""
        return [inverse(why), Line(""), Line(""), Line(text("phone.close"))]
    name, password = network[:BESIDE_A_CODE]
    return [
        Line(f"{text('phone.wifi')} {name}"),
        Line(f"{text('phone.key')} {password}"),
        Line(_PHONE_ADDRESS),
        Line(text("phone.close")),
    ]


# -- home


def _home(status: Status) -> "list[Line]":
    return [
        Line(split(_fix(status), _battery(status.battery_pct))),
        Line(_counts(status.counts)),
        _headline(status),
        Line(_footline(status)),
    ]


def _headline(status: Status) -> Line:
    if status.alarm is not None:
        return inverse(_alarm_words(status.alarm))
    if status.warning is not None:
        return inverse(text(status.warning))
    if status.unread:
        return inverse(f"{ENVELOPE}{min(status.unread, 99)} {text('inbox.new')}")
    if status.last is None:
        return Line(text("home.no_reports"))
    return Line(_report_line(status.last))


def _footline(status: Status) -> str:
    if status.unread:
        return text("inbox.hint")
    if status.last is None:
        return text("home.hint")
    if status.alarm is not None or status.warning is not None:
        return _report_line(status.last)  # its state alone would read as the alarm's
    return text(f"state.{status.last.state}")


def _fix(status: Status) -> str:
    if status.fix_age_s is None:
        return text("home.no_fix")
    accuracy = "" if status.accuracy_m is None else f" {status.accuracy_m}m"
    return f"{text('home.fix')} {duration(status.fix_age_s)}{accuracy}"


def _battery(battery_pct: int | None) -> str:
    return "--%" if battery_pct is None else f"{battery_pct}%"


def _counts(counts: tuple[int, ...]) -> str:
    parts = [
        f"{SIGNS[state]}{min(count, 99)}"
        for state, count in enumerate(counts)
        if count or state != delivery.FALSE_ALARM  # too rare for a place of its own
    ]
    spaced = " ".join(parts)
    return spaced if len(spaced) <= COLUMNS else "".join(parts)


def _report_line(entry: ReportLine) -> str:
    age = "" if entry.age_s is None else duration(entry.age_s)
    name = text(f"type.{entry.type_name}")
    return split(f"{SIGNS[entry.state]} {name} #{entry.seq}", age)


# -- alarms


def _alarm_header(status: Status) -> Line:
    """Return the header of an alarm: it says of itself, and not of the mission, what it is."""
    alarm = status.alarm
    mode = status.mode if alarm is None else codes.MODES[alarm.mode]
    return _header(text("alarm.title"), mode, _marks(status))


def _alarm(alarm: AlarmLine) -> "list[Line]":
    return [
        Line(text(f"alarm.{ALARMS[alarm.code]}"), 0, large=True),
        Line(""),
        inverse(text("alarm.real" if alarm.mode == codes.ACTUAL else f"alarm.{_mode(alarm)}")),
        Line(text("alarm.heard" if alarm.heard else "alarm.hint")),
    ]


def _alarm_words(alarm: AlarmLine) -> str:
    words = text(f"alarm.{ALARMS[alarm.code]}")
    return words if alarm.mode == codes.ACTUAL else split(words, text(f"mode.{_mode(alarm)}"))


def _mode(alarm: AlarmLine) -> str:
    return codes.MODES[alarm.mode]


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
        inverse(f"{text('sos.countdown')} {seconds} s"),
        Line(str(seconds), large=True),
        Line(""),
        Line(text("sos.countdown.cancel")),
    ]


def _sos(entry: ReportLine | None) -> "list[Line]":
    if entry is None:
        return [inverse(text("sos.active")), Line(""), Line(""), Line(text("sos.hint"))]
    return [
        inverse(text("sos.held") if entry.state > 0 else text("sos.active")),
        Line(f"{SIGNS[entry.state]} #{entry.seq} {text('report.tries')} {entry.attempts}x"),
        Line(text(f"state.{entry.state}")),
        Line(text("sos.hint")),
    ]


# -- lines


def _marks(status: Status) -> str:
    """Return what stays in sight on every screen: the position's age, and what still waits."""
    age = "--" if status.fix_age_s is None else duration(status.fix_age_s)
    waiting = min(status.counts[0], 99)
    return f"{PLACE}{age}" + (f"{SIGNS[0]}{waiting}" if waiting else "")


def _header(title: str, mode: str, marks: str) -> Line:
    """Return the title, what stays in sight at the right, and the mode in inverse."""
    mark = "" if mode == "actual" else text(f"mode.{mode}")
    room = COLUMNS - len(mark)
    left = room - len(marks) - 1 if marks or mark else room
    shown = title if len(title) <= left else title[: max(_TITLE_MIN, left - 1)] + "."
    if not marks:
        shown = title[:left]
    return Line(wide(shown)[: room - len(marks)] + marks + mark, room)


def _filled(body: "list[Line]") -> tuple[Line, ...]:
    shown = body[:BODY_LINES]
    return tuple(shown + [Line("")] * (BODY_LINES - len(shown)))
