"""Looks into letters that have just come: what they are, for the list, and what acts by itself.

In memory after a letter was kept, not while it was proved: a board has no room for both.
"""

from turna_protocol.errors import MalformedError
from turna_protocol.reports import decode_report, type_number

from . import letter as letters
from .mailbox import ALARM, ALL_CLEAR, LETTER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turna_protocol.reports import Report

    from .inbox import Inbox
    from .letter import Letter
    from .mailbox import Mailbox


def sort(mail: "Mailbox", inbox: "Inbox") -> list[int]:
    """Look into every letter that nobody has looked into; return what to tell of them."""
    news = []
    letter = inbox.unsorted()
    while letter is not None:
        _sort(mail, letter, inbox.content(letter.reference))
        inbox.change(letter)
        if letter.ends_alarms():
            news.append(ALL_CLEAR)
        elif letter.is_alarm():
            news.append(ALARM)
        elif letter.status == letters.NEW:
            news.append(LETTER)
        letter = inbox.unsorted()
    return news


def _sort(mail: "Mailbox", letter: "Letter", content: bytes | None) -> None:
    report = _report(mail, content)
    letter.type_number = letters.UNREADABLE
    if report is None:
        mail.count("refused letter unreadable")  # the Secretariat's, and newer than this firmware
        return
    if report.NAME == "settings":
        mail.settings(report)
        letter.status = letters.SEEN
    letter.type_number = type_number(report)
    letter.code = getattr(report, "task" if report.NAME == "task" else "phrase", 0)
    letter.task = report.mode if letter.is_alarm() else getattr(report, "number", 0)


def _report(mail: "Mailbox", content: bytes | None) -> "Report | None":
    if content is None:
        return None
    try:
        return decode_report(content, mail.provisioning.frame)
    except MalformedError:
        return None
