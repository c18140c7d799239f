"""Sealed packets between one handset and the Secretariat, which gateways can read but not forge.

Two tags, nested.  Inside, HMAC-SHA256 under the authentication key proves the content to the far
end.  Outside, AES-128-CCM under the link key proves the packet to gateways and hides the content.
The end-to-end tag travels in clear as part of the nonce: it costs no byte more than inside the
ciphertext, any change to it breaks the link tag, and a number used twice by accident (flash rolled
back) still meets a fresh nonce.
"""

from . import ccm, sealed_sizes
from .ciphers import equal, hmac_sha256, sha256
from .errors import MalformedError, MisuseError
from .key_parts import cipher_part
from .packet import (
    HEADER_BYTES,
    IMMUTABLE_MASK,
    PACKET_BYTES_MAX,
    REPORT,
    UPLINK,
    Header,
    immutable,
    pack_header,
    unpack_header,
)
from .record import Record

LINK_TAG_BYTES = sealed_sizes.LINK_TAG_BYTES
END_TO_END_TAG_BYTES = sealed_sizes.END_TO_END_TAG_BYTES
DIGEST_BYTES = 8
REPORT_OVERHEAD_BYTES = sealed_sizes.REPORT_OVERHEAD_BYTES
REPORT_CONTENT_BYTES_MAX = sealed_sizes.REPORT_CONTENT_BYTES_MAX

_NONCE_BYTES = 13
END_TO_END_DOMAIN = sealed_sizes.END_TO_END_DOMAIN


class Opened(Record):
    """A packet whose link tag verified; the end-to-end tag is still to be judged."""

    FIELDS = ("header", "content", "end_to_end_tag")

    def __init__(self, header: Header, content: bytes, end_to_end_tag: bytes) -> None:
        self.header = header
        self.content = content
        self.end_to_end_tag = end_to_end_tag


def seal_report(
    content: bytes,
    *,
    device: int,
    seq: int,
    link_key: bytes,
    authentication_key: bytes,
    hops_left: int = 0,
    kind: int = REPORT,
) -> bytes:
    """Return the whole packet.  Seal each number once; a retry sends the same bytes."""
    if kind not in UPLINK:
        raise MisuseError("kind")
    tag = end_to_end_tag(kind, device, seq, content, authentication_key)
    return seal_link(Header(kind, hops_left, device, seq), content, tag, link_key)


def end_to_end_tag(
    kind: int, device: int, seq: int, content: bytes, authentication_key: bytes
) -> bytes:
    """Return what proves the content to the far end, as long as the kind demands."""
    size = END_TO_END_TAG_BYTES[kind]
    return hmac_sha256(
        authentication_key, END_TO_END_DOMAIN + pack_header(Header(kind, 0, device, seq)) + content
    )[:size]


def verify_end_to_end(
    device: int, seq: int, content: bytes, tag: bytes, authentication_key: bytes, kind: int = REPORT
) -> bool:
    """Say whether the holder of the authentication key made this content under this number."""
    return equal(tag, end_to_end_tag(kind, device, seq, content, authentication_key))


def seal_link(header: Header, content: bytes, tag: bytes, link_key: bytes) -> bytes:
    """Return the packet of a content that already has its end-to-end tag (orders: gateways)."""
    if len(tag) != END_TO_END_TAG_BYTES[header.kind]:
        raise MisuseError("tag length")
    if not content:
        raise MisuseError("content")
    packed = pack_header(header)
    associated = immutable(packed)
    sealed = ccm.seal(
        cipher_part(link_key), _nonce(associated, tag), content, associated, LINK_TAG_BYTES
    )
    packet = packed + tag + sealed
    if len(packet) > PACKET_BYTES_MAX:
        raise MisuseError("content length")
    return packet


def open_link(packet: bytes, link_key: bytes) -> Opened:
    """Return the content; raise MalformedError for no packet, NotAuthenticError for a bad tag."""
    header = unpack_header(packet)
    body = HEADER_BYTES + END_TO_END_TAG_BYTES[header.kind]
    if len(packet) <= body + LINK_TAG_BYTES:
        raise MalformedError("packet without content")
    tag = packet[HEADER_BYTES:body]
    associated = immutable(packet[:HEADER_BYTES])
    content = ccm.open_sealed(
        cipher_part(link_key), _nonce(associated, tag), packet[body:], associated, LINK_TAG_BYTES
    )
    return Opened(header, content, tag)


def packet_digest(packet: bytes) -> bytes:
    """Return what tells two packets of one number apart, whichever way they travelled."""
    return sha256(bytes([packet[0] & IMMUTABLE_MASK]) + packet[1:])[:DIGEST_BYTES]


def _nonce(associated: bytes, tag: bytes) -> bytes:
    nonce = associated + tag
    return nonce + bytes(_NONCE_BYTES - len(nonce))
