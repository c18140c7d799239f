"""Turns a report into bytes that never change: encoded, numbered, sealed, saved, in this order.

Whatever stands in the way is counted and leaves a warning for the screen; nothing is sent that is
not in the journal first.  The modules of reports are loaded where they are needed and only there:
`parts` lets go of them afterwards.
"""

from turna_protocol import codes
from turna_protocol.errors import MalformedError, MisuseError
from turna_protocol.packet import HOLDING
from turna_protocol.sealer import Sealer

from .journal import SOS_PRIORITY, JournalFullError
from .journal_file import StoredReport

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from turna_board.counters import Counters
    from turna_protocol.frame import Frame
    from turna_protocol.reports import Report
    from turna_protocol.sequence import SequenceSource

    from .journal import Journal

    class Identity(Protocol):
        """Whose reports these are."""

        @property
        def device(self) -> int: ...
        @property
        def hops(self) -> int: ...
        @property
        def link_key(self) -> bytes: ...
        @property
        def authentication_key(self) -> bytes: ...
        @property
        def frame(self) -> Frame: ...


NOT_SAVED = "warning.refused"
NO_NUMBERS = "warning.keys"


class Encoded:
    """A report's content, and what the journal wants to know of it."""

    def __init__(
        self, type_name: str, type_number: int, priority: int, time_s: int, content: bytes
    ) -> None:
        self.type_name = type_name
        self.type_number = type_number
        self.priority = priority
        self.time_s = time_s
        self.content = content


class Reporter:
    """Saves reports under this handset's keys and numbers."""

    def __init__(
        self,
        identity: "Identity",
        journal: "Journal",
        numbers: "SequenceSource",
        counters: "Counters",
    ) -> None:
        self.warning: str | None = None  # why the last report was not saved, as a label
        self._frame = identity.frame
        self._hops = identity.hops
        self._sealer = Sealer(identity.device, identity.link_key, identity.authentication_key)
        self._journal = journal
        self._numbers = numbers
        self._counters = counters

    def encode(self, report: "Report") -> "Encoded | None":
        """Return the report as bytes, so that what it was made with can leave the memory."""
        from turna_protocol.reports import encode_report, priority, report_type, type_number

        try:
            content = encode_report(report, self._frame)
        except MisuseError:
            self._refuse(NOT_SAVED, "lost report not encodable")
            return None
        return Encoded(
            report_type(report), type_number(report), priority(report), report.time_s or 0, content
        )

    def encodable(self, report: "Report") -> "Report":
        """Return the report if the wire has room for all it says, else raise MalformedError."""
        from turna_protocol.reports import encode_report

        try:
            encode_report(report, self._frame)
        except MisuseError as error:
            raise MalformedError(str(error)) from None
        return report

    def save(self, encoded: "Encoded") -> int | None:
        """Return the report's number once it is sealed and in flash, or None if it is not."""
        try:
            seq = self._seal_and_save(encoded)
        except (OSError, JournalFullError):
            self._refuse(NOT_SAVED, "lost journal full")
            return None
        except MisuseError:
            self._refuse(NOT_SAVED, "lost report too long")
            return None
        if seq is None:
            self._refuse(NO_NUMBERS, "lost no sequence number")
            return None
        self.warning = None
        self._counters.count(f"saved {encoded.type_name}")
        return seq

    def seal_holding(self, content: bytes) -> bytes | None:
        """Return the packet that says what this handset holds: sent once, and kept nowhere."""
        seq = self._numbers.take()
        if seq is None:
            self._refuse(NO_NUMBERS, "lost no sequence number")
            return None
        return self._sealer.seal(content, seq, kind=HOLDING)

    def active_sos(self) -> int | None:
        """Return the number of the SOS that was declared last and not cancelled since."""
        entry = self._journal.newest(0, SOS_PRIORITY)
        if entry is None:
            return None
        stored = self._journal.report(entry.seq)
        if stored is None:
            return None
        from turna_protocol.reports import Sos, decode_report

        try:
            report = decode_report(stored.content, self._frame)
        except MalformedError:
            self._counters.count("journal content unreadable")
            return None
        if isinstance(report, Sos) and report.phase != codes.CANCEL:
            return entry.seq if report.sos_reference is None else report.sos_reference
        return None

    def _seal_and_save(self, encoded: "Encoded") -> int | None:
        seq = self._numbers.take()
        if seq is None:
            return None
        packet = self._sealer.seal(encoded.content, seq, hops_left=self._hops)
        self._journal.save(
            StoredReport(
                seq=seq,
                type_number=encoded.type_number,
                priority=encoded.priority,
                saved_s=encoded.time_s,
                content=encoded.content,
                packet=packet,
            )
        )
        return seq

    def no_memory(self) -> None:
        """Say that a report could not even be made."""
        self._refuse(NOT_SAVED, "lost no memory")

    def _refuse(self, warning: str, counter: str) -> None:
        self.warning = warning
        self._counters.count(counter)
