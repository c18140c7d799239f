"""Makes what gateways are given: orders under a handset's key, notices and alerts for all.

The Secretariat's own keys never leave it: a gateway can wrap what is made here and nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from turna_backbone import down
from turna_backbone.down import Down, Part
from turna_protocol import alerts, fragments, keys, long_text, notices, packet
from turna_protocol.alerts import Alert
from turna_protocol.downlink import alert_name
from turna_protocol.frame import Frame
from turna_protocol.notices import Notice
from turna_protocol.orders import seal_order
from turna_protocol.reports import encode_report
from turna_protocol.revocation import RevocationList, pack_revocations
from turna_secretariat.down_words import Saying


@dataclass(frozen=True, slots=True)
class Contents:
    """What one handset's order is made of: one part, or those of a long text."""

    wire_kind: int
    parts: tuple[bytes, ...]


def contents_of(saying: Saying, frame: Frame) -> Contents:
    """Return what is said, ready to be sealed for each handset."""
    if saying.long is not None:
        parts = fragments.split(long_text.pack_long_text(saying.long))
        return Contents(packet.ORDER_FRAGMENT, tuple(parts))
    assert saying.report is not None
    return Contents(packet.ORDER, (encode_report(saying.report, frame),))


def order(
    down_id: bytes,
    saying: Saying,
    contents: Contents,
    *,
    device: int,
    generation: int,
    number: int,
    key: bytes,
    not_after_s: int,
) -> Down:
    """Return the order for one handset; its numbers must be committed before it is sent."""
    parts = [
        seal_order(
            content,
            device=device,
            number=number + index,
            authentication_key=key,
            kind=contents.wire_kind,
        )
        for index, content in enumerate(contents.parts)
    ]
    return Down(
        id=down_id,
        what=down.ORDER,
        priority=saying.priority,
        not_after_s=not_after_s,
        device=device,
        generation=generation,
        number=number,
        wire_kind=contents.wire_kind,
        parts=tuple(Part(part.content, part.tag) for part in parts),
    )


@dataclass(frozen=True, slots=True)
class Authority:
    """Signs and makes tokens, from the authentication branch."""

    branch: bytes = field(repr=False)

    def notice(self, down_id: bytes, said: Notice, priority: int, not_after_s: int) -> Down:
        signature = self._sign(notices.signed_message(said))
        return Down(
            id=down_id,
            what=down.NOTICE,
            priority=priority,
            not_after_s=not_after_s,
            number=said.number,
            parts=(Part(bytes([said.subject]) + said.body, signature),),
        )

    def revocations(self, down_id: bytes, number: int, revoked: RevocationList) -> Down:
        said = Notice(number, notices.REVOCATIONS, pack_revocations(revoked))
        return self.notice(down_id, said, priority=0, not_after_s=0)

    def alert(self, down_id: bytes, said: Alert, not_after_s: int) -> Down:
        token = alerts.token(self.branch, said.code, said.number, said.mode)
        body = alerts.alert_body(said, token)
        is_all_clear = said.code == alerts.RESUME
        signature = self._sign(alerts.signed_message(body)) if is_all_clear else b""
        return Down(
            id=down_id,
            what=down.ALERT,
            priority=down.PRIORITIES - 1,
            not_after_s=not_after_s,
            number=alert_name(said.mode, said.code, said.number),
            parts=(Part(alerts.pack_alert(body, signature)),),
        )

    def _sign(self, message: bytes) -> bytes:
        seed = keys.signing_seed(self.branch)
        return Ed25519PrivateKey.from_private_bytes(seed).sign(message)


def packet_lengths(saying: Saying, contents: Sequence[bytes]) -> list[int]:
    """Return how long the packets are that say it once, to one handset or to all."""
    if saying.alert is not None:
        signature = 68 if saying.alert == alerts.RESUME else 0
        return [4 + alerts.TOKEN_BYTES + signature]
    if saying.for_all_at_once:
        whole = bytes(1 + len(contents[0]) + 64)
        parts = fragments.split(whole, notices.PART_BYTES)
        return [3 + len(part) + notices.TAG_BYTES for part in parts]
    overhead = packet.HEADER_BYTES + 8 + 4
    return [overhead + len(content) for content in contents]
