"""Relaying: which packets a relay passes on, and when (docs/protocol.md, "Relays").

Holds neither radio nor clock nor key: what is heard goes in with the time, what is to be said comes
out.  A relay can believe nothing, so a lie (a false beacon or acknowledgement, other hop bits) wins
what jamming wins: a packet goes on late or not at all, and its sender sends it again.
"""

from .acknowledgement import claimed_addresses
from .beacon import BEACON_BYTES
from .errors import MalformedError
from .link import ADMISSION_LASTS_MS
from .packet import (
    ACKNOWLEDGEMENT,
    BEACON,
    HOP_MASK,
    HOPS_MAX,
    UPLINK,
    packet_kind,
    relayed,
    unpack_header,
)
from .relay_timing import patience_ms, window_ms
from .sealing import packet_digest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# Memory: 64 digests of 8 bytes, some minutes of a busy channel, and 8 packets on their way.
REMEMBERED_MAX = 64
WAITING_MAX = 8
# As many hops left as the first time, so much later: the sender tries again, so does the relay.
SENT_AGAIN_AFTER_MS = 2_000
# Held back by a busy channel for longer than this, a packet helps nobody: its sender repeats it.
STALE_MS = 10_000
NO_GATEWAY = HOPS_MAX  # the distance while no beacon was heard

# What became of a packet that was heard.
TAKEN = "relay takes"
NO_HOPS = "relay no hops left"
KNOWN = "relay knows"
SPOKEN_FOR = "relay keeps silent"
FULL = "dropped relay full"


class _Waiting:
    def __init__(self, packet: bytes, digest: bytes, due_ms: int, now_ms: int) -> None:
        self.packet = packet
        self.digest = digest
        self.due_ms = due_ms
        self.heard_ms = now_ms


class Relay:
    """What to pass on, soonest first."""

    def __init__(
        self, random_below: "Callable[[int], int]", airtime_ms: "Callable[[int], int]"
    ) -> None:
        self.acknowledged = 0  # dropped because a gateway said that it holds them
        self.stale = 0
        self._random_below = random_below
        self._airtime_ms = airtime_ms
        self._remembered: list[tuple[bytes, int, int]] = []  # digest, most hops left, when
        self._waiting: list[_Waiting] = []
        self._distance = NO_GATEWAY
        self._distance_ms: int | None = None

    def heard(self, packet: bytes, now_ms: int) -> str:
        """Take what came from the air and say what becomes of it; raise MalformedError."""
        kind = packet_kind(packet)
        if kind == BEACON:
            self._note_distance(packet, now_ms)
        elif kind == ACKNOWLEDGEMENT:
            self._drop_acknowledged(packet)
        elif kind in UPLINK:
            unpack_header(packet)
        hops_left = packet[0] & HOP_MASK
        digest = packet_digest(packet)
        verdict = self._verdict(digest, hops_left, now_ms)
        if verdict != TAKEN:
            return verdict
        self._remember(digest, hops_left, now_ms)
        onward = relayed(packet)
        if onward is None:
            return NO_HOPS
        if len(self._waiting) >= WAITING_MAX:
            return FULL
        due_ms = now_ms + self._wait_ms(kind, len(packet), now_ms)
        self._waiting.append(_Waiting(onward, digest, due_ms, now_ms))
        return TAKEN

    def to_transmit(self, now_ms: int) -> bytes | None:
        """Return the packet that is due on the air; call `finished` or `channel_busy` next."""
        while self._waiting:
            first = self._first()
            if now_ms < first.due_ms:
                return None
            if now_ms - first.heard_ms < STALE_MS:
                return first.packet
            self._waiting.remove(first)
            self.stale += 1
        return None

    def finished(self) -> None:
        """Forget the packet that was due: it was sent, or may not be."""
        self._waiting.remove(self._first())

    def channel_busy(self, now_ms: int) -> None:
        """Let whoever is on the air finish; it may be another relay with the same packet."""
        first = self._first()
        length_ms = self._airtime_ms(len(first.packet))
        first.due_ms = now_ms + length_ms // 2 + self._random_below(2 * length_ms)

    def deadline_ms(self) -> int | None:
        """Return when to call `to_transmit` next, or None while nothing waits."""
        return self._first().due_ms if self._waiting else None

    def distance(self, now_ms: int) -> int:
        """Return how many relays are between here and the nearest gateway, as far as is known."""
        if self._distance_ms is None or now_ms - self._distance_ms >= ADMISSION_LASTS_MS:
            return NO_GATEWAY
        return self._distance

    def _first(self) -> _Waiting:
        first = self._waiting[0]
        for each in self._waiting:
            if each.due_ms < first.due_ms:
                first = each
        return first

    def _verdict(self, digest: bytes, hops_left: int, now_ms: int) -> str:
        """Tell a packet apart from its repetition, and from what another relay says of it."""
        for known, most_hops, known_ms in self._remembered:
            if known != digest:
                continue
            if hops_left < most_hops:
                return SPOKEN_FOR if self._drop(digest) else KNOWN
            if self._waits(digest) or now_ms - known_ms < SENT_AGAIN_AFTER_MS:
                return KNOWN
        return TAKEN

    def _remember(self, digest: bytes, hops_left: int, now_ms: int) -> None:
        others = [entry for entry in self._remembered if entry[0] != digest]
        others.append((digest, hops_left, now_ms))
        self._remembered = others[-REMEMBERED_MAX:]

    def _wait_ms(self, kind: int, length: int, now_ms: int) -> int:
        """Return how long to let gateways, and relays nearer to them, go first."""
        window = window_ms(length, self._airtime_ms)
        wait_ms = self.distance(now_ms) * window + self._random_below(window)
        return wait_ms + (patience_ms(self._airtime_ms) if kind in UPLINK else 0)

    def _waits(self, digest: bytes) -> bool:
        return any(each.digest == digest for each in self._waiting)

    def _drop(self, digest: bytes) -> bool:
        before = len(self._waiting)
        self._waiting = [each for each in self._waiting if each.digest != digest]
        return len(self._waiting) < before

    def _drop_acknowledged(self, packet: bytes) -> None:
        held = claimed_addresses(packet)
        before = len(self._waiting)
        self._waiting = [each for each in self._waiting if not _is_among(each.packet, held)]
        self.acknowledged += before - len(self._waiting)

    def _note_distance(self, packet: bytes, now_ms: int) -> None:
        if len(packet) < BEACON_BYTES:
            raise MalformedError("beacon length")
        distance = (packet[9] >> 1 & HOP_MASK) - (packet[0] & HOP_MASK)
        if distance < 0:
            raise MalformedError("beacon flags")
        if distance <= self.distance(now_ms):
            self._distance, self._distance_ms = distance, now_ms


def _is_among(packet: bytes, addresses: list[tuple[int, int]]) -> bool:
    if packet_kind(packet) not in UPLINK:
        return False
    header = unpack_header(packet)
    return (header.device, header.seq) in addresses
