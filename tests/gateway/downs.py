"""What a Secretariat would give a gateway to say, and what a handset would answer."""

from collections.abc import Sequence
from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.gateway.field import EPOCH_S, FRAME, MASTER, NAME, Field, Handset
from turna_backbone import down, topics
from turna_backbone.down import Down, DownState, Part
from turna_protocol import alerts, fragments, keys, long_text, notices, orders, packet
from turna_protocol.codes import EXERCISE
from turna_protocol.downlink import alert_name
from turna_protocol.mission import mission_from_json, mission_to_json
from turna_protocol.notices import Notice, NoticeBoard
from turna_protocol.orders import Holding
from turna_protocol.reports import Report, encode_report
from turna_protocol.reports.task import Task
from turna_protocol.revocation import RevocationList, pack_revocations
from turna_protocol.sealing import seal_report

ENDS = keys.authentication_branch(MASTER)
SIGNING = Ed25519PrivateKey.from_private_bytes(keys.signing_seed(ENDS))
DOWN_TOPIC = topics.down("tr", NAME)
STATE_TOPIC = topics.down_state("tr", NAME)
LATER_S = EPOCH_S + 36_000
TASK = Task(mode=EXERCISE, number=17, task=4)


def down_id(number: int) -> bytes:
    return number.to_bytes(down.ID_BYTES, "big")


def order(
    handset: Handset,
    number: int,
    report: Report = TASK,
    *,
    priority: int = 1,
    not_after_s: int = LATER_S,
) -> Down:
    """Return an order; its id is made of handset and number."""
    one = sealed(handset, number, [encode_report(report, FRAME)], packet.ORDER, priority)
    return replace(one, not_after_s=not_after_s)


def sealed(
    handset: Handset, number: int, contents: Sequence[bytes], kind: int, priority: int = 1
) -> Down:
    parts = [
        orders.seal_order(
            content,
            device=handset.device,
            number=number + index,
            authentication_key=handset.authentication_key,
            kind=kind,
        )
        for index, content in enumerate(contents)
    ]
    return Down(
        id=down_id(handset.device << 20 | number),
        what=down.ORDER,
        priority=priority,
        not_after_s=LATER_S,
        device=handset.device,
        generation=1,
        number=number,
        wire_kind=kind,
        parts=tuple(Part(part.content, part.tag) for part in parts),
    )


def long_order(handset: Handset, number: int, text: str) -> Down:
    whole = long_text.pack_long_text(long_text.LongText(EXERCISE, EPOCH_S, text))
    return sealed(handset, number, fragments.split(whole), packet.ORDER_FRAGMENT)


def notice(number: int, report: Report) -> Down:
    return _notice(Notice(number, notices.ORDER_TO_ALL, encode_report(report, FRAME)))


def revocations(version: int, entries: dict[int, int], key: Ed25519PrivateKey = SIGNING) -> Down:
    body = pack_revocations(RevocationList(version, entries))
    return _notice(Notice(version, notices.REVOCATIONS, body), key)


def _notice(said: Notice, key: Ed25519PrivateKey = SIGNING) -> Down:
    content = bytes([said.subject]) + said.body
    signature = key.sign(notices.signed_message(said))
    return Down(
        id=down_id(1 << 40 | said.subject << 32 | said.number),
        what=down.NOTICE,
        not_after_s=LATER_S,
        number=said.number,
        parts=(Part(content, signature),),
    )


def alert(code: int, number: int) -> Down:
    token = alerts.token(ENDS, code, number, EXERCISE)
    body = alerts.alert_body(alerts.Alert(code, number, mode=EXERCISE), token)
    name = alert_name(EXERCISE, code, number)
    return Down(
        id=down_id(2 << 40 | name),
        what=down.ALERT,
        priority=3,
        not_after_s=LATER_S,
        number=name,
        parts=(Part(alerts.pack_alert(body)),),
    )


def signed(field: Field) -> Field:
    """Give the gateway's mission kit the Secretariat's public key."""
    public = SIGNING.public_key().public_bytes_raw().hex()
    field.mission = mission_from_json(mission_to_json(field.mission) | {"public_key": public})
    field.restart()
    return field


def give(field: Field, *downs: Down) -> None:
    for one in downs:
        field.message(DOWN_TOPIC, one.pack())


def holding(
    handset: Handset, seq: int, number: int, bitmap: int = 0, stream: int = orders.ORDERS
) -> bytes:
    """Return the packet by which a handset says what it holds."""
    return seal_report(
        orders.pack_holding(Holding(stream, number, bitmap)),
        device=handset.device,
        seq=seq,
        link_key=handset.link_key,
        authentication_key=handset.authentication_key,
        kind=packet.HOLDING,
    )


def orders_heard(field: Field, handset: Handset) -> list[int]:
    """Return the numbers of the orders and parts that this handset could open, in order."""
    return [
        orders.open_order(said, handset.link_key, handset.authentication_key).number
        for said in field.radio.said
        if packet.packet_kind(said) in packet.DOWNLINK
        and packet.unpack_header(said).device == handset.device
    ]


def alerts_heard(field: Field) -> list[bytes]:
    return [said for said in field.radio.said if packet.packet_kind(said) == packet.ALERT]


def notices_heard(field: Field) -> list[Notice]:
    board = NoticeBoard(keys.broadcast_key(keys.link_branch(MASTER)))
    whole = [
        heard
        for said in field.radio.said
        if packet.packet_kind(said) == packet.NOTICE and (heard := board.hear(said))
    ]
    public = SIGNING.public_key().public_bytes_raw()
    return [notices.verify_notice(number, data, public) for number, data in whole]


def states(field: Field) -> list[str]:
    """Return every state that the gateway told the Secretariat, in order."""
    return [down.STATE_NAMES[state.state] for state in told(field)]


def told(field: Field) -> list[DownState]:
    return [
        DownState.unpack(payload)
        for topic, payload in field.uplink.published
        if topic == STATE_TOPIC
    ]
