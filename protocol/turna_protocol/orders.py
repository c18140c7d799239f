"""Orders from the Secretariat to one handset, and the handset's word on what it holds.

The Secretariat numbers and tags; a gateway only wraps.  Numbers are never used again: the handset
shows each once, in whatever order they come, and answers a repeated one again.
"""

from .errors import MalformedError, MisuseError, NotAuthenticError
from .packet import DOWNLINK, ORDER, SEQUENCE_MAX, Header
from .record import Record
from .sealing import end_to_end_tag, open_link, seal_link, verify_end_to_end

WINDOW = 64  # how far behind the newest a late order may be
_WINDOW_BYTES = 3 + WINDOW // 8


class SealedOrder(Record):
    """What the Secretariat gives to gateways: readable there, but not to be altered."""

    FIELDS = ("device", "number", "content", "tag", "kind")

    def __init__(
        self, device: int, number: int, content: bytes, tag: bytes, kind: int = ORDER
    ) -> None:
        self.device = device
        self.number = number
        self.content = content
        self.tag = tag
        self.kind = kind


def seal_order(
    content: bytes, *, device: int, number: int, authentication_key: bytes, kind: int = ORDER
) -> SealedOrder:
    """Tag an order (at the Secretariat); `number` must be new for this handset."""
    if kind not in DOWNLINK:
        raise MisuseError("kind")
    tag = end_to_end_tag(kind, device, number, content, authentication_key)
    return SealedOrder(device, number, content, tag, kind)


def wrap_order(order: SealedOrder, link_key: bytes, hops_left: int = 0) -> bytes:
    """Return the packet (at a gateway)."""
    header = Header(order.kind, hops_left, order.device, order.number)
    return seal_link(header, order.content, order.tag, link_key)


def open_order(packet: bytes, link_key: bytes, authentication_key: bytes) -> SealedOrder:
    """Return the order (at the handset), or raise MalformedError or NotAuthenticError."""
    opened = open_link(packet, link_key)
    header = opened.header
    if header.kind not in DOWNLINK:
        raise MalformedError("kind")
    if not verify_end_to_end(
        header.device,
        header.seq,
        opened.content,
        opened.end_to_end_tag,
        authentication_key,
        header.kind,
    ):
        raise NotAuthenticError("order tag")
    return SealedOrder(
        header.device, header.seq, opened.content, opened.end_to_end_tag, header.kind
    )


class OrderWindow:
    """Which order numbers a handset has taken; survives reboots as `to_bytes`."""

    def __init__(self) -> None:
        self.newest = -1
        self._bits = 0  # bit i: newest - i was taken

    def is_new(self, number: int) -> bool:
        """Say whether the order is one to act on; what is too old to tell is not."""
        age = self.newest - number
        return age < 0 or (age < WINDOW and not self._bits >> age & 1)

    def take(self, number: int) -> None:
        """Remember the number; make that durable before the order is shown."""
        if not 0 <= number <= SEQUENCE_MAX:
            raise MisuseError("number")
        age = self.newest - number
        if age < 0:
            self._bits = (self._bits << -age if -age < WINDOW else 0) & (1 << WINDOW) - 1
            self.newest, age = number, 0
        if age < WINDOW:
            self._bits |= 1 << age

    def before_newest(self) -> int:
        """Return which orders before the newest were taken, as the bitmap of a Holding."""
        return self._bits >> 1

    def to_bytes(self) -> bytes:
        return (self.newest + 1).to_bytes(3, "big") + self._bits.to_bytes(WINDOW // 8, "big")

    def restore(self, data: bytes) -> None:
        if len(data) != _WINDOW_BYTES:
            raise MalformedError("window length")
        self.newest = int.from_bytes(data[:3], "big") - 1
        self._bits = int.from_bytes(data[3:], "big")


# What a handset holds: the content of a HOLDING packet.
ORDERS = 0  # orders: number, and bitmap of those before it
ORDER_PARTS = 1  # parts of the long order whose first number is `number`
NOTICE_PARTS = 2  # parts of the notice of that number
ALERTS = 3  # the alert of that name (downlink.alert_name); no bitmap

_STREAMS = (ORDERS, ORDER_PARTS, NOTICE_PARTS, ALERTS)
HOLDING_BITS_MAX = 64


class Holding(Record):
    """What a handset holds of a stream: bit i is part i, or the order `number - 1 - i`."""

    FIELDS = ("stream", "number", "bitmap")

    def __init__(self, stream: int, number: int, bitmap: int) -> None:
        self.stream = stream
        self.number = number
        self.bitmap = bitmap


def pack_holding(holding: Holding) -> bytes:
    """Return the content of a HOLDING packet, its bitmap without leading zeros."""
    if holding.stream not in _STREAMS or not 0 <= holding.number <= SEQUENCE_MAX:
        raise MisuseError("stream or number")
    if not 0 <= holding.bitmap < 1 << HOLDING_BITS_MAX:
        raise MisuseError("bitmap")
    word = holding.stream << 20 | holding.number
    bitmap = holding.bitmap.to_bytes(HOLDING_BITS_MAX // 8, "big")
    return word.to_bytes(3, "big") + bitmap.lstrip(b"\0")


def unpack_holding(content: bytes) -> Holding:
    """Return what the handset holds, or raise MalformedError."""
    if not 3 <= len(content) <= 3 + HOLDING_BITS_MAX // 8 or content[3:4] == b"\0":
        raise MalformedError("holding length")
    word = int.from_bytes(content[:3], "big")
    if word >> 20 not in _STREAMS:
        raise MalformedError("holding stream")
    return Holding(word >> 20, word & SEQUENCE_MAX, int.from_bytes(content[3:], "big"))
