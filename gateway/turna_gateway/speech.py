"""One packet that the gateway wants to say by radio, and who wants to know that it was said."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

# Priorities towards the modem; the same scale as reports.
SOS_PRIORITY, ANSWER_PRIORITY, RECEIPT_PRIORITY, BEACON_PRIORITY = 3, 2, 1, 0


@dataclass(frozen=True, slots=True)
class Utterance:
    """A packet ready for the air; `said` is called inside a transaction once it was transmitted.

    `sos` lets it use the reserve of the duty ledger.  One that is not `far` is for handsets that
    this gateway hears itself: no relay need pass it on.
    """

    packet: bytes
    priority: int
    sos: bool
    said: Callable[[int], None]
    far: bool = True


class Speaker(Protocol):
    """Something that has things to say."""

    def compose(self, now_ms: int) -> Utterance | None:
        """Return what is due to be said now; it stays due until it was said."""
        ...

    def deadline_ms(self) -> int | None:
        """Return when to ask next, or None while there is nothing to say."""
        ...
