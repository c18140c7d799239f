"""Every kind of packet, with each bit flipped and at each length: refused, or only the hops differ.

Whatever arrives, nothing but the two exceptions of a peer's fault comes out.
"""

from turna_protocol import acknowledgement as acks
from turna_protocol import alerts, beacon, keys, notices, orders, packet, sealing
from turna_protocol.errors import MalformedError, NotAuthenticError

MASTER = bytes(range(32))
LINKS = keys.link_branch(MASTER)
ENDS = keys.authentication_branch(MASTER)
LINK = keys.link_key(LINKS, b"board", 7, 1)
END = keys.authentication_key(ENDS, b"board", 7, 1)
ALL = keys.broadcast_key(LINKS)
ANCHORS = tuple(alerts.anchors(ENDS))


def sealed(kind: int) -> bytes:
    return sealing.seal_report(
        b"content", device=7, seq=9, link_key=LINK, authentication_key=END, hops_left=3, kind=kind
    )


def ordered(kind: int) -> bytes:
    order = orders.seal_order(b"go", device=7, number=9, authentication_key=END, kind=kind)
    return orders.wrap_order(order, LINK, hops_left=3)


PACKETS = {
    packet.REPORT: sealed(packet.REPORT),
    packet.FRAGMENT: sealed(packet.FRAGMENT),
    packet.HOLDING: sealed(packet.HOLDING),
    packet.ORDER: ordered(packet.ORDER),
    packet.ORDER_FRAGMENT: ordered(packet.ORDER_FRAGMENT),
    packet.ACKNOWLEDGEMENT: acks.pack_acknowledgements(3, [(acks.Acknowledgement(7, 9, 5), LINK)]),
    packet.RECEIPT: acks.pack_receipts([acks.seal_receipt(acks.Receipt(7, 9, 5, 2), END)]),
    packet.BEACON: beacon.pack_beacon(beacon.Beacon(gateway=3, number=9), ALL, hops_left=3),
    packet.ALERT: alerts.pack_alert(
        alerts.alert_body(alerts.Alert(alerts.EVACUATE, 1), alerts.token(ENDS, 0, 1)), hops_left=3
    ),
    packet.NOTICE: notices.pack_notice(
        notices.Notice(5, notices.ORDER_TO_ALL, b"go"), bytes(64), ALL, hops_left=3
    )[0],
}


def understood(data: bytes) -> object:
    """Return what a receiver with all of handset 7's keys gets out of a packet, or None."""
    kind = packet.packet_kind(data)
    if kind in packet.UPLINK:
        opened = sealing.open_link(data, LINK)
        header = opened.header
        return (kind, header.device, header.seq, opened.content, opened.end_to_end_tag)
    if kind in packet.DOWNLINK:
        return orders.open_order(data, LINK, END)
    if kind == packet.ACKNOWLEDGEMENT:
        return acks.unpack_acknowledgements(data, 7, LINK) or None
    if kind == packet.RECEIPT:
        return acks.unpack_receipts(data, 7, END) or None
    if kind == packet.BEACON:
        heard = beacon.unpack_beacon(data, ALL)
        return (heard.gateway, heard.number, heard.load_pct, heard.slots, heard.degraded)
    if kind == packet.ALERT:
        return alerts.AlertWatch(ANCHORS, bytes(32)).hear(data)
    board = notices.NoticeBoard(ALL)
    return board.hear(data) or board.held(5) or None


def got(data: bytes) -> object:
    try:
        return understood(data)
    except (MalformedError, NotAuthenticError):
        return None


def test_there_is_a_packet_of_every_kind() -> None:
    assert sorted(PACKETS) == list(range(1, len(packet.KIND_NAMES)))
    for kind, data in PACKETS.items():
        assert packet.packet_kind(data) == kind
        assert got(data) is not None, packet.KIND_NAMES[kind]


def test_every_single_flipped_bit_is_refused_or_was_a_hop_bit() -> None:
    for kind, data in PACKETS.items():
        true = got(data)
        for bit in range(8 * len(data)):
            i = bit // 8
            wrong = data[:i] + bytes([data[i] ^ 1 << bit % 8]) + data[i + 1 :]
            heard = got(wrong)
            assert heard == (true if bit < 2 else None), (packet.KIND_NAMES[kind], bit)


def test_every_truncation_and_every_added_byte_is_refused() -> None:
    for kind, data in PACKETS.items():
        for size in range(len(data)):
            assert got(data[:size]) is None, (packet.KIND_NAMES[kind], size)
        for extra in (1, 4, 100, 300):
            assert got(data + bytes(extra)) is None, (packet.KIND_NAMES[kind], extra)


def test_every_kind_byte_in_front_of_every_packet_is_refused() -> None:
    for kind, data in PACKETS.items():
        for first in range(256):
            if first & packet.IMMUTABLE_MASK != data[0] & packet.IMMUTABLE_MASK:
                assert got(bytes([first]) + data[1:]) is None, (packet.KIND_NAMES[kind], first)


def test_noise_of_any_length_is_refused() -> None:
    state = 11
    for size in range(300):
        noise = bytearray(size)
        for i in range(size):
            state = (state * 1103515245 + 12345) & 0x7FFFFFFF
            noise[i] = state >> 16 & 0xFF
        for kind in range(1, len(packet.KIND_NAMES)):
            if size:
                noise[0] = kind << 2
            assert got(bytes(noise)) is None, (packet.KIND_NAMES[kind], size)
