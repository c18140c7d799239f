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
    inner, outer = _pads(key)
    return sha256(outer + sha256(inner + data))


def _pads(key: bytes) -> tuple[bytes, bytes]:
    if len(key) > _SHA256_BLOCK_BYTES:
        key = sha256(key)
    padded = int.from_bytes(key + bytes(_SHA256_BLOCK_BYTES - len(key)), "big")
    return (
        (padded ^ _INNER_PAD).to_bytes(_SHA256_BLOCK_BYTES, "big"),
        (padded ^ _OUTER_PAD).to_bytes(_SHA256_BLOCK_BYTES, "big"),
    )


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


class HmacKey:
    """An HMAC-SHA256 key made ready: two hashes a message, and no long integers."""

    def __init__(self, key: bytes) -> None:
        self._inner, self._outer = _pads(key)

    def digest(self, head: bytes | bytearray, message: bytes) -> bytes:
        """Return HMAC-SHA256 of head and message, one after the other."""
        inner = _sha256(self._inner)
        inner.update(head)
        inner.update(message)
        outer = _sha256(self._outer)
        outer.update(inner.digest())
        return outer.digest()


class _AesInPlace:
    """An AES key of `cryptography`, with the calls of cryptolib."""

    def __init__(self, key: bytes, mode: int) -> None:
        chosen = modes.CBC(bytes(16)) if mode == _CBC else modes.ECB()  # noqa: S305 - for CCM
        self._encryptor = Cipher(algorithms.AES(key), chosen).encryptor()

    def encrypt(self, blocks: memoryview, out: memoryview) -> None:
        out[:] = self._encryptor.update(blocks)


class AesKey:
    """An AES key made ready to encrypt whole blocks where they lie."""

    def __init__(self, key: bytes) -> None:
        if _aes is None:
            self._ecb, self._cbc = _AesInPlace(key, _ECB), _AesInPlace(key, _CBC)
        else:
            self._ecb, self._cbc = _aes(key, _ECB), _aes(key, _CBC, bytes(16))
        self._last = bytearray(16)

    def ecb(self, blocks: memoryview) -> None:
        """Encrypt each block by itself."""
        self._ecb.encrypt(blocks, blocks)

    def cbc(self, blocks: memoryview) -> None:
        """Encrypt the blocks chained, starting from zero.

        cryptolib cannot set a chain back: its state, the last block it made, is taken out of the
        first block instead.
        """
        last = self._last
        for i in range(16):
            blocks[i] ^= last[i]
        self._cbc.encrypt(blocks, blocks)
        start = len(blocks) - 16
        for i in range(16):
            last[i] = blocks[start + i]
