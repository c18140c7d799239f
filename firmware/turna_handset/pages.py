"""Loads the page that is wanted, and lets go of it: one at a time is in memory."""

from . import parts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from .display import ReportLine
    from .form import Page
    from .letter import Letter
    from .mailbox import Mailbox, Memory

    class Told(Protocol):
        """What pages ask the status board."""

        def count_reports(self) -> int: ...
        def listed(self, row: int, now_ms: int) -> "ReportLine | None": ...
        def node(self, now_ms: int) -> "tuple[str, ...]": ...
        def time_s(self, now_ms: int) -> "int | None": ...


_REPORTS = ("reports", "last_report")
_INBOX = "inbox"


class Pages:
    """Makes pages from what the status board and the mailbox tell."""

    def __init__(
        self,
        status: "Told",
        mail: "Mailbox",
        memory: "Memory",
        make_room: "Callable[[], None]" = lambda: None,
    ) -> None:
        self._status = status
        self._mail = mail
        self._memory = memory
        self._make_room = make_room

    def open(self, name: str, values: "dict[str, object]") -> "Page":
        """Return the page of this name; a sheet goes on with what was entered before."""
        status = self._status
        self._make_room()
        self._memory.load(())  # sweep first: what is loaded stays for a while
        if name in _REPORTS:
            from .font import SIGNS
            from .lists import Reports

            return Reports(
                status.count_reports, status.listed, SIGNS, open_first=name != _REPORTS[0]
            )
        if name == "node":
            from .lists import Node

            return Node(status.node)
        if name == "language":
            from .lists import Languages

            return Languages()
        if name == "power":
            from .lists import PowerModes

            return PowerModes()
        if name == _INBOX:
            from .inbox_page import InboxPage

            return InboxPage(self._mail.inbox(), self._read, status.time_s)
        from .sheet import Sheet

        return Sheet(name, values)

    def close(self) -> None:
        """Let go of whatever page is open."""
        self._memory.forget(parts.FOR_PAGES)

    def _read(self, letter: "Letter", content: bytes | None) -> "list[str]":
        """Return the rows of a letter; what reads it is in memory meanwhile."""
        self._mail.give_way()
        self._memory.load(parts.FOR_A_CONTENT)
        from .letter_text import rows_of

        rows = rows_of(self._mail, letter, content)
        self._memory.forget_reports()
        return rows
