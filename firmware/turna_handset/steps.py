"""The numbers that keys step through when a rescuer sets a count or a quantity."""

# Exact up to twenty; beyond that one button would take too long, and the numbers are estimates.
COUNTS = tuple(range(21)) + (25, 30, 35, 40, 45, 50, 60, 70, 80, 90, 100, 150, 200, 300, 500)
QUANTITIES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
RADII_M = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000)  # the classes of a hazard's radius
PEOPLE = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)


def step_up(value: int | None, steps: tuple[int, ...]) -> int | None:
    """Return the next larger step; unknown comes before the first and after the last."""
    for step in steps:
        if value is None or step > value:
            return step
    return None


def step_down(value: int | None, steps: tuple[int, ...]) -> int | None:
    """Return the next smaller step; below the first is unknown, below unknown nothing."""
    smaller = None
    for step in steps:
        if value is not None and step < value:
            smaller = step
    return smaller
