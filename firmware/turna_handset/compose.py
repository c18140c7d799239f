"""Makes reports: what was entered or is due, with the time, the place and the battery of now."""

from turna_protocol import codes
from turna_protocol.errors import MalformedError
from turna_protocol.frame import LATITUDE_LIMIT_E5, normal_longitude_e5
from turna_protocol.reports import Fix
from turna_protocol.reports.types import type_named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turna_protocol.reports import NodeHealth, Report, Sos
    from turna_protocol.reports import Position as PositionReport

    from .clock import Clock
    from .health import Health
    from .position import Position

ALTITUDE_MIN_M = -400  # the shore of the Dead Sea; what is lower is a receiver's error
ALTITUDE_MAX_M = 8000


class Composer:
    """Joins what every report says of its circumstances with what each says of its own."""

    def __init__(self, mode: int, clock: "Clock", position: "Position") -> None:
        self._mode = mode
        self._clock = clock
        self._position = position

    def filled_in(
        self, name: str, values: "dict[str, object]", battery_pct: int | None, now_ms: int
    ) -> "Report":
        """Return the report of this type with what was entered on its sheet."""
        fields: dict[str, object] = {
            "mode": self._mode,
            "time_s": self._clock.now_s(now_ms),
            "time_quality": self._clock.quality,
            "fix": self._fix(now_ms),
        }
        for field in values:
            fields[field] = _as_on_the_wire(field, values[field])
        if name == "sitrep":
            fields["battery_pct"] = battery_pct
            fields["altitude_m"] = self._altitude_m(now_ms)
        elif name == "victim":
            fields["outcome"] = _outcome(values.get("triage"))
        return type_named(name).kind()(**fields)  # type: ignore[arg-type]  # sheets have the types' own fields

    def sos(
        self,
        phase: int,
        sos_reference: int | None,
        battery_pct: int | None,
        now_ms: int,
        values: "dict[str, object] | None" = None,
    ) -> "Sos":
        """Return a call for help, an update of it with what was entered, or its end."""
        from turna_protocol.reports import Sos

        entered = values or {}
        return Sos(
            mode=self._mode,
            time_s=self._clock.now_s(now_ms),
            time_quality=self._clock.quality,
            fix=self._fix(now_ms),
            phase=phase,
            battery_pct=battery_pct,
            sos_reference=sos_reference,
            kind=_whole(entered.get("kind")) or 0,
            people=_whole(entered.get("people")),
        )

    def position(self, battery_pct: int | None, now_ms: int) -> "PositionReport":
        from turna_protocol.reports import Position as PositionReport

        return PositionReport(
            mode=self._mode,
            time_s=self._clock.now_s(now_ms),
            time_quality=self._clock.quality,
            fix=self._fix(now_ms),
            battery_pct=battery_pct,
            altitude_m=self._altitude_m(now_ms),
        )

    def health(self, health: "Health", now_ms: int) -> "NodeHealth":
        from turna_protocol.reports import NodeHealth

        return NodeHealth(
            mode=self._mode,
            time_s=self._clock.now_s(now_ms),
            time_quality=self._clock.quality,
            battery_mv=health.battery_mv,
            temperature_c=health.temperature_c,
            uptime_min=health.uptime_min,
            waiting=health.waiting,
            stored=health.stored,
            rssi_dbm=health.rssi_dbm,
            snr_db=health.snr_db,
            satellites=health.satellites,
            airtime_s=health.airtime_s,
            restarts=health.restarts,
            refused=health.refused,
        )

    def of_form(self, form: "dict[str, object]", battery_pct: int | None, now_ms: int) -> "Report":
        """Return the report of a JSON object; MalformedError names the field that is wrong.

        Who says it, when, where and in which mode is the handset's to say, never the form's.
        """
        from turna_protocol.json_form import report_from_json

        for name in ("mode", "time", "time_quality", "position"):
            if name in form:
                raise MalformedError(f"{name}: the handset says it")
        report = report_from_json(dict(form, mode=codes.MODES[self._mode]))
        report.time_s = self._clock.now_s(now_ms)
        report.time_quality = self._clock.quality
        report.fix = self._fix(now_ms)
        for name, value in (("battery_pct", battery_pct), ("altitude_m", self._altitude_m(now_ms))):
            if name in report.FIELDS:
                setattr(report, name, value)
        contradiction = report.contradiction()
        if contradiction is not None:
            raise MalformedError(contradiction)
        return report

    def _fix(self, now_ms: int) -> Fix | None:
        place = self._position.place(now_ms)
        if place is None or not -LATITUDE_LIMIT_E5 <= place.lat_e5 <= LATITUDE_LIMIT_E5:
            return None
        return Fix(
            place.lat_e5,
            normal_longitude_e5(place.lon_e5),
            place.accuracy_m,
            self._position.age_s(now_ms),
        )

    def _altitude_m(self, now_ms: int) -> int | None:
        place = self._position.place(now_ms)
        if place is None or place.altitude_m is None:
            return None
        return place.altitude_m if ALTITUDE_MIN_M <= place.altitude_m <= ALTITUDE_MAX_M else None


_BLACK = 5  # of codes.TRIAGE_COLOURS
_LIVE, _DECEASED = 1, 2  # of worksite_codes.OUTCOMES


def _as_on_the_wire(field: str, value: object) -> object:
    """Return what a type of report takes for what a sheet gives."""
    if field in ("casualties", "patients") and isinstance(value, tuple):
        from turna_protocol.reports import Casualties

        return Casualties(*value)
    if field == "worksite" and isinstance(value, int):
        from turna_protocol.reports.more_fields import Worksite

        return Worksite(value)
    if field == "needs" and isinstance(value, dict):
        return tuple([(item, value[item]) for item in sorted(value)])
    return value


def _outcome(triage: object) -> int:
    """Return what a victim's colour says of life: black is the one that is dead."""
    if not triage:
        return 0
    return _DECEASED if triage == _BLACK else _LIVE


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None
