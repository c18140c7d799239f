"""What a carried report is worth: proved or not, of which form, a second one under its number.

Decides from the report, the register and what is revoked; reads and writes nothing.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass

from turna_backbone.envelope import ReportEnvelope
from turna_protocol import delivery
from turna_protocol.errors import MalformedError
from turna_protocol.frame import Frame
from turna_protocol.json_form import report_to_json
from turna_protocol.packet import HOLDING, REPORT, UPLINK
from turna_protocol.reports import decode_report, priority, report_type
from turna_protocol.sealing import verify_end_to_end
from turna_secretariat.registry import Registry
from turna_secretariat.transaction import NewReport

FINGERPRINT_BYTES = 8

# What a report is worth: proved to be its sender's; proved, but of no form we know; of a sender we
# do not know; not its sender's; proved, but a second one under a number that another one has;
# proved, by keys that are revoked.
STANDINGS = ("authentic", "undecodable", "unknown_device", "not_authentic", "clone", "revoked")
UNKNOWN = "unknown_device"
PROVED = ("authentic", "undecodable", "clone")
# A receipt names a number; for a clone it would speak of the other report under that number too.
ANSWERED = ("authentic", "undecodable")


@dataclass(frozen=True, slots=True)
class Judge:
    """Knows who is who; `is_revoked` tells whether a device's generation of keys counts no more."""

    registry: Registry
    frame: Frame
    is_revoked: Callable[[int, int], bool]

    def is_holding(self, carried: ReportEnvelope) -> bool:
        """Tell whether it is a handset's proved word on what it holds, and no report."""
        return _kind(carried) == HOLDING and self._standing(carried) == "authentic"

    def report(
        self, carried: ReportEnvelope, fingerprint: bytes, *, is_second: bool, now_ms: int
    ) -> NewReport:
        """Return what is to be stored of it; `is_second`: another proved one has its number."""
        standing = self._standing(carried)
        if standing == "authentic" and is_second:
            standing = "clone"
        fields: dict[str, object] = {}
        mode, kind, urgency, observed_s, fix = "unknown", "unknown", 0, None, None
        try:
            report = decode_report(_report_content(carried), self.frame)
        except MalformedError:
            standing = "undecodable" if standing == "authentic" else standing
        else:
            fields = report_to_json(report)
            mode, kind = str(fields["mode"]), report_type(report)
            urgency, observed_s, fix = priority(report), report.time_s, report.fix
        return NewReport(
            device=carried.device,
            generation=carried.generation,
            seq=carried.seq,
            fingerprint=fingerprint,
            standing=standing,
            mode=mode,
            type=kind,
            priority=urgency,
            observed_s=observed_s,
            arrived_ms=now_ms,
            state=delivery.AT_SECRETARIAT,
            lat_e5=None if fix is None else fix.lat_e5,
            lon_e5=None if fix is None else fix.lon_e5,
            body=json.dumps(fields, ensure_ascii=False),
            content=carried.content,
            end_to_end_tag=carried.end_to_end_tag,
        )

    def _standing(self, carried: ReportEnvelope) -> str:
        key = self.registry.authentication_key(carried.device, carried.generation)
        if key is None:
            return UNKNOWN
        genuine = _kind(carried) in UPLINK and verify_end_to_end(
            carried.device,
            carried.seq,
            carried.content,
            carried.end_to_end_tag,
            key,
            _kind(carried),
        )
        if not genuine:
            return "not_authentic"
        return "revoked" if self.is_revoked(carried.device, carried.generation) else "authentic"


def fingerprint_of(carried: ReportEnvelope) -> bytes:
    """Return what tells a repeat from a clone.

    What a gateway brought under a false kind is no repeat of the report that it was.
    """
    protected = len(carried.content).to_bytes(2, "big") + carried.content + carried.end_to_end_tag
    kind = _kind(carried)
    if kind != REPORT:
        protected += bytes([kind])
    return hashlib.sha256(protected).digest()[:FINGERPRINT_BYTES]


def _kind(carried: ReportEnvelope) -> int:
    """Return the kind of packet that its header says; the end-to-end tag proves it."""
    return carried.header[0] >> 2 & 0x0F


def _report_content(carried: ReportEnvelope) -> bytes:
    if _kind(carried) != REPORT:
        raise MalformedError("not a report")
    return carried.content
