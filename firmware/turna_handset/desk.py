"""Where decisions become reports: the rescuer's by the form, the handset's own by its rhythm.

What reports are made with is in memory only while one is made; what answers a host gives way to it.
"""

import gc

from turna_protocol import codes
from turna_protocol.errors import MalformedError

from . import intents, parts, speech

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from turna_protocol.reports import Report

    from .compose import Composer
    from .courier import Courier
    from .intents import Intent
    from .mailbox import Mailbox
    from .phone import Phone
    from .reporter import Encoded, Reporter
    from .status import StatusBoard

    Compose = Callable[[Composer], Report]

TRIES = 2
_SEEN, _HEARD = 1, 3  # of `letter`, which is in memory only now and then
_RECEIVED = 3  # of `report_codes.PHRASES`, likewise
# An SOS is declared by the button, which no phone can press by mistake; the handset tells its own
# health; tasks and settings come from the Secretariat.
PHONE_TYPES = (
    "position",
    "sitrep",
    "worksite_triage",
    "worksite_report",
    "victim",
    "hazard",
    "medevac",
    "needs",
    "area",
    "message",
    "task_status",
)


class Desk:
    """Composes, saves and hands over; remembers which SOS is active."""

    def __init__(
        self,
        composer: "Callable[[], Composer]",
        reporter: "Reporter",
        courier: "Courier",
        status: "StatusBoard",
        mail: "Mailbox",
        make_room: "Callable[[], None]",
        choose_power: "Callable[[str], bool]",
        phone: "Callable[[], Phone]",
    ) -> None:
        self.sos_seq: int | None = None
        self._new_composer = composer
        self._reporter = reporter
        self._courier = courier
        self._status = status
        self._mail = mail
        self._make_room = make_room
        self._choose_power = choose_power
        self._phone = phone

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
        if intent.action == intents.SPEAK:
            return speech.choose(intent.name)
        if intent.action == intents.SAVE_POWER:
            return self._choose_power(intent.name)
        if intent.action == intents.HEAR_ALARM:
            return self._hear_alarm(now_ms)
        if intent.action == intents.SEND_POSITION:
            return self.position(now_ms)
        if intent.action == intents.MARK:
            return self._mark(intent)
        if intent.action == intents.SEND:
            return self._fill_in(intent.name, intent.values, now_ms) and self._mark(intent)
        if intent.action in (intents.OPEN_PHONE, intents.CLOSE_PHONE):
            self._serve_phone(intent.action, now_ms)
            return True
        return self._distress(intent, now_ms)

    def _serve_phone(self, action: str, now_ms: int) -> None:
        if action == intents.OPEN_PHONE:
            self._phone().want(now_ms)
        else:
            self._phone().close()

    def _distress(self, intent: "Intent", now_ms: int) -> bool:
        battery_pct = self._status.battery_pct
        if intent.action == intents.DECLARE_SOS:
            self.sos_seq = self._keep(
                lambda made: made.sos(codes.DECLARE, None, battery_pct, now_ms)
            )
            return self.sos_seq is not None
        declared, phase = self.sos_seq, codes.UPDATE
        if intent.action == intents.CANCEL_SOS:
            phase, self.sos_seq = codes.CANCEL, None
        values = intent.values
        seq = self._keep(lambda made: made.sos(phase, declared, battery_pct, now_ms, values))
        return seq is not None

    def _fill_in(self, name: str, values: "dict[str, object]", now_ms: int) -> bool:
        """Report what was entered on a sheet."""
        battery_pct = self._status.battery_pct
        seq = self._keep(lambda made: made.filled_in(name, values, battery_pct, now_ms))
        return seq is not None

    def _hear_alarm(self, now_ms: int) -> bool:
        """Say of each alarm that a person has heard of it."""
        heard = True
        for alarm in self._mail.unheard:
            reference = alarm[2]
            values: dict[str, object] = {"phrase": _RECEIVED, "answers": reference}
            heard = self._fill_in("message", values, now_ms) and heard
            status = _HEARD if alarm in self._mail.alarms else _SEEN
            heard = self._mail.mark(reference, status) and heard
        return heard

    def _mark(self, intent: "Intent") -> bool:
        if intent.letter is None:
            return True
        return self._mail.mark(intent.letter, intent.status)

    def position(self, now_ms: int) -> bool:
        """Report where the handset is."""
        battery_pct = self._status.battery_pct
        return self._keep(lambda made: made.position(battery_pct, now_ms)) is not None

    def submit(self, form: "dict[str, object]", now_ms: int) -> int | None:
        """Save what somebody filled in on a phone; return its number, or None if it is not saved.

        MalformedError says which field is wrong.
        """
        if form.get("type") not in PHONE_TYPES:
            raise MalformedError("type: none that a phone sends")
        battery_pct = self._status.battery_pct
        return self._keep(
            lambda made: self._reporter.encodable(made.of_form(form, battery_pct, now_ms))
        )

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
