"""Virtual time: an event heap and the clock that it moves.

Knows nothing of boards, chips or the wall clock.  Events of one instant run in the order in which
they were scheduled, so one seed gives one history.
"""

import heapq
from collections.abc import Callable

Action = Callable[[], None]


class Event:
    """Something that will happen unless it is cancelled before."""

    __slots__ = ("_action", "when_us")

    def __init__(self, when_us: int, action: Action) -> None:
        self.when_us = when_us
        self._action: Action | None = action

    @property
    def pending(self) -> bool:
        """Tell whether it is still to happen."""
        return self._action is not None

    def cancel(self) -> None:
        """Keep it from happening; harmless when it has happened already."""
        self._action = None

    def happen(self) -> None:
        """Run the action, once."""
        action, self._action = self._action, None
        if action is not None:
            action()


class Scheduler:
    """Runs events in order of time; `now_us` is the instant of the event that runs."""

    def __init__(self) -> None:
        self.now_us = 0
        self._events: list[tuple[int, int, Event]] = []  # instant, order of scheduling, event
        self._scheduled = 0
        self.observers: list[Action] = []  # told after each event that something may have changed

    def at(self, when_us: int, action: Action) -> Event:
        """Schedule an action at an instant; an instant that has passed means now."""
        event = Event(max(when_us, self.now_us), action)
        self._scheduled += 1
        heapq.heappush(self._events, (event.when_us, self._scheduled, event))
        return event

    def after(self, delay_us: int, action: Action) -> Event:
        """Schedule an action after a delay."""
        return self.at(self.now_us + delay_us, action)

    def next_us(self) -> int | None:
        """Return the instant of the next event, or None if nothing is scheduled."""
        while self._events and not self._events[0][2].pending:
            heapq.heappop(self._events)
        return self._events[0][0] if self._events else None

    def run_next(self) -> None:
        """Move the clock to the next event and run it."""
        if self.next_us() is not None:
            self.now_us, _, event = heapq.heappop(self._events)
            event.happen()
            for observer in self.observers:
                observer()

    def run_until(self, when_us: int) -> None:
        """Run every event up to and including an instant, then stand at that instant."""
        while True:
            next_us = self.next_us()
            if next_us is None or next_us > when_us:
                break
            self.run_next()
        self.now_us = max(self.now_us, when_us)
