"""Sounds and lights: patterns over time."""

from turna_handset import signals
from turna_handset.signals import Signal
from turna_protocol import delivery


def heard(signal: Signal, from_ms: int, to_ms: int) -> list[tuple[int, bool]]:
    """Follow the deadlines, and return when the level changes to what."""
    changes = [(from_ms, signal.is_on(from_ms))]
    now_ms = signal.deadline_ms(from_ms)
    while now_ms is not None and now_ms < to_ms:
        if signal.is_on(now_ms) != changes[-1][1]:
            changes.append((now_ms, signal.is_on(now_ms)))
        now_ms = signal.deadline_ms(now_ms)
    return changes


def test_silence_has_no_deadline() -> None:
    signal = Signal()
    assert not signal.is_on(5)
    assert signal.deadline_ms(5) is None


def test_a_click_is_short_and_ends() -> None:
    signal = Signal()
    signal.play(signals.CLICK, 1000)
    assert heard(signal, 1000, 5000) == [(1000, True), (1030, False)]
    assert signal.deadline_ms(1030) is None


def test_each_state_of_a_report_sounds_differently() -> None:
    patterns = [signals.NEWS[state] for state in sorted(signals.NEWS)]
    assert len(set(patterns)) == len(patterns)
    assert delivery.SAVED not in signals.NEWS


def test_an_sos_sounds_in_morse_until_it_is_stopped() -> None:
    signal = Signal()
    signal.repeat(signals.SOS_SENDING, 0)
    at_ms = [change[0] for change in heard(signal, 0, sum(signals.SOS_SENDING))]
    lengths = [at_ms[number + 1] - at_ms[number] for number in range(0, len(at_ms) - 1, 2)]
    assert lengths == [120, 120, 120, 360, 360, 360, 120, 120, 120]
    assert signal.is_on(sum(signals.SOS_SENDING) * 50)
    signal.stop()
    assert not signal.is_on(sum(signals.SOS_SENDING) * 50)


def test_nothing_interrupts_a_repeated_pattern_but_another_or_its_end() -> None:
    signal = Signal()
    signal.repeat(signals.SOS_SENDING, 0)
    signal.play(signals.CLICK, 50)
    signal.repeat(signals.SOS_SENDING, 60)
    assert signal.deadline_ms(60) == 120
    signal.repeat(signals.SOS_HELD, 100)
    assert signal.deadline_ms(100) == 160
