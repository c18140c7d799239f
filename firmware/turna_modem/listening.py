"""How long to wait for a busy channel, and when to stop waiting."""

import random

# Half a SITREP at SF8 at first, several packets in the end; some four seconds in all on average.
_LONGEST_WAITS_MS = (60, 120, 240, 480, 960, 1920, 1920, 1920)
_SHORTEST_WAIT_MS = 20


def patience_ms(attempt: int) -> "int | None":
    """Return for how long to wait before listening again, or None to give up."""
    if attempt >= len(_LONGEST_WAITS_MS):
        return None
    return random.randrange(_SHORTEST_WAIT_MS, _LONGEST_WAITS_MS[attempt])  # noqa: S311
