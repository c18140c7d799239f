"""Makes reports: what was entered or is due, with the time, the place and the battery of now."""

from turna_protocol.frame import LATITUDE_LIMIT_E5, normal_longitude_e5
from turna_protocol.reports import Fix

from .draft import CASUALTY_FIELDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turna_protocol.reports import NodeHealth, Sitrep, Sos
    from turna_protocol.reports import Position as PositionReport

    from .clock import Clock
    from .draft import Draft
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

    def sitrep(self, draft: "Draft", battery_pct: int | None, now_ms: int) -> "Sitrep":
        from turna_protocol.reports import Casualties, Sitrep

        return Sitrep(
            mode=self._mode,
            time_s=self._clock.now_s(now_ms),
            time_quality=self._clock.quality,
            fix=self._fix(now_ms),
            altitude_m=self._altitude_m(now_ms),
            team_status=draft.team_status,
            casualties=Casualties(*[draft.count(field) for field in CASUALTY_FIELDS]),
            trapped=draft.count("trapped"),
            rescued=draft.count("rescued"),
            hazards=tuple(draft.hazards),
            needs=tuple([(item, draft.needs[item]) for item in sorted(draft.needs)]),
            battery_pct=battery_pct,
        )

    def sos(
        self, phase: int, sos_reference: int | None, battery_pct: int | None, now_ms: int
    ) -> "Sos":
        from turna_protocol.reports import Sos

        return Sos(
            mode=self._mode,
            time_s=self._clock.now_s(now_ms),
            time_quality=self._clock.quality,
            fix=self._fix(now_ms),
            phase=phase,
            battery_pct=battery_pct,
            sos_reference=sos_reference,
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
