"""Clocks: paced time runs at its speed, stepped time only when told."""

import time

import pytest

from turna_backbone.clock import PacedClock, SteppedClock, SystemClock


def test_a_paced_clock_runs_as_many_times_faster_as_it_was_told() -> None:
    clock = PacedClock(epoch_s=1_000, speed=100, started_monotonic=time.monotonic() - 10)

    assert 1_000_000 <= clock.now_ms() < 1_100_000
    assert 2_000 <= clock.unix_s() < 2_100
    assert clock.wall_s(5_000) == 0.05


def test_two_paced_clocks_with_the_same_start_agree() -> None:
    started = time.monotonic() - 3
    one = PacedClock(epoch_s=0, speed=10, started_monotonic=started)
    other = PacedClock(epoch_s=0, speed=10, started_monotonic=started)

    assert abs(one.now_ms() - other.now_ms()) < 1_000


def test_a_paced_clock_refuses_to_stand_still() -> None:
    with pytest.raises(ValueError, match="speed"):
        PacedClock(epoch_s=0, speed=0, started_monotonic=0.0)


def test_a_stepped_clock_moves_only_when_told_and_never_back() -> None:
    clock = SteppedClock(epoch_s=500)

    clock.advance(1_500)
    clock.advance_to(1_000)

    assert clock.now_ms() == 1_500
    assert clock.unix_s() == 501


def test_the_system_clock_waits_in_real_seconds() -> None:
    clock = SystemClock()

    assert clock.wall_s(250) == 0.25
    assert clock.wall_s(-1) == 0.0
    assert clock.now_ms() <= clock.now_ms()
