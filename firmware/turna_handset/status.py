"""Gathers what the screen and the health report say of the handset from the parts that know it."""

import gc

from turna_protocol import codes, delivery

from .clock import hours_minutes
from .health import Health, battery_percent
from .labels import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turna_board.counters import Counters

    from .clock import Clock
    from .courier import Courier
    from .display import Line, ReportLine, Status
    from .form import Form
    from .journal import Journal
    from .journal_index import Entry
    from .position import Position
    from .provisioning import Provisioning

# The list of reports shows what people wrote; positions by the hundred would hide it.
LISTED_PRIORITY = 1
NODE_LINES = 8
# What a handset sends, by the numbers of `reports.types`, which is in memory only now and then.
TYPE_NAMES = ("position", "sitrep", "sos", "node_health")


class StatusBoard:
    """Reads the parts; changes none of them."""

    def __init__(
        self,
        provisioning: "Provisioning",
        *,
        journal: "Journal",
        clock: "Clock",
        position: "Position",
        counters: "Counters",
    ) -> None:
        self.battery_mv: int | None = None
        self._provisioning = provisioning
        self._journal = journal
        self._clock = clock
        self._position = position
        self._counters = counters

    @property
    def battery_pct(self) -> int | None:
        return battery_percent(self.battery_mv)

    def now(self, now_ms: int, *, sos_seq: int | None, warning: str | None) -> "Status":
        """Return what the screen says of the handset at this moment."""
        from .display import Status

        place = self._position.place(now_ms)
        last = self._journal.newest(0, LISTED_PRIORITY) or self._journal.newest(0)
        sos = None if sos_seq is None else self._journal.entry(sos_seq)
        return Status(
            call_sign=self._provisioning.call_sign,
            mode=codes.MODES[self._provisioning.mode],
            fix_age_s=None if place is None else self._position.age_s(now_ms),
            accuracy_m=None if place is None else place.accuracy_m,
            battery_pct=self.battery_pct,
            counts=self._journal.counts(),
            last=None if last is None else self._line(last, now_ms),
            sos=None if sos is None else self._line(sos, now_ms),
            warning=warning,
            node=self._node(now_ms),
        )

    def lines(self, form: "Form", status: "Status", now_ms: int) -> "tuple[Line, ...]":
        """Return the lines of the form's screen."""
        from .display import draw

        return draw(form, status, lambda row: self._listed(row, now_ms), now_ms)

    def count_reports(self) -> int:
        """Return how many reports the list shows."""
        return self._journal.count(LISTED_PRIORITY)

    def health(self, now_ms: int, courier: "Courier", temperature_c: int | None) -> Health:
        place = self._position.place(now_ms)
        return Health(
            battery_mv=self.battery_mv,
            temperature_c=temperature_c,
            uptime_min=now_ms // 60_000,
            waiting=self._journal.counts()[delivery.SAVED],
            stored=len(self._journal),
            rssi_dbm=courier.rssi_dbm,
            snr_db=courier.snr_db,
            satellites=None if place is None else place.satellites,
            airtime_s=courier.airtime_s(),
            restarts=self._counters.of("restarts"),
            refused=self._counters.total("refused "),
        )

    def _listed(self, row: int, now_ms: int) -> "ReportLine | None":
        entry = self._journal.newest(row, LISTED_PRIORITY)
        return None if entry is None else self._line(entry, now_ms)

    def _line(self, entry: "Entry", now_ms: int) -> "ReportLine":
        from .display import ReportLine

        time_s = self._clock.now_s(now_ms)
        dated = entry.saved_s > 0
        return ReportLine(
            type_name=_type_name(entry.type_number),
            seq=entry.seq,
            state=entry.state,
            age_s=max(0, time_s - entry.saved_s) if dated and time_s is not None else None,
            attempts=entry.attempts,
            saved_at=hours_minutes(entry.saved_s) if dated else None,
        )

    def _node(self, now_ms: int) -> tuple[str, ...]:
        count = self._counters.of
        time_s = self._clock.now_s(now_ms)
        utc = "--:--" if time_s is None else hours_minutes(time_s)
        sent = f"{text('node.sent')} {count('radio sent')}"
        return (
            f"{text('node.device')} {self._provisioning.device}",
            f"{text('node.region')} {self._provisioning.region}",
            f"{text('node.utc')} {utc}",
            f"{sent} {text('node.heard')} {count('radio heard')}",
            f"{text('node.beacons')} {count('beacons')}",
            f"{text('node.refused')} {self._counters.total('refused ')}",
            f"{text('node.faults')} {self._counters.total('failed ')}",
            f"{text('node.memory')} {gc.mem_free() // 1024} KB",
        )


def _type_name(number: int) -> str:
    return TYPE_NAMES[number] if number < len(TYPE_NAMES) else "other"
