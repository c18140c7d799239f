"""From radio bytes to a decision: whose report this is and how urgent, or why it is refused.

Pure: stores nothing, answers nobody.  Looks into the content only as far as the decision needs: is
it of a known type, and how urgent is that type.  Its fields are read when somebody looks at them.
Authentic content that cannot be understood is never refused.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from turna_gateway.keyring import Handset, Keyring
from turna_protocol import packet as wire
from turna_protocol.cbor import decode_sequence
from turna_protocol.digits import DigitReader
from turna_protocol.errors import MalformedError, NotAuthenticError
from turna_protocol.reports.codec import MAX_ITEMS
from turna_protocol.reports.heading import USUAL_KINDS, take_type
from turna_protocol.reports.types import TYPES

SOS, REPORT, HEALTH = 0, 1, 2
LANES = ("sos", "report", "health")
_URGENT_OR_NOT = {"sos": SOS, "position": HEALTH, "node_health": HEALTH}
_LANE_OF_TYPE = tuple(_URGENT_OR_NOT.get(entry.NAME, REPORT) for entry in TYPES)
# A content begins with an integer, mostly of eight bytes (RFC 8949, 3), whose first digit says the
# kind of a usual report; 0 says that it is none.
_EIGHT_BYTES = 0x1B
_LANE_OF_USUAL = (
    REPORT,
    *(_LANE_OF_TYPE[take_type(DigitReader([usual]))] for usual in range(1, USUAL_KINDS)),
)

# Why a packet is not taken in; each has its counter.
MALFORMED = "malformed"
UNKNOWN_DEVICE = "unknown_device"
NOT_AUTHENTIC = "not_authentic"
NOT_FOR_GATEWAYS = "not_for_gateways"  # another gateway's beacon, acknowledgement ...
NO_ROOM = "no_room"  # for a position, on a disk that is nearly full
REVOKED = "revoked"  # authentic, by keys that the Secretariat has revoked
REFUSALS = (MALFORMED, UNKNOWN_DEVICE, NOT_AUTHENTIC, NOT_FOR_GATEWAYS, NO_ROOM, REVOKED)


class Accepted(NamedTuple):
    """An authentic packet; it is not `understood` if its content is of no known type."""

    kind: int
    handset: Handset
    seq: int
    digest: bytes
    header: bytes
    content: bytes
    end_to_end_tag: bytes
    lane: int
    hops: int
    understood: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """Not a handset's packet, or not provably; `device` is what it claims, if it claims one."""

    reason: str
    device: int | None = None


class Intake:
    """Judges one packet at a time."""

    def __init__(self, keyring: Keyring, is_revoked: Callable[[int, int], bool]) -> None:
        self._keyring = keyring
        self._is_revoked = is_revoked

    def judge(self, packet: bytes) -> Accepted | Refused:
        try:
            kind = wire.packet_kind(packet)
            if kind not in wire.UPLINK:
                return Refused(NOT_FOR_GATEWAYS)
            if len(packet) < wire.HEADER_BYTES:
                return Refused(MALFORMED)
            device, seq = wire.unpack_address(packet, 1)
        except MalformedError:
            return Refused(MALFORMED)
        handset = self._keyring.handset(device)
        if handset is None:
            return Refused(UNKNOWN_DEVICE, device)
        try:
            header, content, tag, digest = handset.opener.open(packet, kind)
        except MalformedError:
            return Refused(MALFORMED, device)
        except NotAuthenticError:
            return Refused(NOT_AUTHENTIC, device)
        if self._is_revoked(device, handset.generation):
            return Refused(REVOKED, device)
        lane = _lane(content) if kind == wire.REPORT else None
        return Accepted(
            kind,
            handset,
            seq,
            digest,
            header,
            content,
            tag,
            REPORT if lane is None else lane,
            packet[0] & wire.HOP_MASK,
            lane is not None or kind == wire.HOLDING,
        )


def _lane(content: bytes) -> int | None:
    """Return how urgent the content's type is, or None if it is of no known type."""
    if content[0] == _EIGHT_BYTES and len(content) > 8:  # by far the most
        usual = int.from_bytes(content[1:9], "big") % USUAL_KINDS
        if usual:
            return _LANE_OF_USUAL[usual]
    try:
        number = take_type(DigitReader(decode_sequence(content, MAX_ITEMS)))
    except MalformedError:
        return None
    return _LANE_OF_TYPE[number] if number < len(_LANE_OF_TYPE) else None
