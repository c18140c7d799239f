"""The hardware's watchdog: resets a board whose program hangs, and waits while a person works.

It cannot be stopped once it runs, only told to be more patient: at the prompt it waits an hour, so
that files can be copied, and a board that was forgotten there goes back into service.
"""

import machine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Feedable(Protocol):
        """Resets the board unless it is fed."""

        def feed(self) -> None: ...


WATCHDOG_MS = 30_000
AT_THE_PROMPT_MS = 3_600_000


def start() -> "Feedable":
    """Let it run: from now on the board resets unless it is fed."""
    return machine.WDT(timeout=WATCHDOG_MS)


def bite() -> None:
    """Reset at once, and so that the next life counts it as a hang."""
    machine.WDT(timeout=1)
    while True:
        machine.idle()


def be_patient() -> None:
    """Leave a person an hour at the prompt (a new time is taken on by one that runs)."""
    machine.WDT(timeout=AT_THE_PROMPT_MS)
