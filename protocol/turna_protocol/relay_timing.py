"""How long a relay waits before it passes a packet on, and what that means for whoever sent it."""

from .link import ACKNOWLEDGEMENT_BYTES_MAX, GROUPING_MS, TURNAROUND_MS, TYPICAL_PACKET_BYTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    AirtimeMs = Callable[[int], int]  # of so many bytes

# The random part of a wait, in air times of the packet: two relays that draw within the same tenth
# or so collide; a relay that is later senses or hears the other, and keeps silent.
WINDOW_AIRTIMES = 2


def patience_ms(airtime_ms: "AirtimeMs") -> int:
    """Return how long a gateway that heard a handset itself may take to say so."""
    return GROUPING_MS + TURNAROUND_MS + airtime_ms(ACKNOWLEDGEMENT_BYTES_MAX)


def window_ms(length: int, airtime_ms: "AirtimeMs") -> int:
    """Return how far apart relays spread themselves, and by how much each hop lets the last go."""
    return WINDOW_AIRTIMES * airtime_ms(length)


def answer_takes_longer_ms(hops: int, airtime_ms: "AirtimeMs") -> int:
    """Return how much longer than without relays an answer may take over so many of them."""
    up_ms = patience_ms(airtime_ms) + _hop_ms(TYPICAL_PACKET_BYTES, airtime_ms)
    return hops * (up_ms + _hop_ms(ACKNOWLEDGEMENT_BYTES_MAX, airtime_ms))


def _hop_ms(length: int, airtime_ms: "AirtimeMs") -> int:
    """Return the time of one hop, by a relay that is one hop from the gateway at the worst."""
    return 2 * window_ms(length, airtime_ms) + airtime_ms(length)
