"""Beacons: a gateway tells that it is there, the time, how busy it is, and whose turn is when.

In clear, under the broadcast key that gateways and handsets share: it proves membership, no more.
A bitmap names the handsets that have a turn, in the order of their numbers: a bit each.  The slots
after theirs are shared by all others, in an order that every beacon shuffles.
"""

from .ciphers import equal, hmac_sha256
from .errors import MalformedError, MisuseError, NotAuthenticError
from .packet import (
    BEACON,
    GATEWAY_MAX,
    HOP_MASK,
    first_byte,
    immutable,
    packet_kind,
)
from .record import Record

PERIOD_MS = 60_000  # from the end of one to the next; handsets that save power wake for it
TAG_BYTES = 4
BEACON_BYTES = 18  # without turns
TURN_DEVICE_MAX = 512  # as many as a mission has handsets: a bitmap of 64 bytes
NUMBER_MAX = 0xFFFFFF
SLOTS_MAX = 255
PRIORITY_MAX = 3
SHARED_PART = 8  # one slot for others per so many turns, and one more
SLOT_UNIT_MS = 8
GROUPING_UNIT_MS = 100
GATEWAYS_REMEMBERED = 16
NUMBER_LAPSES_MS = 600_000  # ten beacons unheard

# How the gateway knows the time.
TIME_UNKNOWN = 0
TIME_NETWORK = 1
TIME_GNSS = 2
TIME_SUSPECT = 3


class Beacon(Record):
    """What a gateway announces.  `slots` 0: everybody at random; else as `plan_turns` says."""

    FIELDS = (
        "gateway",
        "number",
        "time_s",
        "time_quality",
        "load_pct",
        "admitted_priority",
        "degraded",
        "grouping_ms",
        "slots",
        "slot_ms",
        "turns",
        "hops",
    )

    def __init__(
        self,
        *,
        gateway: int,
        number: int,
        time_s: int = 0,
        time_quality: int = TIME_UNKNOWN,
        load_pct: int = 0,
        admitted_priority: int = 0,
        degraded: bool = False,
        grouping_ms: int = 500,
        slots: int = 0,
        slot_ms: int = 0,
        turns: bytes = b"",
        hops: int = 0,
    ) -> None:
        self.gateway = gateway
        self.number = number
        self.time_s = time_s
        self.time_quality = time_quality
        self.load_pct = load_pct
        self.admitted_priority = admitted_priority
        self.degraded = degraded  # the gateway cannot store: try another
        self.grouping_ms = grouping_ms  # how long it collects acknowledgements; never for an SOS
        self.slots = slots
        self.slot_ms = slot_ms
        self.turns = turns
        self.hops = hops  # how many relays it came through; 0 when packed by the gateway


