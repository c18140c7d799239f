"""Where decisions become reports: the rescuer's by the form, the handset's own by its rhythm.

What reports are made with is in memory only while one is made; what answers a host gives way to it.
"""

from turna_protocol import codes

from . import form as screens
from . import parts, speech

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from turna_protocol.reports import Report

    from .compose import Composer
    from .courier import Courier
    from .form import Intent
    from .reporter import Reporter
    from .status import StatusBoard


class Desk:
    """Composes, saves and hands over; remembers which SOS is active."""

    def __init__(
        self,
        composer: "Callable[[], Composer]",
        reporter: "Reporter",
        courier: "Courier",
        status: "StatusBoard",
        make_room: "Callable[[], None]",
    ) -> None:
        self.sos_seq: int | None = None
        self._new_composer = composer
        self._reporter = reporter
        self._courier = courier
        self._status = status
        self._make_room = make_room

    @property
    def warning(self) -> str | None:
        """Return why the last report was not saved, as a label, or None."""
        return self._reporter.warning

    def resume(self) -> bool:
        """Look up in the journal whether an SOS is still active."""
        self.sos_seq = self._reporter.active_sos()
        parts.forget_reports()
        return self.sos_seq is not None

    def carry_out(self, intent: "Intent", now_ms: int) -> bool:
        """Do what the form decided; return whether the report, or the choice, is saved."""
        if intent.action == screens.SPEAK:
            return speech.choose(intent.language)
        battery_pct = self._status.battery_pct
        if intent.action == screens.SEND_SITREP and intent.draft is not None:
            return (
                self._save(self._composer().sitrep(intent.draft, battery_pct, now_ms)) is not None
            )
        if intent.action == screens.DECLARE_SOS:
            self.sos_seq = self._save(
                self._composer().sos(codes.DECLARE, None, battery_pct, now_ms)
            )
            return self.sos_seq is not None
        if intent.action == screens.CANCEL_SOS:
            declared, self.sos_seq = self.sos_seq, None
            report = self._composer().sos(codes.CANCEL, declared, battery_pct, now_ms)
            return self._save(report) is not None
        return self.position(now_ms)

    def position(self, now_ms: int) -> bool:
        """Report where the handset is."""
        return self._save(self._composer().position(self._status.battery_pct, now_ms)) is not None

    def health(self, temperature_c: int | None, now_ms: int) -> bool:
        """Report how the handset is."""
        health = self._status.health(now_ms, self._courier, temperature_c)
        return self._save(self._composer().health(health, now_ms)) is not None

    def _composer(self) -> "Composer":
        self._make_room()
        parts.load(parts.FOR_A_REPORT)
        return self._new_composer()

    def _save(self, report: "Report") -> int | None:
        seq = self._reporter.save(report)
        if seq is not None:
            self._courier.submit()
        parts.forget_reports()
        return seq
