"""The duty ledger: an hour that rolls, survives reboots and keeps something for an SOS."""

from turna_protocol import duty
from turna_protocol.duty import DutyLedger
from turna_protocol.errors import MalformedError, MisuseError

MINUTE_MS = 60_000
SECOND_US = 1_000_000


def ledger() -> DutyLedger:
    return DutyLedger({"H": 100, "K": 1, "free": None})


def test_an_hour_at_ten_percent_is_six_minutes_of_which_a_fifth_is_for_sos() -> None:
    one = ledger()
    for _ in range(288):
        assert one.may_send("H", SECOND_US, 0)
        one.record("H", SECOND_US, 0)
    assert not one.may_send("H", SECOND_US, 0)
    for _ in range(72):
        assert one.may_send("H", SECOND_US, 0, sos=True)
        one.record("H", SECOND_US, 0)
    assert not one.may_send("H", SECOND_US, 0, sos=True), "the law knows no SOS"


def test_each_sub_band_has_its_own_hour() -> None:
    one = ledger()
    one.record("H", 288 * SECOND_US, 0)
    assert not one.may_send("H", SECOND_US, 0)
    assert one.may_send("K", SECOND_US, 0)
    assert one.may_send("free", 3_600 * SECOND_US, 0)


def test_the_wait_it_names_is_enough_and_a_millisecond_less_is_not() -> None:
    for into_the_minute_ms in (0, 1, 10_000, 59_999):
        one = ledger()
        for minute in range(6):
            one.record("H", 48 * SECOND_US, minute * MINUTE_MS)
        now_ms = 6 * MINUTE_MS + into_the_minute_ms
        wait_ms = one.wait_ms("H", 10 * SECOND_US, now_ms)
        assert now_ms + wait_ms == 61 * MINUTE_MS, "the first minute counts until it has passed"
        assert not one.may_send("H", 10 * SECOND_US, now_ms + wait_ms - 1)
        assert one.may_send("H", 10 * SECOND_US, now_ms + wait_ms)


def test_a_fraction_of_a_millisecond_counts_as_a_whole_one() -> None:
    one = ledger()
    one.record("H", 1, 0)
    one.record("H", 1_001, 0)
    assert one.used_ms("H", 0) == 3


def test_no_hour_whatsoever_holds_more_than_the_law_allows() -> None:
    one = ledger()
    sent = []
    state = 7
    now_ms = 0
    while now_ms < 3 * duty.HOUR_MS:
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        airtime_us = 2_000_000 + state % 4_000_000
        if one.may_send("H", airtime_us, now_ms, sos=True):
            one.record("H", airtime_us, now_ms)
            sent.append((now_ms, airtime_us))
        now_ms += 5_000 + state % 17_000
    for start_ms, _ in sent:
        within = [us for at, us in sent if start_ms <= at < start_ms + duty.HOUR_MS]
        assert sum(within) <= 360 * SECOND_US


def test_what_never_fits_is_told_an_hour() -> None:
    assert ledger().wait_ms("K", 5 * SECOND_US, 0) == duty.HOUR_MS


def test_a_reboot_forgets_nothing_and_lets_no_time_pass() -> None:
    one = ledger()
    one.record("H", 50 * SECOND_US, 55 * MINUTE_MS)
    saved = one.to_bytes()

    after = ledger()
    after.restore(saved, now_ms=0)
    assert after.used_ms("H", 0) == one.used_ms("H", 55 * MINUTE_MS)
    assert after.used_ms("H", 59 * MINUTE_MS) > 0
    assert after.used_ms("H", 62 * MINUTE_MS) == 0


def test_a_reboot_with_a_clock_that_is_certain_lets_it_pass() -> None:
    one = ledger()
    one.record("H", 50 * SECOND_US, 0)
    after = ledger()
    after.restore(one.to_bytes(), now_ms=5_000, elapsed_ms=62 * MINUTE_MS)
    assert after.used_ms("H", 5_000) == 0


def test_a_clock_set_back_shifts_nothing() -> None:
    one = ledger()
    one.record("H", SECOND_US, 30 * MINUTE_MS)
    assert one.used_ms("H", 0) == 1_000
    assert one.used_ms("H", 30 * MINUTE_MS) == 1_000
    assert one.used_ms("H", 62 * MINUTE_MS) == 1_000, "half an hour later, not an hour"


def test_a_damaged_ledger_is_refused_and_leaves_the_old_one() -> None:
    one = ledger()
    one.record("H", SECOND_US, 0)
    saved = one.to_bytes()
    for i in range(len(saved)):
        for wrong in (saved[:i], saved[:i] + bytes([saved[i] ^ 4]) + saved[i + 1 :]):
            try:
                one.restore(wrong, 0)
            except MalformedError:
                continue
            raise AssertionError((i, len(wrong)))
    assert one.used_ms("H", 0) == 1_000


def test_a_sub_band_nobody_declared_is_our_mistake() -> None:
    try:
        ledger().record("Q", SECOND_US, 0)
    except MisuseError:
        return
    raise AssertionError("transmission in no band")
