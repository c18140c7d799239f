"""A GNSS receiver on a UART: NMEA sentences each second, along a track, with the true time.

Speaks as a u-blox module does at 9600 baud with talker GN; before its first fix it sends empty
fields, and never a position.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from ..scheduler import Scheduler

BAUD = 9600
_PERIOD_US = 1_000_000
# With its clock and memory on a backup battery a receiver finds itself again within a second or
# two in the open (u-blox MAX-M10S, Quectel L76K data sheets); a person in a street waits longer.
_HOT_START_US = 5_000_000
_EPHEMERIS_LASTS_US = 2 * 3600 * 1_000_000  # broadcast ephemerides are valid for about four hours


class Place(NamedTuple):
    """A point of a track."""

    lat_e5: int
    lon_e5: int
    altitude_m: int = 0


Track = Callable[[int], Place]


class GnssReceiver:
    """Sends sentences while it has power; `visible` is whether it sees the sky."""

    def __init__(
        self,
        scheduler: Scheduler,
        send: Callable[[bytes], None],
        start_unix_s: int,
        time_to_first_fix_s: int = 35,
    ) -> None:
        self._scheduler = scheduler
        self._send = send
        self._start_unix_s = start_unix_s
        self._time_to_first_fix_us = time_to_first_fix_s * 1_000_000
        self._track: Track | None = None
        self._powered_us: int | None = None
        self._search_us = self._time_to_first_fix_us
        self._knew_us: int | None = None
        self._run = 0
        self.visible = True
        self.hdop_e1 = 9
        self.satellites = 11

    def stand_at(self, lat_e5: int, lon_e5: int, altitude_m: int = 0) -> None:
        """Stay at one place."""
        place = Place(lat_e5, lon_e5, altitude_m)
        self._track = lambda _elapsed_s: place

    def follow(self, track: Track) -> None:
        """Move: the track gives the place at each second since the start of the world."""
        self._track = track

    def power(self, on: bool) -> None:
        """Switch the supply; each power-on searches anew, shortly if it knew the sky of late."""
        now_us = self._scheduler.now_us
        if on == self.powered:
            return
        self._run += 1
        if not on and self.has_fix:
            self._knew_us = now_us
        known = self._knew_us is not None and now_us - self._knew_us < _EPHEMERIS_LASTS_US
        self._search_us = _HOT_START_US if known else self._time_to_first_fix_us
        self._powered_us = self._scheduler.now_us if on else None
        if on:
            run = self._run
            next_second_us = (self._scheduler.now_us // _PERIOD_US + 1) * _PERIOD_US
            self._scheduler.at(next_second_us, lambda: self._second(run))

    @property
    def powered(self) -> bool:
        """Tell whether it is on."""
        return self._powered_us is not None

    @property
    def has_fix(self) -> bool:
        """Tell whether it knows where it is."""
        return (
            self._track is not None
            and self.visible
            and self._powered_us is not None
            and self._scheduler.now_us - self._powered_us >= self._search_us
        )

    def _second(self, run: int) -> None:
        if run != self._run:
            return
        elapsed_s = self._scheduler.now_us // _PERIOD_US
        if self._track is None or not self.has_fix:
            self._send(_without_fix())
        else:
            moment = datetime.fromtimestamp(self._start_unix_s + elapsed_s, UTC)
            self._send(self._with_fix(moment, self._track(elapsed_s)))
        self._scheduler.after(_PERIOD_US, lambda: self._second(run))

    def _with_fix(self, moment: datetime, place: Place) -> bytes:
        clock, date = moment.strftime("%H%M%S.00"), moment.strftime("%d%m%y")
        lat, lon = latitude(place.lat_e5), longitude(place.lon_e5)
        hdop = f"{self.hdop_e1 // 10}.{self.hdop_e1 % 10}"
        used = f"{self.satellites:02d}"
        return b"".join([
            sentence(f"GNRMC,{clock},A,{lat},{lon},0.0,,{date},,,A"),
            sentence(f"GNGGA,{clock},{lat},{lon},1,{used},{hdop},{place.altitude_m}.0,M,0.0,M,,"),
            sentence(f"GNGSA,A,3,01,02,03,04,05,06,07,08,,,,,{hdop},{hdop},{hdop}"),
        ])  # fmt: skip


def sentence(content: str) -> bytes:
    """Return an NMEA sentence with its checksum and line end."""
    checksum = 0
    for byte in content.encode():
        checksum ^= byte
    return f"${content}*{checksum:02X}\r\n".encode()


def latitude(lat_e5: int) -> str:
    """Return a latitude as NMEA writes it, with its hemisphere."""
    return f"{_minutes(abs(lat_e5), 2)},{'N' if lat_e5 >= 0 else 'S'}"


def longitude(lon_e5: int) -> str:
    """Return a longitude as NMEA writes it, with its hemisphere."""
    return f"{_minutes(abs(lon_e5), 3)},{'E' if lon_e5 >= 0 else 'W'}"


def _minutes(degrees_e5: int, digits: int) -> str:
    degrees, rest_e5 = divmod(degrees_e5, 100_000)
    minutes_e5 = rest_e5 * 60
    return f"{degrees:0{digits}d}{minutes_e5 // 100_000:02d}.{minutes_e5 % 100_000:05d}"


def _without_fix() -> bytes:
    return (
        sentence("GNRMC,,V,,,,,,,,,,N")
        + sentence("GNGGA,,,,,,0,00,99.99,,,,,,")
        + sentence("GNGSA,A,1,,,,,,,,,,,,,99.99,99.99,99.99")
    )
