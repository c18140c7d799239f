"""A letter as rows of the screen, in the language of the handset; in memory while it is made."""

from turna_protocol import codes, report_codes
from turna_protocol.errors import MalformedError

from . import letter as letters
from .clock import hours_minutes
from .labels import text
from .lines import wrapped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turna_protocol.reports.heading import Fix, Report

    from .letter import Letter
    from .mailbox import Mailbox

_FIRST_TO_ALL = 0xE0000  # `downlink`: references of notices and alerts


def rows_of(mail: "Mailbox", letter: "Letter", content: bytes | None) -> "list[str]":
    """Return what a letter says, whom it is to, and when it came."""
    if content is None:
        return [text("inbox.unreadable")]
    reference = letter.reference
    try:
        rows = _said(mail, letter, content)
    except MalformedError:
        rows = [text("inbox.unreadable")]
    to = text("inbox.to_all") if reference >= _FIRST_TO_ALL else f"#{reference}"
    return rows + [f"{to} {hours_minutes(letter.time_s)}" if letter.time_s else to]


def _said(mail: "Mailbox", letter: "Letter", content: bytes) -> "list[str]":
    if letter.type_number == letters.ALERT:
        return _mode(mail, letter.task) + [_phrase(letter.phrase())]
    if letter.type_number == letters.LONG_TEXT:
        from turna_protocol.long_text import unpack_long_text

        long = unpack_long_text(content)
        return _mode(mail, long.mode) + wrapped(long.text)
    from turna_protocol.reports import decode_report

    report = decode_report(content, mail.provisioning.frame)
    rows = _mode(mail, report.mode)
    if report.NAME == "task":
        return rows + _task(report)
    return rows + (_message(report) if report.NAME == "message" else [text("inbox.unreadable")])


def _mode(mail: "Mailbox", mode: int) -> "list[str]":
    """Say whether it is in earnest, where that is not what the whole mission is."""
    if mode == mail.provisioning.mode:
        return []
    return [text("alarm.real" if mode == codes.ACTUAL else f"alarm.{codes.MODES[mode]}")]


def _task(report: "Report") -> "list[str]":
    from turna_protocol.reports.task import Task

    if not isinstance(report, Task):
        return []
    name = text(f"task.{report_codes.TASKS[report.task]}")
    rows = [f"{name} #{report.number}"]
    if report.urgency:
        rows.append(text(f"task_urgency.{report_codes.TASK_URGENCIES[report.urgency]}"))
    if report.worksite is not None:
        team = report.worksite.team
        site = f"{report.worksite.serial:04d}"
        rows.append(site if team is None else f"{team.country}{team.number:02d}-{site}")
    if report.due_in_min is not None:
        rows.append(f"{text('inbox.due')} {report.due_in_min} min")
    if report.fix is not None:
        rows.append(_place(report.fix))
    return rows + (wrapped(report.text) if report.text else [])


def _message(report: "Report") -> "list[str]":
    from turna_protocol.reports.message import Message

    if not isinstance(report, Message):
        return []
    rows = [_phrase(report.phrase)] if report.phrase else []
    if report.answers is not None:
        rows.append(f"-> #{report.answers}")
    return rows + (wrapped(report.text) if report.text else [])


def _phrase(code: int) -> str:
    return text(f"phrase.{report_codes.PHRASES[code]}")


def _place(fix: "Fix") -> str:
    """Return a place in degrees, in at most the columns of the screen."""
    return f"{_degrees(fix.lat_e5)} {_degrees(fix.lon_e5)}"


def _degrees(angle_e5: int) -> str:
    sign = "-" if angle_e5 < 0 else ""
    return f"{sign}{abs(angle_e5) // 100_000}.{abs(angle_e5) % 100_000:05d}"
