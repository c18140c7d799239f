"""Lets the processor nap where asyncio would wait: stands in for the poller of its event loop.

The loop asks its poller to wait until the next task is due or a stream has something.  The nap ends
at the same time or a little later; then everybody who missed an interrupt looks for himself.
"""

import asyncio

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    Nap = Callable[[int], bool]  # milliseconds, negative for ever; whether there was a nap


class NappingPoller:
    """Answers as the loop's own poller does."""

    def __init__(self, poller: "Any", nap: "Nap") -> None:
        self._poller = poller
        self._nap = nap
        self.register = poller.register
        self.unregister = poller.unregister
        self.modify = poller.modify

    def ipoll(self, timeout_ms: int) -> "Iterator[Any]":
        """Give the streams that have something, at the latest after a time; negative: never."""
        if timeout_ms != 0:
            ready = self._poller.poll(0)
            if ready:
                return iter(ready)
            if self._nap(timeout_ms):
                timeout_ms = 0
        return self._poller.ipoll(timeout_ms)


def install(nap: "Nap") -> None:
    """Nap from now on wherever the running event loop waits."""
    core: "Any" = asyncio.core  # pyright: ignore[reportAttributeAccessIssue] - the stubs lack it
    queue = core._io_queue  # noqa: SLF001 - the one place where the loop waits
    queue.poller = NappingPoller(queue.poller, nap)
