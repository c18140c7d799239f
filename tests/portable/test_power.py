"""What each mode of power lets a handset do, and when: naps, light, receiver, radio."""

from turna_handset import listening, power
from turna_handset.listening import Listening
from turna_handset.power import FixRhythm, Power
from turna_protocol import downlink
from turna_protocol.beacon import PERIOD_MS

AWAKE_MS = power.AWAKE_AFTER_START_MS
FAR_DB, NEAR_DB = listening.STRONG_DB - 1, listening.STRONG_DB
DARK_MS = AWAKE_MS + power.LIT_MS + 1


def test_nobody_naps_in_live_mode_or_while_an_sos_is_unknown() -> None:
    assert Power(power.LIVE, 0).nap_ms(1_000, DARK_MS, None) == 0
    saver = Power(power.POLL, 0)
    saver.sos = True
    assert saver.nap_ms(1_000, DARK_MS, None) == 0
    assert saver.lit(DARK_MS)


def test_a_host_finds_the_handset_awake_for_a_while_after_power_on() -> None:
    state = Power(power.POLL, 0)
    assert state.nap_ms(1_000, AWAKE_MS - 1, None) == 0
    assert state.nap_ms(1_000, AWAKE_MS, None) > 0


def test_in_the_dark_what_is_not_urgent_waits_for_one_waking() -> None:
    state = Power(power.LISTEN, 0)
    assert state.nap_ms(40, DARK_MS, None) == power.NAP_MAX_MS
    assert state.nap_ms(40, DARK_MS, DARK_MS + 700) == 700
    assert state.nap_ms(40, DARK_MS, DARK_MS + 10) == 40
    assert state.nap_ms(-1, DARK_MS, DARK_MS - 1) == power.NAP_MAX_MS


def test_a_nap_shorter_than_falling_asleep_is_none() -> None:
    state = Power(power.LISTEN, 0)
    assert state.nap_ms(3, DARK_MS, DARK_MS) == 0


def test_a_key_lights_the_screen_and_news_does_not_shorten_that() -> None:
    state = Power(power.LISTEN, 0)
    assert not state.lit(DARK_MS)
    assert state.light(DARK_MS)
    assert not state.light(DARK_MS, power.NEWS_LIT_MS)
    assert state.lit(DARK_MS + power.LIT_MS - 1)
    assert not state.lit(DARK_MS + power.LIT_MS)


def test_the_receiver_rests_from_a_fix_until_the_next_is_due() -> None:
    rhythm = FixRhythm(600, 0)
    assert rhythm.on(0, live=False)
    assert not rhythm.hears(FixRhythm.SILENT_MS - 1)
    assert rhythm.hears(FixRhythm.SILENT_MS)
    rhythm.fixed(6_000, live=False)
    assert not rhythm.on(599_999, live=False)
    assert not rhythm.hears(599_999)
    assert rhythm.on(600_000, live=False)


def test_a_receiver_without_sky_gives_up_until_the_next_time() -> None:
    rhythm = FixRhythm(600, 0)
    assert rhythm.on(FixRhythm.SEARCH_MAX_MS - 1, live=False)
    assert not rhythm.on(FixRhythm.SEARCH_MAX_MS, live=False)
    assert rhythm.on(600_000, live=False)


def test_a_receiver_that_draws_anyway_is_used_before_its_time() -> None:
    rhythm = FixRhythm(600, 0)
    rhythm.fixed(6_000, live=False)
    assert not rhythm.on(299_999, live=False, fed=True)
    assert rhythm.on(300_000, live=False, fed=True)


def test_in_live_mode_the_receiver_never_rests() -> None:
    rhythm = FixRhythm(600, 0)
    rhythm.fixed(6_000, live=True)
    assert rhythm.on(7_000, live=True)


def test_a_listening_radio_always_receives_and_a_polling_one_for_an_answer() -> None:
    assert Listening(Power(power.LIVE, 0)).rest(DARK_MS) == listening.RECEIVE
    assert Listening(Power(power.LISTEN, 0)).rest(DARK_MS) == listening.IN_TURNS
    polling = Listening(Power(power.POLL, 0))
    assert polling.rest(1_000) == listening.REST
    polling.sent(1_000, answer_ms=900)
    assert polling.rest(1_000 + listening.AFTER_SENDING_MS - 1) == listening.RECEIVE
    assert polling.deadline_ms(1_000) == 1_000 + listening.AFTER_SENDING_MS
    assert polling.rest(1_000 + listening.AFTER_SENDING_MS) == listening.REST
    assert polling.deadline_ms(1_000 + listening.AFTER_SENDING_MS) is None


def test_a_radio_hears_as_long_as_gateways_are_promised() -> None:
    assert listening.AFTER_SENDING_MS == downlink.LISTEN_MS
    assert listening.AFTER_HEARING_MS == downlink.AFTER_HEARING_MS
    assert listening.BEACON_EARLY_MS == downlink.AWAKE_BEFORE_BEACON_MS


def test_an_answer_that_takes_long_is_waited_for_and_one_that_came_may_not_be_the_last() -> None:
    polling = Listening(Power(power.POLL, 0))
    polling.sent(0, answer_ms=9_000)
    assert polling.rest(8_999) == listening.RECEIVE
    polling.heard(8_999, FAR_DB)
    assert polling.rest(8_999 + listening.AFTER_HEARING_MS - 1) == listening.RECEIVE


