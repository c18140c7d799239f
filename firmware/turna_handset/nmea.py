"""Reads the NMEA 0183 sentences of a GNSS receiver, in integers, trusting nothing.

Understands RMC (time and validity) and GGA (position and its quality) of any talker.
"""

from turna_protocol.errors import MalformedError
from turna_protocol.record import Record

MAX_SENTENCE_BYTES = 82  # NMEA 0183, 5.3: "$" to line end
READ = (b"RMC", b"GGA")  # of any talker, whose two letters stand before
MAX_WAITING = 8  # sentences; a receiver says about six a second

# One standard deviation of the user equivalent range error of GPS without corrections, rounded up.
RANGE_ERROR_M = 5
ACCURACY_MAX_M = 9999


class Place(Record):
    """Where the receiver says it is; accuracy is unknown when the sentence does not tell."""

    FIELDS = ("lat_e5", "lon_e5", "altitude_m", "accuracy_m", "satellites")

    def __init__(
        self,
        lat_e5: int,
        lon_e5: int,
        altitude_m: int | None,
        accuracy_m: int | None,
        satellites: int | None,
    ) -> None:
        self.lat_e5 = lat_e5
        self.lon_e5 = lon_e5
        self.altitude_m = altitude_m
        self.accuracy_m = accuracy_m
        self.satellites = satellites


class Sentences:
    """Cuts a stream of bytes into sentences whose checksum is right."""

    def __init__(self) -> None:
        self.refused = 0
        self._buffer = b""

    def feed(self, data: bytes) -> list[list[str]]:
        """Return the fields of each whole sentence of a kind that is read here, the name first."""
        sentences: list[list[str]] = []
        at = 0
        while at < len(data):
            if not self._buffer:
                at = data.find(b"$", at)  # begins a sentence, wherever it stands
                if at < 0:
                    break
                self._buffer = b"$"
                at += 1
            end = _end_of_piece(data, at)
            self._keep(data[at:end])
            if end == len(data):
                break
            at = end
            if data[at] == 0x24:
                self._drop()
            else:
                at += 1
                if len(sentences) < MAX_WAITING:
                    self._close(sentences)
        return sentences

    def _keep(self, piece: bytes) -> None:
        if len(self._buffer) + len(piece) > MAX_SENTENCE_BYTES:
            self._drop()
        else:
            self._buffer += piece

    def _drop(self) -> None:
        if self._buffer:
            self.refused += 1
            self._buffer = b""

    def _close(self, sentences: list[list[str]]) -> None:
        if not self._buffer:
            return
        try:
            star = _checked(self._buffer)
            if self._buffer[3:6] in READ:
                sentences.append(self._buffer[1:star].decode().split(","))
            self._buffer = b""
        except MalformedError:
            self._drop()


def time_of_rmc(fields: list[str]) -> int | None:
    """Return unix seconds of an RMC sentence, or None while the receiver calls itself invalid."""
    if len(fields) < 10:
        raise MalformedError("nmea fields")
    if fields[2] != "A":
        return None
    clock, date = fields[1], fields[9]
    hour, minute, second = _digits(clock[0:2]), _digits(clock[2:4]), _digits(clock[4:6])
    day, month, year = _digits(date[0:2]), _digits(date[2:4]), 2000 + _digits(date[4:6])
    if not (hour < 24 and minute < 60 and second <= 60 and 1 <= month <= 12 and 1 <= day <= 31):
        raise MalformedError("nmea time")
    return days_since_1970(year, month, day) * 86400 + hour * 3600 + minute * 60 + second


def place_of_gga(fields: list[str]) -> Place | None:
    """Return the place of a GGA sentence, or None while there is no fix."""
    if len(fields) < 10:
        raise MalformedError("nmea fields")
    if fields[6] not in ("1", "2", "3", "4", "5"):  # 0 none, 6 estimated, 7 manual, 8 simulator
        return None
    return Place(
        _angle_e5(fields[2], fields[3], "NS", 90),
        _angle_e5(fields[4], fields[5], "EW", 180),
        _scaled(fields[9], 0) if fields[9] else None,
        _accuracy_m(fields[8]),
        _digits(fields[7]) if fields[7] else None,
    )


def days_since_1970(year: int, month: int, day: int) -> int:
    """Return the days of a Gregorian date since 1 January 1970, for years from 1970."""
    if month <= 2:
        year -= 1
        month += 12
    # Years begin in March here, so that the leap day is the last of its year.
    return (
        365 * year + year // 4 - year // 100 + year // 400 + (153 * month - 457) // 5 + day - 719469
    )


def _end_of_piece(data: bytes, at: int) -> int:
    """Return where the next "$" or line end is, or the end of the data."""
    end = len(data)
    for mark in (b"$", b"\r", b"\n"):
        found = data.find(mark, at, end)
        if found >= 0:
            end = found
    return end


def _checked(sentence: bytes) -> int:
    """Return where the checksum stands, which is right; or raise MalformedError."""
    star = len(sentence) - 3
    if star < 6 or sentence[star] != 0x2A:  # "*"
        raise MalformedError("nmea checksum")
    checksum = 0
    for place in range(1, star):
        byte = sentence[place]
        if not 0x20 <= byte < 0x7F:
            raise MalformedError("nmea character")
        checksum ^= byte
    if sentence[star + 1 :].upper() != b"%02X" % checksum:
        raise MalformedError("nmea checksum")
    return star


def _angle_e5(value: str, hemisphere: str, hemispheres: str, limit: int) -> int:
    """Return degrees x 1e5 of "dddmm.mmmm", rounded."""
    minutes_e5 = _scaled(value, 5)
    degrees, minutes_e5 = divmod(minutes_e5, 10_000_000)
    if minutes_e5 >= 6_000_000 or minutes_e5 < 0 or len(hemisphere) != 1:
        raise MalformedError("nmea angle")
    angle_e5 = degrees * 100_000 + (minutes_e5 + 30) // 60
    if angle_e5 > limit * 100_000 or hemisphere not in hemispheres:
        raise MalformedError("nmea angle")
    return angle_e5 if hemisphere == hemispheres[0] else -angle_e5


def _accuracy_m(hdop: str) -> int | None:
    if not hdop:
        return None
    hdop_e2 = _scaled(hdop, 2)
    return None if hdop_e2 <= 0 else min((hdop_e2 * RANGE_ERROR_M + 99) // 100, ACCURACY_MAX_M)


def _scaled(value: str, decimals: int) -> int:
    """Return a decimal number times 10**decimals, cut off after so many digits."""
    sign = -1 if value[:1] == "-" else 1
    whole, _, fraction = value[1:].partition(".") if sign < 0 else value.partition(".")
    if len(whole) > 6 or len(fraction) > 9:
        raise MalformedError("nmea number")
    padded = (fraction + "0" * decimals)[:decimals]
    if fraction:
        _digits(fraction)
    return sign * (_digits(whole) * 10**decimals + (int(padded) if padded else 0))


def _digits(text: str) -> int:
    if not text or not text.isdigit():
        raise MalformedError("nmea digits")
    return int(text)