def pack_beacon(beacon: Beacon, broadcast_key: bytes, hops_left: int = 0) -> bytes:
    """Return the packet; `number` must be one that this gateway never used before."""
    _check(beacon)
    flags = beacon.time_quality << 6 | beacon.admitted_priority << 4
    flags |= (8 if beacon.degraded else 0) | hops_left << 1
    packet = bytes([first_byte(BEACON, hops_left), beacon.gateway])
    packet += beacon.number.to_bytes(3, "big") + beacon.time_s.to_bytes(4, "big")
    packet += bytes([flags, beacon.load_pct, beacon.grouping_ms // GROUPING_UNIT_MS])
    packet += bytes([beacon.slots, beacon.slot_ms // SLOT_UNIT_MS]) + beacon.turns
    return packet + _tag(broadcast_key, packet)


def unpack_beacon(packet: bytes, broadcast_key: bytes) -> Beacon:
    """Return the beacon, or raise MalformedError or NotAuthenticError."""
    turns_bytes = len(packet) - BEACON_BYTES
    if packet_kind(packet) != BEACON or not 0 <= turns_bytes <= TURN_DEVICE_MAX // 8:
        raise MalformedError("beacon length")
    if not equal(packet[-TAG_BYTES:], _tag(broadcast_key, packet[:-TAG_BYTES])):
        raise NotAuthenticError("beacon tag")
    flags = packet[9]
    hops = (flags >> 1 & HOP_MASK) - (packet[0] & HOP_MASK)
    if flags & 1 or hops < 0:
        raise MalformedError("beacon flags")
    beacon = Beacon(
        gateway=packet[1],
        number=int.from_bytes(packet[2:5], "big"),
        time_s=int.from_bytes(packet[5:9], "big"),
        time_quality=flags >> 6,
        load_pct=packet[10],
        admitted_priority=flags >> 4 & 3,
        degraded=bool(flags & 8),
        grouping_ms=packet[11] * GROUPING_UNIT_MS,
        slots=packet[12],
        slot_ms=packet[13] * SLOT_UNIT_MS,
        turns=packet[14:-TAG_BYTES],
        hops=hops,
    )
    try:
        _check(beacon)
    except MisuseError as error:
        raise MalformedError(f"beacon {error}") from error
    return beacon


class BeaconMemory:
    """Remembers the newest beacon number of each gateway, so that an old beacon sets no clock.

    What it remembers lapses, and the gateway longest unheard makes room for another: any member
    can make beacons, and one with a number out of reach must not silence a gateway for good.
    """

    def __init__(self) -> None:
        self._newest: dict[int, tuple[int, int]] = {}  # gateway to (number, when heard)

    def is_fresh(self, beacon: Beacon, now_ms: int) -> bool:
        """Say whether the beacon is newer than what is remembered, and remember it."""
        known = self._newest.get(beacon.gateway)
        if known is not None:
            number, heard_ms = known
            if beacon.number <= number and now_ms - heard_ms < NUMBER_LAPSES_MS:
                return False
        elif len(self._newest) >= GATEWAYS_REMEMBERED:
            self._forget_longest_unheard()
        self._newest[beacon.gateway] = (beacon.number, now_ms)
        return True

    def _forget_longest_unheard(self) -> None:
        heard = [(heard_ms, gateway) for gateway, (_, heard_ms) in self._newest.items()]
        del self._newest[min(heard)[1]]


def plan_turns(devices: list[int]) -> tuple[bytes, int]:
    """Return (turns, slots) for the handsets that a gateway hears, with slots left for others.

    Nobody gets a turn when there are more handsets than slots.
    """
    bits = 0
    for device in set(devices):
        if not 1 <= device <= TURN_DEVICE_MAX:
            raise MisuseError("device")
        bits |= 1 << device - 1
    count = len(set(devices))
    slots = count + count // SHARED_PART + 1
    if slots > SLOTS_MAX:
        return b"", 0
    return bits.to_bytes(TURN_DEVICE_MAX // 8, "little").rstrip(b"\0"), slots


def turn(beacon: Beacon, device: int) -> tuple[int, int, int] | None:
    """Return (period, start after the beacon's end, width) of a handset's turn, or None.

    Only a beacon heard from the gateway itself tells when its end was.
    """
    if not beacon.slots or not beacon.slot_ms or beacon.hops:
        return None
    before, all_turns, has_turn = _rank(beacon.turns, device)
    slot = before
    if not has_turn:
        shared = beacon.slots - all_turns
        if not shared:
            return None
        # Two without a turn meet in one slot now and then, but not in the next beacon's again.
        slot = all_turns + (device * 40_503 ^ beacon.number * 30_011) % 65_521 % shared
    return (beacon.slots * beacon.slot_ms, slot * beacon.slot_ms, beacon.slot_ms)


def _rank(turns: bytes, device: int) -> tuple[int, int, bool]:
    """Return (turns before this handset's, all turns, whether it has one)."""
    before = total = 0
    has_turn = False
    for index, value in enumerate(turns):
        for bit in range(8):
            if value >> bit & 1:
                number = 8 * index + bit + 1
                total += 1
                before += number < device
                has_turn = has_turn or number == device
    return before, total, has_turn


def _check(beacon: Beacon) -> None:
    for name, highest in (
        ("gateway", GATEWAY_MAX),
        ("number", NUMBER_MAX),
        ("time_s", 0xFFFFFFFF),
        ("time_quality", TIME_SUSPECT),
        ("load_pct", 100),
        ("admitted_priority", PRIORITY_MAX),
        ("grouping_ms", 255 * GROUPING_UNIT_MS),
        ("slots", SLOTS_MAX),
        ("slot_ms", 255 * SLOT_UNIT_MS),
    ):
        if not 0 <= getattr(beacon, name) <= highest:
            raise MisuseError(name)
    if beacon.gateway == 0:
        raise MisuseError("gateway")
    if beacon.slot_ms % SLOT_UNIT_MS or beacon.grouping_ms % GROUPING_UNIT_MS:
        raise MisuseError("slot_ms or grouping_ms")
    if len(beacon.turns) > TURN_DEVICE_MAX // 8 or beacon.turns[-1:] == b"\0":
        raise MisuseError("turns")
    if beacon.turns and _rank(beacon.turns, 0)[1] > beacon.slots:
        raise MisuseError("slots")
    if beacon.time_quality == TIME_UNKNOWN and beacon.time_s:
        raise MisuseError("time_s")


def _tag(broadcast_key: bytes, packet: bytes) -> bytes:
    return hmac_sha256(broadcast_key, b"turna beacon 0" + immutable(packet))[:TAG_BYTES]
