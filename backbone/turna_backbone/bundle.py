"""Several reports of one gateway in one message: what a backlog, or a busy minute, travels in.

A message, its confirmation and its headers cost the same for one report as for many.  The gateway's
name is not in the payload but in the topic, where the broker's access rules prove it.
"""

from collections.abc import Sequence

import cbor2

from turna_backbone.envelope import VERSION, ReportEnvelope, take_items
from turna_protocol.errors import MalformedError

# As many as a fast line carries in no time; a gateway on a thin one stays far below.
BUNDLE_REPORTS = 128
# What a report takes beside content and tag: its other fields and CBOR's heads.
ROW_OVERHEAD_BYTES = 48
_ROW_ITEMS = 12


def pack_bundle(boot_id: bytes, rows: Sequence[Sequence[object]]) -> bytes:
    """Return the payload of several reports.

    A row has the fields of a ReportEnvelope from `device` to `hops`, in their order, without the
    gateway's name and boot id.  The values were checked when the reports were taken in.
    """
    return cbor2.dumps([VERSION, boot_id, rows])


def unpack_bundle(payload: bytes, gateway: str) -> list[ReportEnvelope]:
    """Return each report as if the gateway had sent it alone; MalformedError for anything else."""
    _, boot_id, rows = take_items(payload, 3)
    if not isinstance(rows, list | tuple) or not 0 < len(rows) <= BUNDLE_REPORTS:
        raise MalformedError("bundle: not a list of reports within its limit")
    return [_report(row, gateway, boot_id) for row in rows]


def _report(row: object, gateway: str, boot_id: object) -> ReportEnvelope:
    if not isinstance(row, list | tuple) or len(row) != _ROW_ITEMS:
        raise MalformedError("bundle: a report with another number of items")
    attempt = 0
    return ReportEnvelope.of([*row[:8], gateway, boot_id, *row[8:], attempt])
