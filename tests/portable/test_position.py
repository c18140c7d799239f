"""The GNSS receiver's sentences: in integers, checked, and never trusted."""

from turna_handset.nmea import days_since_1970
from turna_handset.position import Position


def sentence(body: str) -> bytes:
    checksum = 0
    for byte in body.encode():
        checksum ^= byte
    return f"${body}*{checksum:02X}\r\n".encode()


GGA = sentence("GNGGA,120000.00,3612.3456,N,03609.8765,E,1,09,0.9,85.5,M,30.1,M,,")
RMC = sentence("GNRMC,120000.00,A,3612.3456,N,03609.8765,E,0.1,,060227,,,A")


def test_a_fix_is_read_to_the_metre() -> None:
    position = Position()
    position.heard(GGA, 5000)
    place = position.place(5000)
    assert place is not None
    assert (place.lat_e5, place.lon_e5) == (3620576, 3616461)
    assert place.altitude_m == 85
    assert place.accuracy_m == 5
    assert place.satellites == 9


def test_southern_and_western_hemispheres_are_negative() -> None:
    position = Position()
    position.heard(sentence("GPGGA,120000,0030.0000,S,00030.0000,W,1,5,20.5,-7.9,M,,M,,"), 0)
    place = position.place(0)
    assert place is not None
    assert (place.lat_e5, place.lon_e5) == (-50000, -50000)
    assert (place.altitude_m, place.accuracy_m) == (-7, 103)


def test_the_time_is_handed_on_once() -> None:
    position = Position()
    position.heard(RMC, 0)
    assert position.next_time_s() == 1801915200  # 2027-02-06 12:00:00 UTC
    assert position.next_time_s() is None


def test_a_receiver_without_a_fix_gives_neither_place_nor_time() -> None:
    position = Position()
    position.heard(sentence("GNGGA,120000.00,,,,,0,00,99.9,,M,,M,,"), 0)
    position.heard(sentence("GNRMC,120000.00,V,,,,,,,060227,,,N"), 0)
    assert position.place(0) is None
    assert position.next_time_s() is None
    assert position.sentences_refused == 0


def test_an_estimated_or_simulated_fix_is_no_fix() -> None:
    for quality in "678":
        position = Position()
        position.heard(
            sentence(f"GNGGA,120000.00,3612.3456,N,03609.8765,E,{quality},09,0.9,85.5,M,30.1,M,,"),
            0,
        )
        assert position.place(0) is None


def test_a_fix_grows_old_and_is_forgotten_after_a_day() -> None:
    position = Position()
    position.heard(GGA, 1000)
    assert position.age_s(61_000) == 60
    assert position.place(86_400_000 + 3_000) is None
    assert position.age_s(86_400_000 + 3_000) == 86402


def test_sentences_may_arrive_a_byte_at_a_time() -> None:
    position = Position()
    for byte in b"noise" + RMC + GGA:
        position.heard(bytes([byte]), 0)
    assert position.fixes == 1
    assert position.next_time_s() is not None


def test_damaged_sentences_are_refused_and_counted_and_the_next_is_read() -> None:
    wrong = (
        GGA[:20] + b"9" + GGA[21:],
        b"$GPGGA,no checksum\r\n",
        b"$" + b"A" * 200 + b"\r\n",
        b"$*00\r\n",
        b"$GPGGA\xff\xfe*00\r\n",
        GGA[:30],
        sentence("GNGGA,1"),
        sentence("GNRMC,120000,A"),
        sentence("GNGGA,120000.00,36x2.3456,N,03609.8765,E,1,09,0.9,85.5,M,30.1,M,,"),
        sentence("GNGGA,120000.00,3672.3456,N,03609.8765,E,1,09,0.9,85.5,M,30.1,M,,"),
        sentence("GNGGA,120000.00,9912.3456,N,03609.8765,E,1,09,0.9,85.5,M,30.1,M,,"),
        sentence("GNGGA,120000.00,3612.3456,NS,03609.8765,E,1,09,0.9,85.5,M,30.1,M,,"),
        sentence("GNRMC,250000.00,A,3612.3456,N,03609.8765,E,0.1,,060227,,,A"),
        sentence("GNRMC,120000.00,A,3612.3456,N,03609.8765,E,0.1,,061327,,,A"),
        sentence("GNRMC,,A,,,,,,,,,,"),
    )
    for number, garbage in enumerate(wrong):
        position = Position()
        position.heard(garbage + GGA, 0)
        assert position.sentences_refused >= 1, number
        assert position.fixes == 1, number
        assert position.next_time_s() is None, number


def test_random_bytes_are_survived() -> None:
    position = Position()
    state = 99
    for _ in range(200):
        chunk = bytearray()
        for _ in range(50):
            state = (state * 1103515245 + 12345) & 0x7FFFFFFF
            chunk.append(state >> 16 & 0xFF)
        position.heard(bytes(chunk), 0)
    assert position.place(0) is None


def test_dates_are_counted_over_leap_years() -> None:
    assert days_since_1970(1970, 1, 1) == 0
    assert days_since_1970(2000, 2, 29) == 11016
    assert days_since_1970(2000, 3, 1) == 11017
    assert days_since_1970(2026, 12, 31) == 20818
    assert days_since_1970(2028, 2, 29) + 1 == days_since_1970(2028, 3, 1)
