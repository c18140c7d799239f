"""Keeps tasks running: one that fails is told of and started again; one that hangs ends in a reset.

The watchdog is fed only while every task gets on: one that hangs, that finds no memory try after
try, or that has only failed for ten minutes, ends in a reset.
"""

import asyncio
import gc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .uptime import Uptime
    from .watchdog import Feedable

    Step = Callable[[], Awaitable[None]]
    Failed = Callable[[str, Exception], None]

# Setting up a radio that does not answer takes seconds; a flash that erases, some hundred ms.
SILENCE_MAX_MS = 20_000
# A fault of the surroundings may last; one that a restart mends does not keep the board for longer.
FAILING_MAX_MS = 600_000
FEED_EVERY_MS = 2_000
RESTART_AFTER_MS = 1_000


class Supervisor:
    """Runs steps over and over, each in a task of its own."""

    def __init__(self, uptime: "Uptime", failed: "Failed", watchdog: "Feedable | None") -> None:
        self._uptime = uptime
        self._failed = failed
        self._watchdog = watchdog
        self._seen_ms: dict[str, int] = {}  # when each task was last known to be alive
        self._done_ms: dict[str, int] = {}  # and when it last did its work
        self._tasks: "list[asyncio.Task[None]]" = []

    def start(self, name: str, step: "Step") -> None:
        """Run a step again and again; each must return at least every few seconds."""
        self._seen_ms[name] = self._done_ms[name] = self._uptime.ms()
        self._tasks.append(asyncio.create_task(self._run(name, step)))

    async def watch(self) -> None:
        """Feed the watchdog for as long as every task is alive."""
        while True:
            if self._watchdog is not None and self.silent_task() is None:
                self._watchdog.feed()
            await asyncio.sleep_ms(FEED_EVERY_MS)

    def silent_task(self) -> str | None:
        """Return the name of a task that does not get on."""
        now_ms = self._uptime.ms()
        for name, seen_ms in self._seen_ms.items():
            if now_ms - seen_ms > SILENCE_MAX_MS or now_ms - self._done_ms[name] > FAILING_MAX_MS:
                return name
        return None

    async def _run(self, name: str, step: "Step") -> None:
        while True:
            try:
                await step()
                self._seen_ms[name] = self._done_ms[name] = self._uptime.ms()
            except Exception as error:  # noqa: BLE001
                # The outermost loop of every task: whatever it was, the board goes on.
                gc.collect()  # telling of it needs memory
                if not isinstance(error, MemoryError):
                    self._seen_ms[name] = self._uptime.ms()
                self._tell(name, error)
                await asyncio.sleep_ms(RESTART_AFTER_MS)

    def _tell(self, name: str, error: Exception) -> None:
        try:
            self._failed(name, error)
        except MemoryError:
            pass  # the task goes on all the same; if it gets nowhere, the watchdog ends it
