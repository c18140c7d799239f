"""What the Secretariat sets by an order: obeyed, kept, and nothing else changed."""

import os

from turna_handset.remote_settings import obey, restore
from turna_protocol import codes
from turna_protocol.reports import Position
from turna_protocol.reports.settings import POWER_MODES, Settings

PATH = "intervals-of-a-test"  # where the tests run


class Intervals:
    """How often a handset reports by itself."""

    def __init__(self) -> None:
        self.position_interval_s = 120
        self.health_interval_s = 600


def test_intervals_and_power_are_set_and_the_intervals_outlast_a_restart() -> None:
    intervals, chosen = Intervals(), []
    report = Settings(mode=codes.EXERCISE, power=POWER_MODES.index("poll"), position_min=10)

    def choose(mode: str) -> bool:
        chosen.append(mode)
        return True

    assert obey(report, intervals, choose, PATH)
    assert (intervals.position_interval_s, intervals.health_interval_s) == (600, 600)
    assert chosen == ["poll"]
    after = Intervals()
    restore(after, PATH)
    os.remove(PATH)
    assert (after.position_interval_s, after.health_interval_s) == (600, 600)


def test_what_is_not_set_stays_as_it_is() -> None:
    intervals = Intervals()
    report = Settings(mode=codes.EXERCISE, health_min=60)
    assert obey(report, intervals, lambda _mode: False, PATH)
    os.remove(PATH)
    assert (intervals.position_interval_s, intervals.health_interval_s) == (120, 3600)
    restore(intervals, "no-such-folder/intervals")
    assert intervals.health_interval_s == 3600


def test_no_other_report_sets_anything() -> None:
    assert not obey(Position(mode=codes.EXERCISE), Intervals(), lambda _mode: True, PATH)
