"""AES-CCM (NIST SP 800-38C, RFC 3610) from one CBC and one ECB call.

The MAC is the last block of one CBC encryption; the key stream is one ECB encryption of all counter
blocks; the rest is an integer XOR.  On CPython `cryptography` does the same faster.
"""

from .ciphers import aes_cbc, aes_ecb, equal
from .errors import MisuseError, NotAuthenticError

try:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESCCM
except ImportError:  # MicroPython
    AESCCM = None  # type: ignore[assignment,misc]

_BLOCK = 16
_ASSOCIATED_BYTES_MAX = 0xFEFF  # the two-byte length encoding of SP 800-38C A.2.2; we use far less


def seal(key: bytes, nonce: bytes, plaintext: bytes, associated: bytes, tag_bytes: int) -> bytes:
    """Return ciphertext and tag."""
    if AESCCM is not None:
        return AESCCM(key, tag_bytes).encrypt(nonce, plaintext, associated)
    return seal_by_blocks(key, nonce, plaintext, associated, tag_bytes)


def open_sealed(
    key: bytes, nonce: bytes, sealed: bytes, associated: bytes, tag_bytes: int
) -> bytes:
    """Return the plaintext, or raise NotAuthenticError."""
    if AESCCM is None:
        return open_by_blocks(key, nonce, sealed, associated, tag_bytes)
    try:
        return AESCCM(key, tag_bytes).decrypt(nonce, sealed, associated)
    except InvalidTag:
        raise NotAuthenticError("link tag") from None


def seal_by_blocks(
    key: bytes, nonce: bytes, plaintext: bytes, associated: bytes, tag_bytes: int
) -> bytes:
    """Do what `seal` does with nothing but AES blocks, on any interpreter."""
    _check(nonce, len(plaintext), associated, tag_bytes)
    stream = _key_stream(key, nonce, len(plaintext))
    tag = _mac(key, nonce, plaintext, associated, tag_bytes)
    return _xor(plaintext, stream[_BLOCK:]) + _xor(tag, stream)


def open_by_blocks(
    key: bytes, nonce: bytes, sealed: bytes, associated: bytes, tag_bytes: int
) -> bytes:
    """Do what `open_sealed` does with nothing but AES blocks, on any interpreter."""
    length = len(sealed) - tag_bytes
    if length < 0:
        raise NotAuthenticError("link tag")
    _check(nonce, length, associated, tag_bytes)
    stream = _key_stream(key, nonce, length)
    plaintext = _xor(sealed[:length], stream[_BLOCK:])
    tag = _xor(_mac(key, nonce, plaintext, associated, tag_bytes), stream)
    if not equal(tag, sealed[length:]):
        raise NotAuthenticError("link tag")
    return plaintext


def _check(nonce: bytes, length: int, associated: bytes, tag_bytes: int) -> None:
    """Refuse what SP 800-38C A.1 does not know."""
    if not 7 <= len(nonce) <= 13 or length >> 8 * (15 - len(nonce)):
        raise MisuseError("nonce")
    if tag_bytes not in (4, 6, 8, 10, 12, 14, 16) or len(associated) > _ASSOCIATED_BYTES_MAX:
        raise MisuseError("tag or associated data")


def _mac(key: bytes, nonce: bytes, plaintext: bytes, associated: bytes, tag_bytes: int) -> bytes:
    length_bytes = 15 - len(nonce)
    flags = (0x40 if associated else 0) | (tag_bytes - 2) // 2 << 3 | length_bytes - 1
    blocks = bytes([flags]) + nonce + len(plaintext).to_bytes(length_bytes, "big")
    if associated:
        blocks += _padded(len(associated).to_bytes(2, "big") + associated)
    return aes_cbc(key, blocks + _padded(plaintext))[-_BLOCK:][:tag_bytes]


def _key_stream(key: bytes, nonce: bytes, length: int) -> bytes:
    """Return the block that hides the tag, then enough blocks to hide `length` bytes."""
    length_bytes = 15 - len(nonce)
    prefix = bytes([length_bytes - 1]) + nonce
    counters = b"".join(
        [prefix + i.to_bytes(length_bytes, "big") for i in range(1 + (length + 15) // _BLOCK)]
    )
    return aes_ecb(key, counters)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % _BLOCK)


def _xor(data: bytes, stream: bytes) -> bytes:
    size = len(data)
    mixed = int.from_bytes(data, "big") ^ int.from_bytes(stream[:size], "big")
    return mixed.to_bytes(size, "big")
