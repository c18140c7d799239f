"""What reports look like on the backbone, and what they cost there: topic and payload of a message.

One report alone goes to its unit's topic, an SOS always; several go together in a bundle.
"""

from collections.abc import Iterator, Sequence

from turna_backbone import topics
from turna_backbone.bundle import BUNDLE_REPORTS, ROW_OVERHEAD_BYTES, pack_bundle
from turna_backbone.envelope import pack_report
from turna_gateway.identity import Identity
from turna_gateway.intake import SOS
from turna_gateway.keyring import Keyring
from turna_gateway.report_rows import StoredReport

# Beside topic and payload: MQTT's header, length and id, and the headers of TCP and IP (40).
_MESSAGE_OVERHEAD_BYTES = 7 + 40
# The first fields of a stored report are those of a ReportEnvelope that are its own, in order.
_OWN_FIELDS = 12


class Parcels:
    """Packs reports and counts what that costs on the line."""

    def __init__(self, identity: Identity, keyring: Keyring) -> None:
        self._identity = identity
        self._keyring = keyring
        self._together = topics.gateway_reports(identity.country, identity.name)
        self._topics: dict[tuple[int, bool], str] = {}
        self.bytes_packed = 0

    def pack(self, reports: Sequence[StoredReport], attempt: int) -> tuple[str, bytes]:
        """Return topic and payload of one message."""
        if len(reports) == 1:
            topic, payload = self._alone(reports[0], attempt)
        else:
            rows = [report[:_OWN_FIELDS] for report in reports]
            topic, payload = self._together, pack_bundle(self._identity.boot_id, rows)
        self.bytes_packed += size(topic, payload)
        return topic, payload

    def _alone(self, report: StoredReport, attempt: int) -> tuple[str, bytes]:
        row, identity = report[:_OWN_FIELDS], self._identity
        values = (*row[:8], identity.name, identity.boot_id, *row[8:], attempt)
        return self._topic(report.device, is_sos=report.lane == SOS), pack_report(values)

    def _topic(self, device: int, *, is_sos: bool) -> str:
        topic = self._topics.get((device, is_sos))
        if topic is None:
            handset = self._keyring.handset(device)
            unit = f"device-{device}" if handset is None else handset.call_sign
            make = topics.sos if is_sos else topics.report
            topic = self._topics[device, is_sos] = make(self._identity.country, unit)
        return topic


def size(topic: str, payload: bytes) -> int:
    """Return what a message takes of the line, without TLS."""
    return len(topic) + len(payload) + _MESSAGE_OVERHEAD_BYTES


def together(reports: Sequence[StoredReport], message_bytes: int) -> Iterator[list[StoredReport]]:
    """Part reports into messages of about this length at most, in their order."""
    group: list[StoredReport] = []
    group_bytes = 0
    for report in reports:
        row_bytes = len(report.content) + len(report.end_to_end_tag) + ROW_OVERHEAD_BYTES
        if group and (
            group_bytes + row_bytes > message_bytes
            or len(group) == BUNDLE_REPORTS
            or report.lane == SOS
        ):
            yield group
            group, group_bytes = [], 0
        group.append(report)
        group_bytes += row_bytes
    if group:
        yield group
