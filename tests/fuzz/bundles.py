"""Bundles of reports from a gateway: refused whole, or packed to the same bytes again."""

from turna_backbone.bundle import pack_bundle, unpack_bundle
from turna_backbone.envelope import ReportEnvelope
from turna_protocol.errors import MalformedError

_DIGEST = bytes(range(8))
_ROW = (
    7,
    1,
    9,
    b"\x04\x00\x70\x00\x09",
    b"hello",
    b"tag!",
    _DIGEST,
    False,
    1_770_340_620,
    -97,
    -12,
    2,
)
SEEDS = [pack_bundle(_DIGEST, [_ROW]), pack_bundle(_DIGEST, [_ROW, (8, *_ROW[1:])])]


def fuzz(data: bytes) -> None:
    try:
        reports = unpack_bundle(data, "alpha")
    except MalformedError:
        return
    assert pack_bundle(reports[0].boot_id, [_row(report) for report in reports]) == data


def _row(report: ReportEnvelope) -> list[object]:
    values: list[object] = [getattr(report, name) for name in report.__slots__]
    return [*values[:8], *values[10:14]]
