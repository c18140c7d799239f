"""How the program ends when a host wants it to: with a restart, or at the prompt."""

import asyncio

import machine

REBOOT = "reboot"
REPL = "repl"

_FLUSH_MS = 100  # the answer has to reach the host first


async def leave(wish: str) -> None:
    """Restart the board, or end the program and show the prompt."""
    await asyncio.sleep_ms(_FLUSH_MS)
    if wish == REBOOT:
        machine.reset()
    raise KeyboardInterrupt
