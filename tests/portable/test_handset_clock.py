"""The handset's clock: better sources replace worse ones, and time never goes before the build."""

from turna_handset.clock import Clock, hours_minutes
from turna_protocol import codes

BUILT_S = 1_767_225_600
NOW_S = 1_801_915_200


def test_a_handset_knows_no_time_until_it_is_told() -> None:
    clock = Clock(BUILT_S)
    assert clock.now_s(1000) is None
    assert clock.quality == codes.TIME_NONE


def test_time_goes_on_from_what_it_was_told() -> None:
    clock = Clock(BUILT_S)
    clock.tell(NOW_S, codes.TIME_BEACON, 5000)
    assert clock.now_s(65_999) == NOW_S + 60
    assert clock.quality == codes.TIME_BEACON


def test_gnss_replaces_a_beacon_and_a_beacon_never_gnss() -> None:
    clock = Clock(BUILT_S)
    clock.tell(NOW_S, codes.TIME_BEACON, 0)
    clock.tell(NOW_S + 100, codes.TIME_GNSS, 0)
    clock.tell(NOW_S - 100, codes.TIME_BEACON, 0)
    assert clock.now_s(0) == NOW_S + 100
    assert clock.quality == codes.TIME_GNSS


def test_a_time_before_the_build_is_refused_and_counted() -> None:
    clock = Clock(BUILT_S)
    clock.tell(BUILT_S - 1, codes.TIME_GNSS, 0)
    clock.tell(0x1_0000_0000, codes.TIME_GNSS, 0)
    assert clock.now_s(0) is None
    assert clock.refused == 2


def test_the_time_of_day_has_two_digits_each() -> None:
    assert hours_minutes(NOW_S + 65 * 60) == "13:05"
