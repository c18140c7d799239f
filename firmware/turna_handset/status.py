"""Gathers what the screen and the health report say of the handset from the parts that know it."""

import gc

from turna_protocol import codes, delivery

from .clock import hours_minutes
from .labels import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from turna_board.counters import Counters

    from .clock import Clock
    from .courier import Courier
    from .display import AlarmLine, ReportLine, Status
    from .health import Health
    from .journal import Journal
    from .journal_index import Entry
    from .mailbox import Mailbox
    from .position import Position
    from .provisioning import Provisioning

# The list of reports shows what people wrote; positions by the hundred would hide it.
LISTED_PRIORITY = 1
# Labels of what a handset sends, by the numbers of `reports.types`, which is in memory only now
# and then; what it does not make is "other".
TYPE_NAMES = (
    "position",
    "sitrep",
    "sos",
    "node_health",
    "worksite_triage",
    "other",
    "victim",
    "hazard",
    "medevac",
    "needs",
    "other",
    "message",
    "other",
    "task_status",
)


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
        mail: "Mailbox",
        network: "Callable[[], tuple[str, ...]]",
    ) -> None:
        self.battery_mv: int | None = None
        self.battery_pct: int | None = None
        self._provisioning = provisioning
        self._journal = journal
        self._clock = clock
        self._position = position
        self._counters = counters
        self._mail = mail
        self._network = network

    def battery_read(self, battery_mv: int | None) -> None:
        """Take what the board's divider or power chip says."""
        from .health import battery_percent

        self.battery_mv = battery_mv
        self.battery_pct = battery_percent(battery_mv)

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
            unread=self._mail.unread,
            alarm=self._alarm(),
            phone=self._network(),
        )

    def time_s(self, now_ms: int) -> int | None:
        """Return what time it is, as far as anybody has told."""
        return self._clock.now_s(now_ms)

    def waiting(self) -> int:
        """Return how many reports no gateway holds."""
        return self._journal.counts()[delivery.SAVED]

    def count_reports(self) -> int:
        """Return how many reports the list shows."""
        return self._journal.count(LISTED_PRIORITY)

    def health(self, now_ms: int, courier: "Courier", temperature_c: int | None) -> "Health":
        from .health import Health

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

    def listed(self, row: int, now_ms: int) -> "ReportLine | None":
        """Return the report `row` steps before the newest that a person made."""
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

    def _alarm(self) -> "AlarmLine | None":
        """Return the worst alarm that is on, else the end of one that nobody has taken note of."""
        from .display import AlarmLine

        alarms = self._mail.alarms
        if alarms:
            mode, code, _ = alarms[0]
            heard = not self._mail.alarm_sounds()
            return AlarmLine(mode=mode, code=code, heard=heard, others=len(alarms) - 1)
        for mode, code, _ in self._mail.unheard:
            return AlarmLine(mode=mode, code=code, heard=False)
        return None

    def node(self, now_ms: int) -> tuple[str, ...]:
        """Return the rows of the screen that tells of the handset itself."""
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
