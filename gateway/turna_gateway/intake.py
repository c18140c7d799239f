"""From radio bytes to a decision: whose report this is and how urgent, or why it is refused.

Pure: stores nothing, answers nobody.  Authentic content that cannot be understood is never refused.
"""

from dataclasses import dataclass

from turna_gateway.keyring import Handset, Keyring
from turna_protocol import packet as wire
from turna_protocol.errors import MalformedError, NotAuthenticError
from turna_protocol.frame import Frame
from turna_protocol.reports import Report, decode_report, report_type
from turna_protocol.sealing import open_link, packet_digest

SOS, REPORT, HEALTH = 0, 1, 2
LANES = ("sos", "report", "health")
_LANE_OF_TYPE = {"sos": SOS, "position": HEALTH, "node_health": HEALTH}

# Why a packet is not taken in; each has its counter.
MALFORMED = "malformed"
UNKNOWN_DEVICE = "unknown_device"
NOT_AUTHENTIC = "not_authentic"
NOT_FOR_GATEWAYS = "not_for_gateways"  # another gateway's beacon, acknowledgement ...
REFUSALS = (MALFORMED, UNKNOWN_DEVICE, NOT_AUTHENTIC, NOT_FOR_GATEWAYS)

_UPLINK = (wire.REPORT, wire.FRAGMENT)


@dataclass(frozen=True, slots=True)
class Accepted:
    """An authentic packet; `report` is None if its content could not be understood."""

    handset: Handset
    seq: int
    digest: bytes
    header: bytes
    content: bytes
    end_to_end_tag: bytes
    lane: int
    hops: int
    report: Report | None


@dataclass(frozen=True, slots=True)
class Refused:
    """Not a handset's packet, or not provably; `device` is what it claims, if it claims one."""

    reason: str
    device: int | None = None


class Intake:
    """Judges one packet at a time."""

    def __init__(self, keyring: Keyring, frame: Frame) -> None:
        self._keyring = keyring
        self._frame = frame

    def judge(self, packet: bytes) -> Accepted | Refused:
        try:
            if wire.packet_kind(packet) not in _UPLINK:
                return Refused(NOT_FOR_GATEWAYS)
            header = wire.unpack_header(packet)
        except MalformedError:
            return Refused(MALFORMED)
        handset = self._keyring.handset(header.device)
        if handset is None:
            return Refused(UNKNOWN_DEVICE, header.device)
        try:
            opened = open_link(packet, handset.link_key)
        except MalformedError:
            return Refused(MALFORMED, header.device)
        except NotAuthenticError:
            return Refused(NOT_AUTHENTIC, header.device)
        report = self._understood(header.kind, opened.content)
        return Accepted(
            handset=handset,
            seq=header.seq,
            digest=packet_digest(packet),
            header=wire.immutable(packet[: wire.HEADER_BYTES]),
            content=opened.content,
            end_to_end_tag=opened.end_to_end_tag,
            lane=REPORT if report is None else _LANE_OF_TYPE.get(report_type(report), REPORT),
            hops=header.hops_left,
            report=report,
        )

    def _understood(self, kind: int, content: bytes) -> Report | None:
        if kind != wire.REPORT:
            return None
        try:
            return decode_report(content, self._frame)
        except MalformedError:
            return None
