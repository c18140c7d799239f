"""Acknowledgements (a gateway holds it) and receipts (the Secretariat says what became of it).

One packet carries many entries, each proved to its own handset alone: a captured handset cannot
acknowledge for others, a captured gateway cannot issue receipts.  An entry states what stays true,
so a replay of it changes nothing and no number is needed.
"""

from .ciphers import equal, hmac_sha256
from .delivery import AT_SECRETARIAT, FALSE_ALARM
from .errors import MalformedError, MisuseError, NotAuthenticError
from .key_parts import mac_part
from .packet import (
    ACKNOWLEDGEMENT,
    GATEWAY_MAX,
    RECEIPT,
    first_byte,
    pack_address,
    packet_kind,
    unpack_address,
)
from .record import Record

TAG_BYTES = 4
ACKNOWLEDGEMENT_BITS = 8
RECEIPT_BITS = 13
# 2 + 6 x 9 = 56 bytes: 203 ms at SF8/125, 690 ms at SF10/125 (preamble 12): under a second up to
# SF10, so that one packet of a gateway blocks the channel no longer than one long report does.
ACKNOWLEDGEMENTS_PER_PACKET = 6
RECEIPTS_PER_PACKET = 5  # 1 + 5 x 10 = 51 bytes, for the same reason
RECEIPT_ENTRY_BYTES = 6 + TAG_BYTES

_ACKNOWLEDGEMENT_BODY = 5
_RECEIPT_BODY = 6
_HEAD_BYTES = {ACKNOWLEDGEMENT: 2, RECEIPT: 1}  # only an acknowledgement names its gateway
_RECEIPT_DOMAIN = b"turna receipt 0"


class Acknowledgement(Record):
    """A gateway holds `seq` and, where bit i of the bitmap is set, `seq - 1 - i`."""

    FIELDS = ("device", "seq", "bitmap")

    def __init__(self, device: int, seq: int, bitmap: int = 0) -> None:
        self.device = device
        self.seq = seq
        self.bitmap = bitmap


class Receipt(Record):
    """The Secretariat gives `seq`, and those before it as in an acknowledgement, this state."""

    FIELDS = ("device", "seq", "bitmap", "state")

    def __init__(self, device: int, seq: int, bitmap: int, state: int) -> None:
        self.device = device
        self.seq = seq
        self.bitmap = bitmap
        self.state = state


def sequences(entry: Acknowledgement | Receipt) -> list[int]:
    """Return every number the entry speaks of, newest first."""
    before = [
        entry.seq - 1 - i
        for i in range(RECEIPT_BITS)
        if entry.bitmap >> i & 1 and entry.seq - 1 - i >= 0
    ]
    return [entry.seq] + before


def group(numbers: list[int], bits: int) -> list[tuple[int, int]]:
    """Return (highest number, bitmap) pairs that cover `numbers` with few entries."""
    pairs: list[tuple[int, int]] = []
    for number in sorted(set(numbers), reverse=True):
        if pairs and pairs[-1][0] - number <= bits:
            seq, bitmap = pairs[-1]
            pairs[-1] = (seq, bitmap | 1 << seq - 1 - number)
        else:
            pairs.append((number, 0))
    return pairs


def pack_acknowledgements(
    gateway_index: int, entries: list[tuple[Acknowledgement, bytes]]
) -> bytes:
    """Return one packet of (acknowledgement, that handset's link key) pairs."""
    if not 0 < len(entries) <= ACKNOWLEDGEMENTS_PER_PACKET:
        raise MisuseError("entries")
    packet = associated = _acknowledgement_header(gateway_index)
    for entry, link_key in entries:
        body = pack_address(entry.device, entry.seq) + _bits(entry.bitmap, ACKNOWLEDGEMENT_BITS, 1)
        packet += body + _tag(mac_part(link_key), associated + body)
    return packet


def unpack_acknowledgements(packet: bytes, device: int, link_key: bytes) -> list[Acknowledgement]:
    """Return the entries for `device`; raise NotAuthenticError if none of them verifies."""
    bodies = _bodies(packet, ACKNOWLEDGEMENT, _ACKNOWLEDGEMENT_BODY, ACKNOWLEDGEMENTS_PER_PACKET)
    if not packet[1]:
        raise MalformedError("gateway")
    associated = _acknowledgement_header(packet[1])
    found = []
    refused = 0
    for body, tag in bodies:
        addressee, seq = unpack_address(body, 0)
        if addressee != device:
            continue
        if equal(tag, _tag(mac_part(link_key), associated + body)):
            found.append(Acknowledgement(device, seq, body[4]))
        else:
            refused += 1
    return _authentic(found, refused, "acknowledgement tag")


