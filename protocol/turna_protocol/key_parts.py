"""Halves of a link key, lengths: all that a board needs of `keys`, for its keys come derived."""

from .errors import MisuseError

KEY_BYTES = 32
AES_KEY_BYTES = 16
SIGNATURE_BYTES = 64  # Ed25519, RFC 8032 section 5.1.6


def cipher_part(link_key: bytes) -> bytes:
    """Return the half of a link key that goes into AES-CCM and nowhere else."""
    return checked(link_key)[:AES_KEY_BYTES]


def mac_part(link_key: bytes) -> bytes:
    """Return the half of a link key that goes into HMAC and nowhere else."""
    return checked(link_key)[AES_KEY_BYTES:]


def checked(key: bytes) -> bytes:
    """Return a key of the right length, or raise MisuseError."""
    if len(key) != KEY_BYTES:
        raise MisuseError("key length")
    return key
