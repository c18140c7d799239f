"""Packet headers: who speaks, which number, how many hops are left.

Every packet starts with one byte {version:2, kind:4, hops left:2}.  The hop bits are the only bits
a relay changes, so they are masked out of everything that is authenticated or hashed.
"""

from .errors import MalformedError, MisuseError
from .record import Record

WIRE_VERSION = 0

# Kinds of packet; 0 is never sent, so that an all-zero buffer is no packet.
REPORT = 1  # handset to Secretariat: one report
ACKNOWLEDGEMENT = 2  # gateway to handsets: what it holds
RECEIPT = 3  # Secretariat to handsets: what became of a report
BEACON = 4  # gateway to all: time, load, transmit phases
ALERT = 5  # Secretariat to all: evacuate, cease work, resume
ORDER = 6  # Secretariat to one handset
FRAGMENT = 7  # handset to Secretariat: one part of a long message
ORDER_FRAGMENT = 8  # Secretariat to one handset: one part of a long order
NOTICE = 9  # Secretariat to all, signed: free-form orders, the revocation list, in parts
HOLDING = 10  # handset to Secretariat: which orders and parts it holds

KIND_NAMES = (
    "",
    "report",
    "acknowledgement",
    "receipt",
    "beacon",
    "alert",
    "order",
    "fragment",
    "order_fragment",
    "notice",
    "holding",
)

# Kinds with device and sequence number in front, by direction: the kind is in the nonce, so the two
# directions count their numbers each for itself.
UPLINK = (REPORT, FRAGMENT, HOLDING)
DOWNLINK = (ORDER, ORDER_FRAGMENT)
ADDRESSED = UPLINK + DOWNLINK

HEADER_BYTES = 5
PACKET_BYTES_MAX = 222  # leaves a modem frame (236 bytes of body) room for its own fields
DEVICE_MAX = 4094  # 12 bits; 0 and 4095 are no device
SEQUENCE_MAX = 0xFFFFF  # 20 bits; at the end the handset asks for new keys
GATEWAY_MAX = 255
HOPS_MAX = 3

HOP_MASK = 0x03
IMMUTABLE_MASK = 0xFC


class Header(Record):
    """What an addressed packet says in clear: kind, hops left, handset, number."""

    FIELDS = ("kind", "hops_left", "device", "seq")

    def __init__(self, kind: int, hops_left: int, device: int, seq: int) -> None:
        self.kind = kind
        self.hops_left = hops_left
        self.device = device
        self.seq = seq


def first_byte(kind: int, hops_left: int = 0) -> int:
    """Return {version, kind, hops left} as one integer."""
    if not 0 <= hops_left <= HOPS_MAX:
        raise MisuseError("hops_left")
    return WIRE_VERSION << 6 | kind << 2 | hops_left


def pack_header(header: Header) -> bytes:
    if header.kind not in ADDRESSED:
        raise MisuseError("kind")
    return bytes([first_byte(header.kind, header.hops_left)]) + pack_address(
        header.device, header.seq
    )


def unpack_header(packet: bytes) -> Header:
    """Read the header of an addressed packet; raise MalformedError for anything else."""
    kind = packet_kind(packet)
    if kind not in ADDRESSED:
        raise MalformedError("kind without an address")
    if len(packet) < HEADER_BYTES:
        raise MalformedError("short header")
    device, seq = unpack_address(packet, 1)
    return Header(kind, packet[0] & HOP_MASK, device, seq)


def packet_kind(packet: bytes) -> int:
    """Return the kind of any packet of this version; raise MalformedError for anything else."""
    if not 0 < len(packet) <= PACKET_BYTES_MAX:
        raise MalformedError("packet length")
    if packet[0] >> 6 != WIRE_VERSION:
        raise MalformedError("wire version")
    kind = packet[0] >> 2 & 0x0F
    if not 0 < kind < len(KIND_NAMES):
        raise MalformedError("kind")
    return kind


def pack_address(device: int, seq: int) -> bytes:
    """Return device (12 bits) and sequence number (20 bits) as four bytes."""
    if not 1 <= device <= DEVICE_MAX:
        raise MisuseError("device")
    if not 0 <= seq <= SEQUENCE_MAX:
        raise MisuseError("seq")
    return (device << 20 | seq).to_bytes(4, "big")


def unpack_address(data: bytes, offset: int) -> tuple[int, int]:
    """Return (device, sequence number) from four bytes that the caller knows are there."""
    word = int.from_bytes(data[offset : offset + 4], "big")
    device = word >> 20
    if not 1 <= device <= DEVICE_MAX:
        raise MalformedError("device")
    return device, word & SEQUENCE_MAX


def immutable(packet: bytes) -> bytes:
    """Return the packet as it was before any relay touched its hop bits."""
    return bytes([packet[0] & IMMUTABLE_MASK]) + packet[1:]


def with_hops(packet: bytes, hops_left: int) -> bytes:
    """Return the packet as its sender lets so many relays pass it on."""
    if not 0 <= hops_left <= HOPS_MAX:
        raise MisuseError("hops_left")
    return bytes([packet[0] & IMMUTABLE_MASK | hops_left]) + packet[1:]


def relayed(packet: bytes) -> bytes | None:
    """Return the packet with one hop fewer left, or None when it may go no further."""
    if not packet or not packet[0] & HOP_MASK:
        return None
    return bytes([packet[0] - 1]) + packet[1:]
