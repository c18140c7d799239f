"""The situation report under the rescuer's hands, before it gets a time, a place and a seal."""

# Exact up to twenty; beyond that one button would take too long, and the numbers are estimates.
COUNT_STEPS = tuple(range(21)) + (25, 30, 35, 40, 45, 50, 60, 70, 80, 90, 100, 150, 200, 300, 500)
QUANTITY_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)

CASUALTY_FIELDS = ("immediate", "delayed", "minor", "expectant", "deceased")
COUNT_FIELDS = CASUALTY_FIELDS + ("trapped", "rescued")


class Draft:
    """What was entered so far; a count that nobody entered is unknown, which is not zero."""

    def __init__(self, team_status: int) -> None:
        self.team_status = team_status
        self.counts: dict[str, int] = {}
        self.hazards: list[int] = []
        self.needs: dict[int, int] = {}

    def count(self, field: str) -> int | None:
        return self.counts.get(field)

    def set_count(self, field: str, value: int | None) -> None:
        if value is None:
            self.counts.pop(field, None)
        else:
            self.counts[field] = value

    def toggle_hazard(self, hazard: int) -> None:
        if hazard in self.hazards:
            self.hazards.remove(hazard)
        else:
            self.hazards.append(hazard)
            self.hazards.sort()

    def set_need(self, item: int, quantity: int | None) -> None:
        if quantity is None:
            self.needs.pop(item, None)
        else:
            self.needs[item] = quantity


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
