"""Settings that the Secretariat changes by an order: how often to report, how to save power.

In memory while one is obeyed, and at the start. What is unknown stays as it is.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from turna_protocol.reports import Report

    class Intervals(Protocol):
        """How often a handset reports by itself."""

        position_interval_s: int
        health_interval_s: int


PATH = "/intervals"  # beside settings.json, which the board never writes


def restore(intervals: "Intervals", path: str = PATH) -> None:
    """Go on with the intervals that an order set before the restart, if one did."""
    try:
        with open(path) as file:
            position_s, health_s = [int(word) for word in file.read().split()]
    except (OSError, ValueError):  # ValueError: what is there are no two numbers
        return
    intervals.position_interval_s, intervals.health_interval_s = position_s, health_s


def obey(
    report: "Report",
    intervals: "Intervals",
    choose_power: "Callable[[str], bool]",
    path: str = PATH,
) -> bool:
    """Do what an order of settings says; return whether it outlasts a restart."""
    from turna_protocol.reports.settings import POWER_MODES, Settings

    if not isinstance(report, Settings):
        return False
    kept = report.power == 0 or choose_power(POWER_MODES[report.power])
    if report.position_min is not None:
        intervals.position_interval_s = 60 * report.position_min
    if report.health_min is not None:
        intervals.health_interval_s = 60 * report.health_min
    try:
        with open(path, "w") as file:
            file.write(f"{intervals.position_interval_s} {intervals.health_interval_s}")
    except OSError:
        return False
    return kept
