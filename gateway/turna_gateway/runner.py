"""The gateway's one loop: waits for events, takes them in groups, keeps its deadlines.

The only place of the process that waits, and the only thread that touches store and decisions.
"""

import queue
import time
from collections.abc import Callable

from turna_backbone.clock import Clock
from turna_gateway.gateway import Gateway
from turna_gateway.ports import Event, PacketHeard, Stop

# A lone report waits this long for company before its commit; a full group does not.
GROUP_WAIT_S = 0.010
GROUP_LIMIT = 200
# Longest sleep: how soon the watchdog is fed and a stopped broker thread is noticed.
LONGEST_WAIT_S = 0.5


class Runner:
    """Feeds a gateway from an inbox until it is told to stop."""

    def __init__(
        self,
        *,
        gateway: Gateway,
        inbox: "queue.SimpleQueue[Event]",
        clock: Clock,
        progress: Callable[[], None],
    ) -> None:
        self._gateway = gateway
        self._inbox = inbox
        self._clock = clock
        self._progress = progress

    def run(self) -> None:
        """Return after a Stop event; any error ends the process, which is then started anew."""
        while True:
            events = self._gather()
            if events:
                self._gateway.process(events)
            else:
                self._gateway.tick()
            self._progress()
            if any(isinstance(event, Stop) for event in events):
                return

    def _gather(self) -> list[Event]:
        """Return the next group: what is there, and what comes right behind it."""
        wait_ms = self._gateway.deadline_ms() - self._clock.now_ms()
        wait_s = min(LONGEST_WAIT_S, self._clock.wall_s(wait_ms))
        try:
            events = [self._inbox.get(timeout=wait_s) if wait_s > 0 else self._inbox.get_nowait()]
        except queue.Empty:
            return []
        group_ends = time.monotonic() + GROUP_WAIT_S
        while len(events) < GROUP_LIMIT:
            may_wait = isinstance(events[0], PacketHeard)
            wait_s = group_ends - time.monotonic() if may_wait else 0.0
            try:
                events.append(
                    self._inbox.get(timeout=wait_s) if wait_s > 0 else self._inbox.get_nowait()
                )
            except queue.Empty:
                break
        return events
