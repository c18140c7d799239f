"""MQTT payloads between gateway and Secretariat: refused, or packed to the same bytes again."""

from turna_backbone.envelope import (
    GatewayHealth,
    GivenOut,
    Presence,
    Receipt,
    ReceiptEnvelope,
    ReportEnvelope,
)
from turna_protocol.errors import MalformedError

_DIGEST = bytes(range(8))
SEEDS = [
    ReportEnvelope(
        device=7,
        generation=1,
        seq=9,
        header=b"\x04\x00\x70\x00\x09",
        content=b"hello",
        end_to_end_tag=b"tag!",
        digest=_DIGEST,
        quarantined=False,
        gateway="alpha",
        boot_id=_DIGEST,
        heard_at_s=1_770_340_620,
        rssi_dbm=-97,
        snr_db_x4=-12,
        hops=2,
        attempt=1,
    ).pack(),
    ReceiptEnvelope(
        (Receipt(7, 1, 9, _DIGEST, 2, bytes(10)), Receipt(8, 1, 3, _DIGEST, 5, b""))
    ).pack(),
    Presence(online=True, boot_id=_DIGEST).pack(),
    GivenOut(_DIGEST, 17).pack(),
    GatewayHealth(_DIGEST, 1_770_340_620, 60, True, *range(1, 10)).pack(),
]


def fuzz(data: bytes) -> None:
    for kind in (ReportEnvelope, ReceiptEnvelope, Presence, GivenOut, GatewayHealth):
        try:
            envelope = kind.unpack(data)
        except MalformedError:
            continue
        assert envelope.pack() == data
