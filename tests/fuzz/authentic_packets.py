"""Packets whose tags are right and whose insides are nonsense: what a captured peer could send.

The first byte says which peer, the rest is what it writes where only its key would let it.
"""

from tests.fuzz._vectors import (
    AUTHENTICATION_KEY,
    BROADCAST_KEY,
    DEVICE,
    FRAME,
    LINK_KEY,
    packets,
    report_contents,
)
from turna_protocol import acknowledgement, beacon, fragments, notices, orders, packet, sealing
from turna_protocol.errors import MalformedError, NotAuthenticError
from turna_protocol.key_parts import mac_part
from turna_protocol.reports import decode_report, encode_report
from turna_protocol.revocation import pack_revocations, unpack_revocations

_LIMIT = sealing.REPORT_CONTENT_BYTES_MAX - 8
SEEDS = [
    bytes([number]) + seed
    for number in range(6)
    for seed in (*packets()[:12], *report_contents()[:6], bytes(9), b"\0\1" + bytes(20))
]


def fuzz(data: bytes) -> None:
    if len(data) < 2:
        return
    peer = (_report, _part, _order, _acknowledgement, _beacon, _notice)[data[0] % 6]
    try:
        peer(data[1 : 1 + _LIMIT])
    except MalformedError:
        return


def _report(content: bytes) -> None:
    sealed = sealing.seal_report(
        content,
        device=DEVICE,
        seq=9,
        hops_left=2,
        link_key=LINK_KEY,
        authentication_key=AUTHENTICATION_KEY,
    )
    opened = sealing.open_link(sealed, LINK_KEY)
    assert opened.content == content
    assert encode_report(decode_report(opened.content, FRAME), FRAME) == content


def _part(content: bytes) -> None:
    assembly = fragments.Assembly()
    assembly.add(1000, content)
    assembly.add(1000 + content[0], bytes([content[0]]) + content[1:])


def _order(content: bytes) -> None:
    sealed = orders.seal_order(
        content, device=DEVICE, number=3, authentication_key=AUTHENTICATION_KEY
    )
    wrapped = orders.wrap_order(sealed, LINK_KEY)
    assert orders.open_order(wrapped, LINK_KEY, AUTHENTICATION_KEY).content == content
    assert orders.pack_holding(orders.unpack_holding(content)) == content


def _acknowledgement(content: bytes) -> None:
    """Give this handset an entry of each kind, its body whatever came, its tag right."""
    address = packet.pack_address(DEVICE, int.from_bytes(content[:3], "big") & packet.SEQUENCE_MAX)
    body = address + content[:1]
    head = bytes([packet.first_byte(packet.ACKNOWLEDGEMENT), 1])
    whole = head + body + acknowledgement._tag(mac_part(LINK_KEY), head + body)
    for entry in acknowledgement.unpack_acknowledgements(whole, DEVICE, LINK_KEY):
        assert all(number >= 0 for number in acknowledgement.sequences(entry))
    body = address + content[1:3].rjust(2, b"\0")
    tag = acknowledgement._tag(AUTHENTICATION_KEY, acknowledgement._RECEIPT_DOMAIN + body)
    whole = acknowledgement.pack_receipts([body + tag])
    for receipt in acknowledgement.unpack_receipts(whole, DEVICE, AUTHENTICATION_KEY):
        assert acknowledgement.seal_receipt(receipt, AUTHENTICATION_KEY) == body + tag


def _beacon(content: bytes) -> None:
    head = bytes([packet.first_byte(packet.BEACON, content[0] & packet.HOP_MASK)])
    body = head + content[1:]
    found = beacon.unpack_beacon(body + beacon._tag(BROADCAST_KEY, body), BROADCAST_KEY)
    turn = beacon.turn(found, DEVICE)
    assert turn is None or min(turn) >= 0


def _notice(content: bytes) -> None:
    body = bytes([packet.first_byte(packet.NOTICE)]) + content
    board = notices.NoticeBoard(BROADCAST_KEY)
    try:
        whole = board.hear(body + notices._tag(BROADCAST_KEY, body))
    except NotAuthenticError:
        raise AssertionError("the tag is right") from None
    if whole is not None and len(whole[1]) > 1:
        revoked = unpack_revocations(whole[1][1:])
        assert pack_revocations(revoked) == whole[1][1:]
