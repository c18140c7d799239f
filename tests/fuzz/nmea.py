"""What a GNSS receiver may say, its checksums put right, so that the fields are reached."""

import re
from collections.abc import Callable

from turna_handset.nmea import Place, Sentences, place_of_gga, time_of_rmc
from turna_protocol.errors import MalformedError

SEEDS = [
    b"$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A\r\n",
    b"$GNGGA,092750.000,5321.6802,N,00630.3372,W,1,8,1.03,61.7,M,55.2,M,,*76\r\n",
    b"$GNGGA,092750.00,,,,,0,00,99.99,,,,,,*76\r\n",
    b"$GPRMC,235959.99,V,,,,,,,311299,,,N*53\r\n",
]
_SENTENCE = re.compile(rb"\$([^*$\r\n]*)\*..")


def fuzz(data: bytes) -> None:
    for said in (data, _SENTENCE.sub(_put_right, data)):
        sentences = Sentences()
        for fields in sentences.feed(said):
            _read(time_of_rmc, fields)
            _read(place_of_gga, fields)
        assert len(sentences._buffer) <= 82


def _read(read: Callable[[list[str]], int | Place | None], fields: list[str]) -> None:
    try:
        found = read(fields)
    except MalformedError:
        return
    if isinstance(found, Place):
        assert -9_000_000 <= found.lat_e5 <= 9_000_000
        assert -18_000_000 <= found.lon_e5 <= 18_000_000


def _put_right(match: re.Match[bytes]) -> bytes:
    checksum = 0
    for byte in match[1]:
        checksum ^= byte
    return b"$%s*%02X" % (match[1], checksum)