def test_a_listener_spares_current_while_its_gateway_is_heard_well_and_no_longer() -> None:
    listener = Listening(Power(power.LISTEN, 0))
    assert listener.always(0) == listening.RECEIVE
    listener.heard(1_000, NEAR_DB)
    assert listener.rest(1_000) == listening.IN_TURNS
    assert listener.always(1_000) == listening.SPARING
    assert listener.always(1_000 + listening.STRONG_FOR_MS) == listening.RECEIVE
    listener.heard(2_000, NEAR_DB)
    listener.heard(3_000, FAR_DB)
    assert listener.always(3_000) == listening.RECEIVE


def saver_that_heard(beacon_ms: int, gateway: int = 1) -> Listening:
    saver = Listening(Power(power.SAVER, 0))
    saver.beacon(beacon_ms, gateway)
    return saver


def receives(radio: Listening, from_ms: int, to_ms: int) -> int:
    """Return for how much of a time it receives, in steps of 100 ms."""
    steps = range(from_ms, to_ms, 100)
    return sum(100 for now_ms in steps if radio.rest(now_ms) == listening.RECEIVE)


def test_a_saver_sleeps_until_the_next_beacon_is_due_and_a_moment_beyond() -> None:
    saver = saver_that_heard(10_000)
    due_ms = 10_000 + PERIOD_MS
    assert saver.rest(10_001) == listening.REST
    assert saver.deadline_ms(10_001) == due_ms - listening.BEACON_EARLY_MS
    assert saver.rest(due_ms - listening.BEACON_EARLY_MS) == listening.RECEIVE
    assert saver.deadline_ms(due_ms) == due_ms + listening.BEACON_LATE_MS
    assert saver.rest(due_ms + listening.BEACON_LATE_MS) == listening.REST


def test_a_saver_that_hears_its_beacons_receives_a_twentieth_of_the_time_at_most() -> None:
    saver = saver_that_heard(10_000)
    received_ms = 0
    for beacon_ms in range(70_000, 670_000, PERIOD_MS):
        received_ms += receives(saver, beacon_ms - 59_000, beacon_ms)
        saver.heard(beacon_ms, FAR_DB)
        saver.beacon(beacon_ms, 1)
        received_ms += receives(saver, beacon_ms, beacon_ms + 1_000)
    assert received_ms <= 660_000 // 20


def test_a_late_beacon_moves_those_that_follow_it() -> None:
    saver = saver_that_heard(10_000)
    late_ms = 10_000 + PERIOD_MS + listening.BEACON_LATE_MS - 1
    assert saver.rest(late_ms) == listening.RECEIVE
    saver.beacon(late_ms, 1)
    assert saver.deadline_ms(late_ms + 1) == late_ms + PERIOD_MS - listening.BEACON_EARLY_MS


def test_a_beacon_that_was_missed_is_waited_for_longer_the_next_time() -> None:
    saver = saver_that_heard(0)
    assert saver.rest(PERIOD_MS + listening.BEACON_LATE_MS) == listening.REST
    opens_ms = saver.deadline_ms(PERIOD_MS + listening.BEACON_LATE_MS)
    assert opens_ms == 2 * PERIOD_MS - 2 * listening.BEACON_EARLY_MS


def test_a_saver_whose_gateway_is_gone_looks_for_another_now_and_then() -> None:
    saver = saver_that_heard(0)
    gone_ms = (listening.BEACONS_MISSED_MAX + 2) * PERIOD_MS
    receives(saver, 0, gone_ms)
    assert saver.rest(gone_ms) == listening.RECEIVE
    searched_ms = receives(saver, gone_ms, gone_ms + listening.SEARCH_EVERY_MS)
    assert searched_ms <= listening.SEARCH_MS
    assert saver.rest(gone_ms + listening.SEARCH_EVERY_MS) == listening.RECEIVE


def test_a_saver_that_hears_no_beacon_looks_for_one_rarely_however_often_it_is_answered() -> None:
    saver = Listening(Power(power.SAVER, 0))
    assert saver.rest(0) == listening.RECEIVE
    over_ms = listening.SEARCH_MS
    assert saver.deadline_ms(0) == over_ms
    assert saver.rest(over_ms) == listening.REST
    saver.heard(over_ms + 1_000, FAR_DB)
    assert saver.rest(over_ms + PERIOD_MS) == listening.REST
    assert saver.deadline_ms(over_ms + PERIOD_MS) == listening.SEARCH_EVERY_MS
    assert saver.rest(listening.SEARCH_EVERY_MS) == listening.RECEIVE


def test_a_saver_follows_the_beacons_of_one_gateway_until_they_stay_away() -> None:
    saver = saver_that_heard(0, gateway=1)
    saver.beacon(20_000, 2)
    assert saver.deadline_ms(20_000) == PERIOD_MS - listening.BEACON_EARLY_MS
    assert saver.rest(PERIOD_MS + listening.BEACON_LATE_MS) == listening.REST
    saver.beacon(80_000, 2)
    assert saver.deadline_ms(80_000) == 80_000 + PERIOD_MS - listening.BEACON_EARLY_MS


def test_an_sos_makes_every_radio_receive() -> None:
    state = Power(power.POLL, 0)
    state.sos = True
    assert Listening(state).rest(DARK_MS) == listening.RECEIVE
