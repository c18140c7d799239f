"""Notices: what the Secretariat says to everybody, signed (Ed25519), in parts where it is long.

Each part carries a tag under the broadcast key, which keeps strangers from spoiling the assembly;
only the signature over the whole proves that the Secretariat said it.
"""

from .ciphers import equal, hmac_sha256
from .errors import MalformedError, MisuseError, NotAuthenticError
from .fragments import PART_HEAD_BYTES, PARTS_MAX, Assembly, split
from .key_parts import SIGNATURE_BYTES
from .packet import NOTICE, first_byte, immutable, packet_kind
from .record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator

ORDER_TO_ALL = 1  # body: content of a report, as in an order to one
REVOCATIONS = 2  # body: a revocation list
SUBJECTS = (ORDER_TO_ALL, REVOCATIONS)

TAG_BYTES = 4
NUMBER_MAX = 0xFFFF
# A notice of three parts is 3 x 200 ms at SF8; longer parts would keep an SOS waiting longer.
PART_BYTES = 64
BODY_BYTES_MAX = PARTS_MAX * PART_BYTES - 1 - SIGNATURE_BYTES

_HEAD_BYTES = 3
_DOMAIN = b"turna notice 0"
# Parts of notice n are numbered n * PARTS_MAX + index, so that one Assembly keeps notices apart.


class Notice(Record):
    """A notice whose signature verified."""

    FIELDS = ("number", "subject", "body")

    def __init__(self, number: int, subject: int, body: bytes) -> None:
        self.number = number
        self.subject = subject
        self.body = body


def signed_message(notice: Notice) -> bytes:
    """Return what the Secretariat signs."""
    if notice.subject not in SUBJECTS or len(notice.body) > BODY_BYTES_MAX:
        raise MisuseError("subject or body")
    return _message(notice.number, bytes([notice.subject]) + notice.body)


def pack_notice(
    notice: Notice, signature: bytes, broadcast_key: bytes, hops_left: int = 0
) -> list[bytes]:
    """Return the packets of all parts (at a gateway)."""
    if len(signature) != SIGNATURE_BYTES or not 0 <= notice.number <= NUMBER_MAX:
        raise MisuseError("signature or number")
    whole = bytes([notice.subject]) + notice.body + signature
    head = bytes([first_byte(NOTICE, hops_left)]) + notice.number.to_bytes(2, "big")
    packets = [head + part for part in split(whole, PART_BYTES)]
    return [packet + _tag(broadcast_key, packet) for packet in packets]


class NoticeBoard:
    """Collects the parts of notices at a handset and says which whole one to verify."""

    def __init__(self, broadcast_key: bytes) -> None:
        self._broadcast_key = broadcast_key
        self._assembly = Assembly()

    def hear(self, packet: bytes) -> tuple[int, bytes] | None:
        """Take a part; return (number, whole) when nothing is missing, to be verified."""
        if packet_kind(packet) != NOTICE:
            raise MalformedError("kind")
        if not len(packet) - TAG_BYTES > _HEAD_BYTES + PART_HEAD_BYTES:
            raise MalformedError("notice length")
        body, tag = packet[:-TAG_BYTES], packet[-TAG_BYTES:]
        if not equal(tag, _tag(self._broadcast_key, body)):
            raise NotAuthenticError("notice part tag")
        number = int.from_bytes(body[1:3], "big")
        part = body[_HEAD_BYTES:]
        whole = self._assembly.add(number * PARTS_MAX + part[0], part)
        return None if whole is None else (number, whole)

    def held(self, number: int) -> int:
        """Return the bitmap of the parts held, for a Holding."""
        return self._assembly.held(number * PARTS_MAX)


def verifying_notice(
    number: int, whole: bytes, public_key: bytes
) -> "Generator[None, None, Notice]":
    """Verify a whole notice in steps (see ed25519); its value is the notice."""
    if len(whole) <= SIGNATURE_BYTES or whole[0] not in SUBJECTS:
        raise MalformedError("notice subject")
    from .ed25519 import verifying  # a board holds it while it verifies, and no longer

    message, signature = whole[:-SIGNATURE_BYTES], whole[-SIGNATURE_BYTES:]
    yield from verifying(public_key, _message(number, message), signature)
    return Notice(number, message[0], message[1:])


def verify_notice(number: int, whole: bytes, public_key: bytes) -> Notice:
    """Return the notice, or raise MalformedError or NotAuthenticError."""
    steps = verifying_notice(number, whole, public_key)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            notice: Notice = done.value
            return notice


def _message(number: int, message: bytes) -> bytes:
    return _DOMAIN + number.to_bytes(2, "big") + message


def _tag(broadcast_key: bytes, packet: bytes) -> bytes:
    return hmac_sha256(broadcast_key, _DOMAIN + immutable(packet))[:TAG_BYTES]
