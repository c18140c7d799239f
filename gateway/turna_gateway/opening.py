"""Opens the link tags of one handset with its key made ready; does what `sealing.open_link` does.

Making the cipher costs more than opening a packet with it, and a gateway has few handsets and many
packets.
"""

from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESCCM

from turna_protocol.errors import MalformedError, NotAuthenticError
from turna_protocol.key_parts import cipher_part
from turna_protocol.packet import HEADER_BYTES, HOP_MASK, immutable
from turna_protocol.sealing import DIGEST_BYTES, END_TO_END_TAG_BYTES, LINK_TAG_BYTES

_NONCE_BYTES = 13


class LinkOpener:
    """Authenticates and decrypts packets under one link key."""

    def __init__(self, link_key: bytes) -> None:
        self._cipher = AESCCM(cipher_part(link_key), LINK_TAG_BYTES)

    def open(self, packet: bytes, kind: int) -> tuple[bytes, bytes, bytes, bytes]:
        """Return (immutable header, content, end-to-end tag, digest); the header was read."""
        body = HEADER_BYTES + END_TO_END_TAG_BYTES[kind]
        if len(packet) <= body + LINK_TAG_BYTES:
            raise MalformedError("packet without content")
        if packet[0] & HOP_MASK:
            packet = immutable(packet)
        header = packet[:HEADER_BYTES]
        nonce = packet[:body].ljust(_NONCE_BYTES, b"\0")
        try:
            content = self._cipher.decrypt(nonce, packet[body:], header)
        except InvalidTag:
            raise NotAuthenticError("link tag") from None
        return header, content, packet[HEADER_BYTES:body], sha256(packet).digest()[:DIGEST_BYTES]
