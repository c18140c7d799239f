"""Waiting for something, but not for ever: every task has to check in with the supervisor.

asyncio's own events, waited for with a time limit, take a task and a closure each: half a kilobyte
for every task of a handset.  A bell wakes the task that sleeps until its limit.
"""

import asyncio
from asyncio import core  # pyright: ignore[reportAttributeAccessIssue] - not in the stubs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Bell:
    """An event for a few tasks, set and cleared like asyncio's."""

    def __init__(self) -> None:
        self._is_set = False
        self._waiting: list[Any] = []

    def is_set(self) -> bool:
        return self._is_set

    def set(self) -> None:
        """Wake whoever waits."""
        self._is_set = True
        waiting, self._waiting = self._waiting, []
        for task in waiting:
            # As core.Task.cancel does for a task that sleeps: take it out, and put it in front.
            core._task_queue.remove(task)  # noqa: SLF001
            core._task_queue.push(task)  # noqa: SLF001

    def clear(self) -> None:
        self._is_set = False

    async def wait(self, timeout_ms: int) -> bool:
        """Return whether the bell was rung, at the latest after a time."""
        if not self._is_set:
            task = core.cur_task
            self._waiting.append(task)
            try:
                await asyncio.sleep_ms(timeout_ms)
            finally:
                if task in self._waiting:
                    self._waiting.remove(task)
        return self._is_set


async def wait_for(bell: Bell, timeout_ms: int) -> bool:
    """Return whether the bell is set, at the latest after a time."""
    return bell.is_set() or await bell.wait(timeout_ms)
