"""Waiting for an event, but not for ever: every task has to check in with the supervisor."""

import asyncio


async def wait_for(event: asyncio.Event, timeout_ms: int) -> bool:
    """Return whether the event is set, at the latest after a time."""
    if not event.is_set():
        try:
            await asyncio.wait_for_ms(event.wait(), timeout_ms)
        except asyncio.TimeoutError:  # noqa: UP041 - not the builtin on MicroPython
            return False
    return True
