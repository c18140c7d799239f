"""Keeps tasks running: one that fails is counted and started again; one that hangs ends in a reset.

The watchdog is fed only while every task has checked in lately.
"""

import asyncio
import gc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Protocol

    from turna_board.uptime import Uptime

    from .counters import Counters

    class Watchdog(Protocol):
        """Resets the board unless it is fed."""

        def feed(self) -> None: ...

    Step = Callable[[], Awaitable[None]]

# Setting up a radio that does not answer takes seconds; a flash that erases, some hundred ms.
SILENCE_MAX_MS = 20_000
WATCHDOG_MS = 30_000
FEED_EVERY_MS = 2_000
RESTART_AFTER_MS = 1_000


class Supervisor:
    """Runs steps over and over, each in a task of its own."""

    def __init__(self, uptime: "Uptime", counters: "Counters", watchdog: "Watchdog | None") -> None:
        self.failures = 0
        self._uptime = uptime
        self._counters = counters
        self._watchdog = watchdog
        self._seen_ms: dict[str, int] = {}
        self._tasks: "list[asyncio.Task[None]]" = []

    def start(self, name: str, step: "Step") -> None:
        """Run a step again and again; each must return at least every few seconds."""
        self._seen_ms[name] = self._uptime.ms()
        self._tasks.append(asyncio.create_task(self._run(name, step)))

    async def watch(self) -> None:
        """Feed the watchdog for as long as every task is alive."""
        while True:
            if self._watchdog is not None and self.silent_task() is None:
                self._watchdog.feed()
            await asyncio.sleep_ms(FEED_EVERY_MS)

    def silent_task(self) -> str | None:
        """Return the name of a task that has not checked in for too long."""
        now_ms = self._uptime.ms()
        for name, seen_ms in self._seen_ms.items():
            if now_ms - seen_ms > SILENCE_MAX_MS:
                return name
        return None

    async def _run(self, name: str, step: "Step") -> None:
        while True:
            self._seen_ms[name] = self._uptime.ms()
            try:
                await step()
            except Exception as error:  # noqa: BLE001
                # The outermost loop of every task: whatever it was, the handset goes on.
                self.failures += 1
                self._counters.count(f"failed {name} {type(error).__name__}")
                gc.collect()
                await asyncio.sleep_ms(RESTART_AFTER_MS)
