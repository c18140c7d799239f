"""Every kind of packet as a stranger would send it: refused, never more than that."""

from collections.abc import Callable

from tests.fuzz._vectors import (
    ANCHORS,
    AUTHENTICATION_KEY,
    BROADCAST_KEY,
    DEVICE,
    LINK_KEY,
    PUBLIC_KEY,
    packets,
)
from turna_protocol import packet as wire
from turna_protocol.acknowledgement import unpack_acknowledgements, unpack_receipts
from turna_protocol.alerts import AlertWatch
from turna_protocol.beacon import unpack_beacon
from turna_protocol.errors import MalformedError, NotAuthenticError
from turna_protocol.notices import NoticeBoard
from turna_protocol.orders import open_order
from turna_protocol.sealing import open_link, packet_digest

SEEDS = packets()


def readers() -> list[Callable[[bytes], object]]:
    """Return all that handset or gateway might do with a packet, each with nothing known yet."""
    return [
        wire.packet_kind,
        wire.unpack_header,
        lambda packet: open_link(packet, LINK_KEY),
        lambda packet: open_order(packet, LINK_KEY, AUTHENTICATION_KEY),
        lambda packet: unpack_acknowledgements(packet, DEVICE, LINK_KEY),
        lambda packet: unpack_receipts(packet, DEVICE, AUTHENTICATION_KEY),
        lambda packet: unpack_beacon(packet, BROADCAST_KEY),
        AlertWatch(ANCHORS, PUBLIC_KEY).hear,
        NoticeBoard(BROADCAST_KEY).hear,
    ]


def fuzz(data: bytes) -> None:
    for read in readers():
        try:
            read(data)
        except (MalformedError, NotAuthenticError):
            continue
    if data:
        packet_digest(data)
        relayed = wire.relayed(data)
        assert relayed is None or packet_digest(relayed) == packet_digest(data)
