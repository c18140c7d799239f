"""What the Secretariat gave, as the packets that go on the air; nothing here can make an order."""

from turna_backbone import down
from turna_backbone.down import Down
from turna_gateway.keyring import Handset
from turna_protocol.errors import MisuseError
from turna_protocol.notices import Notice, pack_notice
from turna_protocol.orders import SealedOrder, wrap_order
from turna_protocol.packet import ALERT, SEQUENCE_MAX, packet_kind


def packets_of(one: Down, handset: Handset | None, broadcast_key: bytes) -> list[bytes]:
    """Return the packets in the order of their parts; MisuseError for what makes none.

    `handset` is whom an order is for.
    """
    if one.what == down.ALERT:
        (part,) = one.parts
        if packet_kind(part.content) != ALERT:
            raise MisuseError("no alert")
        return [part.content]
    if one.what == down.NOTICE:
        (part,) = one.parts
        notice = Notice(one.number, part.content[0], part.content[1:])
        return pack_notice(notice, part.tag, broadcast_key)
    assert handset is not None
    return _order_packets(one, handset)


def _order_packets(one: Down, handset: Handset) -> list[bytes]:
    if one.number + len(one.parts) - 1 > SEQUENCE_MAX:
        raise MisuseError("number")
    return [
        wrap_order(
            SealedOrder(one.device, number, part.content, part.tag, one.wire_kind),
            handset.link_key,
        )
        for number, part in enumerate(one.parts, one.number)
    ]