def claimed_addresses(packet: bytes) -> list[tuple[int, int]]:
    """Return (device, number) of all that a gateway says it holds, unproven: for who has no key."""
    bodies = _bodies(packet, ACKNOWLEDGEMENT, _ACKNOWLEDGEMENT_BODY, ACKNOWLEDGEMENTS_PER_PACKET)
    found = []
    for body, _ in bodies:
        device, newest = unpack_address(body, 0)
        found.extend([(device, seq) for seq in sequences(Acknowledgement(device, newest, body[4]))])
    return found


def seal_receipt(receipt: Receipt, authentication_key: bytes) -> bytes:
    """Return the entry that gateways forward unread."""
    if not AT_SECRETARIAT <= receipt.state <= FALSE_ALARM:
        raise MisuseError("state")
    body = pack_address(receipt.device, receipt.seq)
    body += _bits(receipt.state << RECEIPT_BITS | receipt.bitmap, 16, 2)
    return body + _tag(authentication_key, _RECEIPT_DOMAIN + body)


def receipt_address(entry: bytes) -> tuple[int, int]:
    """Return (device, highest number) of a sealed entry, for whoever queues it."""
    if len(entry) != RECEIPT_ENTRY_BYTES:
        raise MalformedError("receipt entry length")
    return unpack_address(entry, 0)


def pack_receipts(entries: list[bytes]) -> bytes:
    """Return one packet of sealed entries, the same through whichever gateway."""
    if not 0 < len(entries) <= RECEIPTS_PER_PACKET:
        raise MisuseError("entries")
    packet = bytes([first_byte(RECEIPT)])
    for entry in entries:
        receipt_address(entry)
        packet += entry
    return packet


def unpack_receipts(packet: bytes, device: int, authentication_key: bytes) -> list[Receipt]:
    """Return the entries for `device`; raise NotAuthenticError if none of them verifies."""
    found = []
    refused = 0
    for body, tag in _bodies(packet, RECEIPT, _RECEIPT_BODY, RECEIPTS_PER_PACKET):
        addressee, seq = unpack_address(body, 0)
        if addressee != device:
            continue
        if equal(tag, _tag(authentication_key, _RECEIPT_DOMAIN + body)):
            found.append(_receipt(device, seq, int.from_bytes(body[4:], "big")))
        else:
            refused += 1
    return _authentic(found, refused, "receipt tag")


def _receipt(device: int, seq: int, word: int) -> Receipt:
    state = word >> RECEIPT_BITS
    if not AT_SECRETARIAT <= state <= FALSE_ALARM:
        raise MalformedError("receipt state")
    return Receipt(device, seq, word & (1 << RECEIPT_BITS) - 1, state)


def _acknowledgement_header(gateway_index: int) -> bytes:
    if not 1 <= gateway_index <= GATEWAY_MAX:
        raise MisuseError("gateway_index")
    return bytes([first_byte(ACKNOWLEDGEMENT), gateway_index])


def _bodies(packet: bytes, kind: int, body_bytes: int, limit: int) -> list[tuple[bytes, bytes]]:
    """Split a packet into (body, tag) pairs."""
    if packet_kind(packet) != kind:
        raise MalformedError("kind")
    size = body_bytes + TAG_BYTES
    head = _HEAD_BYTES[kind]
    count, rest = divmod(len(packet) - head, size)
    if rest or not 0 < count <= limit:
        raise MalformedError("entries")
    starts = range(head, len(packet), size)
    return [(packet[i : i + body_bytes], packet[i + body_bytes : i + size]) for i in starts]


def _authentic(found: list, refused: int, reason: str) -> list:  # type: ignore[type-arg]
    if refused and not found:
        raise NotAuthenticError(reason)
    return found


def _tag(key: bytes, message: bytes) -> bytes:
    return hmac_sha256(key, message)[:TAG_BYTES]


def _bits(value: int, bits: int, size: int) -> bytes:
    if value < 0 or value >> bits:
        raise MisuseError("bitmap")
    return value.to_bytes(size, "big")
