"""What the soak calls growth: a leak of any size that would matter, and not one hour's need."""

import random

from benchmarks.soak import GROWTH_MAX_BYTES, WEEK_HOURS, growth


def _week(leak_bytes_per_hour: int) -> list[int]:
    """Return free bytes by the hour as a handset has them: a few levels, and a dip now and then."""
    dice = random.Random(5)
    levels = [22_800, 22_300, 22_200, 22_000, 21_000]
    return [
        dice.choices(levels, [6, 6, 6, 4, 1])[0] - leak_bytes_per_hour * hour
        for hour in range(WEEK_HOURS)
    ]


def test_a_week_without_a_leak_has_not_grown() -> None:
    assert abs(growth(_week(0))) <= GROWTH_MAX_BYTES


def test_eight_bytes_an_hour_are_growth() -> None:
    assert growth(_week(8)) > GROWTH_MAX_BYTES


def test_one_hour_that_needs_more_is_not_growth() -> None:
    free = [22_000] * WEEK_HOURS
    free[-12] = 20_000
    assert growth(free) == 0
