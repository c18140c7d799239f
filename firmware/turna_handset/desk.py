"""Where decisions become reports: the rescuer's by the form, the handset's own by its rhythm.

What reports are made with is in memory only while one is made; what answers a host gives way to it.
"""

import gc

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
    from .reporter import Encoded, Reporter
    from .status import StatusBoard

    Compose = Callable[[Composer], Report]

TRIES = 2


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
        draft = intent.draft
        if intent.action == screens.SEND_SITREP and draft is not None:
            return self._keep(lambda made: made.sitrep(draft, battery_pct, now_ms)) is not None
        if intent.action == screens.DECLARE_SOS:
            self.sos_seq = self._keep(
                lambda made: made.sos(codes.DECLARE, None, battery_pct, now_ms)
            )
            return self.sos_seq is not None
        if intent.action == screens.CANCEL_SOS:
            declared, self.sos_seq = self.sos_seq, None
            seq = self._keep(lambda made: made.sos(codes.CANCEL, declared, battery_pct, now_ms))
            return seq is not None
        return self.position(now_ms)

    def position(self, now_ms: int) -> bool:
        """Report where the handset is."""
        battery_pct = self._status.battery_pct
        return self._keep(lambda made: made.position(battery_pct, now_ms)) is not None

    def health(self, temperature_c: int | None, now_ms: int) -> bool:
        """Report how the handset is."""
        health = self._status.health(now_ms, self._courier, temperature_c)
        return self._keep(lambda made: made.health(health, now_ms)) is not None

    def _keep(self, compose: "Compose") -> int | None:
        """Return the number of the report once it is saved; a full heap is given a second try."""
        for _ in range(TRIES):
            try:
                seq = self._made_and_saved(compose)
            except MemoryError:
                parts.forget_reports()
                gc.collect()
                continue
            if seq is not None:
                self._courier.submit()
            return seq
        self._reporter.no_memory()
        return None

    def _made_and_saved(self, compose: "Compose") -> int | None:
        encoded = self._encoded(compose)
        return None if encoded is None else self._reporter.save(encoded)

    def _encoded(self, compose: "Compose") -> "Encoded | None":
        """Return the report as bytes; what it was made with is out of memory then."""
        self._make_room()
        try:
            parts.load(parts.FOR_A_REPORT)
            return self._reporter.encode(compose(self._new_composer()))
        finally:
            parts.forget_reports()
