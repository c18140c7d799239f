"""Where the handset is and how old that knowledge is; fed with the bytes of a GNSS receiver."""

from turna_protocol.errors import MalformedError

from .nmea import Place, Sentences, place_of_gga, time_of_rmc

FIX_AGE_MAX_S = 86400  # a place of yesterday is no place


class Position:
    """Keeps the last fix, and hands the receiver's time on once."""

    def __init__(self) -> None:
        self.fixes = 0
        self.bytes_heard = 0
        self._sentences = Sentences()
        self._unreadable = 0
        self._place: Place | None = None
        self._at_ms = 0
        self._time_s: int | None = None

    @property
    def sentences_refused(self) -> int:
        return self._sentences.refused + self._unreadable

    def heard(self, data: bytes, now_ms: int) -> None:
        """Take bytes from the receiver's serial line, whatever they are."""
        self.bytes_heard += len(data)
        for fields in self._sentences.feed(data):
            try:
                self._take(fields, now_ms)
            except MalformedError:
                self._unreadable += 1

    def place(self, now_ms: int) -> Place | None:
        """Return the last place, or None if there is none or it is too old to mean anything."""
        age_s = self.age_s(now_ms)
        return None if age_s is None or age_s > FIX_AGE_MAX_S else self._place

    def age_s(self, now_ms: int) -> int | None:
        """Return the age of the last fix, or None if there never was one."""
        return None if self._place is None else max(0, now_ms - self._at_ms) // 1000

    def next_time_s(self) -> int | None:
        """Return the receiver's time, once for each sentence that told it."""
        time_s, self._time_s = self._time_s, None
        return time_s

    def _take(self, fields: list[str], now_ms: int) -> None:
        name = fields[0][2:]
        if name == "RMC":
            self._time_s = time_of_rmc(fields)
        elif name == "GGA":
            place = place_of_gga(fields)
            if place is not None:
                self._place, self._at_ms = place, now_ms
                self.fixes += 1
