"""Keys of a deployment, derived by HKDF-SHA256 (RFC 5869) from one master secret.

The master stays on the provisioning host.  Gateways get the link branch, the Secretariat the
authentication branch, a handset its two leaves.  Neither branch tells anything about the other.
"""

from .ciphers import hmac_sha256
from .errors import MisuseError
from .key_parts import KEY_BYTES, checked
from .packet import DEVICE_MAX

GENERATION_MAX = 0xFFFF
HARDWARE_ID_BYTES_MAX = 16

_SALT = b"turna wire 0"
_HASH_BYTES = 32


def hkdf_extract(salt: bytes, secret: bytes) -> bytes:
    """RFC 5869 section 2.2."""
    return hmac_sha256(salt if salt else bytes(_HASH_BYTES), secret)


def hkdf_expand(pseudorandom_key: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869 section 2.3."""
    if not 0 < length <= 255 * _HASH_BYTES:
        raise MisuseError("length")
    block = output = b""
    counter = 0
    while len(output) < length:
        counter += 1
        block = hmac_sha256(pseudorandom_key, block + info + bytes([counter]))
        output += block
    return output[:length]


def link_branch(master: bytes) -> bytes:
    """Return what a gateway is given: it yields every link key, and no authentication key."""
    return _branch(master, b"link branch")


def authentication_branch(master: bytes) -> bytes:
    """Return what the Secretariat is given: it yields every authentication key, and no link key."""
    return _branch(master, b"authentication branch")


def link_key(branch: bytes, hardware_id: bytes, device: int, generation: int) -> bytes:
    """Return the key that one handset shares with the gateways."""
    return _leaf(branch, b"link leaf", hardware_id, device, generation)


def authentication_key(branch: bytes, hardware_id: bytes, device: int, generation: int) -> bytes:
    """Return the key that one handset shares with the Secretariat alone."""
    return _leaf(branch, b"authentication leaf", hardware_id, device, generation)


def broadcast_key(branch: bytes) -> bytes:
    """Return the key of beacons: gateways and handsets hold it, so it proves only membership."""
    return hkdf_expand(branch, b"broadcast", KEY_BYTES)


def signing_seed(branch: bytes) -> bytes:
    """Return the Ed25519 seed with which the Secretariat, from its own branch, signs to all."""
    return hkdf_expand(checked(branch), b"signing seed", KEY_BYTES)


def _branch(master: bytes, label: bytes) -> bytes:
    return hkdf_expand(hkdf_extract(_SALT, checked(master)), label, KEY_BYTES)


def _leaf(branch: bytes, label: bytes, hardware_id: bytes, device: int, generation: int) -> bytes:
    if not 0 < len(hardware_id) <= HARDWARE_ID_BYTES_MAX:
        raise MisuseError("hardware_id")
    if not 1 <= device <= DEVICE_MAX:
        raise MisuseError("device")
    if not 0 <= generation <= GENERATION_MAX:
        raise MisuseError("generation")
    # Every field has a fixed place or its length in front: no two leaves share an info string.
    info = label + bytes([len(hardware_id)]) + hardware_id
    info += device.to_bytes(2, "big") + generation.to_bytes(2, "big")
    return hkdf_expand(checked(branch), info, KEY_BYTES)
