"""AES and SHA-256 of the interpreter, behind the same few functions on both.

MicroPython's cryptolib has ECB and CBC only and hashlib has no hmac; nothing more is asked of them.
"""

from hashlib import sha256 as _sha256

try:
    from cryptolib import aes as _aes  # type: ignore[import-not-found,unused-ignore]
except ImportError:
    _aes = None

if _aes is None:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_SHA256_BLOCK_BYTES = 64
_INNER_PAD = int.from_bytes(b"\x36" * _SHA256_BLOCK_BYTES, "big")  # RFC 2104 section 2
_OUTER_PAD = int.from_bytes(b"\x5c" * _SHA256_BLOCK_BYTES, "big")

_ECB = 1  # cryptolib's mode numbers
_CBC = 2


def sha256(data: bytes) -> bytes:
    return _sha256(data).digest()


def hmac_sha256(key: bytes, data: bytes) -> bytes:
    """Return HMAC-SHA256 (RFC 2104) of `data`."""
    if len(key) > _SHA256_BLOCK_BYTES:
        key = sha256(key)
    padded = int.from_bytes(key + bytes(_SHA256_BLOCK_BYTES - len(key)), "big")
    inner = sha256((padded ^ _INNER_PAD).to_bytes(_SHA256_BLOCK_BYTES, "big") + data)
    return sha256((padded ^ _OUTER_PAD).to_bytes(_SHA256_BLOCK_BYTES, "big") + inner)


def equal(one: bytes, other: bytes) -> bool:
    """Compare two tags in a time that does not depend on where they differ."""
    if len(one) != len(other):
        return False
    difference = 0
    for left, right in zip(one, other):
        difference |= left ^ right
    return difference == 0


def aes_ecb(key: bytes, blocks: bytes) -> bytes:
    """Encrypt whole blocks, each by itself."""
    if _aes is not None:
        return bytes(_aes(key, _ECB).encrypt(blocks))
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305 - CCM's own use
    return encryptor.update(blocks) + encryptor.finalize()


def aes_cbc(key: bytes, blocks: bytes) -> bytes:
    """Encrypt whole blocks, each chained to the one before, starting from zero."""
    if _aes is not None:
        return bytes(_aes(key, _CBC, bytes(16)).encrypt(blocks))
    encryptor = Cipher(algorithms.AES(key), modes.CBC(bytes(16))).encryptor()
    return encryptor.update(blocks) + encryptor.finalize()
