"""Ed25519 signature verification (RFC 8032) in plain integers, in steps that may be interleaved.

Verifies only: no secret passes through here, so nothing needs constant time.  Strict: encodings
that are not canonical are refused.
"""

from .errors import NotAuthenticError
from .sha512 import sha512

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator

    Point = tuple[int, int, int, int]

PUBLIC_KEY_BYTES = 32
SIGNATURE_BYTES = 64
STEPS = 64  # at most so many, each of four doublings and at most four additions

_P = (1 << 255) - 19
_ORDER = (1 << 252) + 27742317777372353535851937790883648493
_D = 37095705934669439343138083508754565189542113879843219016388785533085940283555
_D2 = 2 * _D % _P
_SQRT_M1 = 19681161376707505956807079304988542015446066515923890162744021073123829784752
_BASE_X = 15112221349535400772501151409588531511454012693041857206046113283949847762202
_BASE_Y = 46316835694926478169428394003475163141307993866256225615783033603165251855960


def verify(public_key: bytes, message: bytes, signature: bytes) -> None:
    """Raise NotAuthenticError unless the key's owner signed the message."""
    for _ in verifying(public_key, message, signature):
        pass


def verifying(public_key: bytes, message: bytes, signature: bytes) -> "Generator[None, None, None]":
    """Do what `verify` does, and yield between steps so that a radio need not wait."""
    if len(public_key) != PUBLIC_KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        raise NotAuthenticError("signature length")
    scalar = int.from_bytes(signature[32:], "little")
    if scalar >= _ORDER:
        raise NotAuthenticError("signature scalar")
    key = _decompressed(public_key)
    challenge = int.from_bytes(sha512(signature[:32] + public_key + message), "little") % _ORDER
    yield
    # scalar * base - challenge * key, both at once; R must be exactly that point.
    negative_key = (_P - key[0], key[1], 1, _P - key[3])
    base = (_BASE_X, _BASE_Y, 1, _BASE_X * _BASE_Y % _P)
    sums = (None, base, negative_key, _added(base, negative_key))
    point: Point = (0, 1, 1, 0)
    for bit in range(252, -1, -1):
        point = _doubled(point)
        addend = sums[scalar >> bit & 1 | (challenge >> bit & 1) << 1]
        if addend is not None:
            point = _added(point, addend)
        if bit % 4 == 0:
            yield
    if _compressed(point) != signature[:32]:
        raise NotAuthenticError("signature")


def _decompressed(data: bytes) -> "Point":
    """RFC 8032 section 5.1.3."""
    sign = data[31] >> 7
    y = int.from_bytes(data, "little") & (1 << 255) - 1
    if y >= _P:
        raise NotAuthenticError("public key")
    above, below = (y * y - 1) % _P, (_D * y * y + 1) % _P
    x = above * below**3 * pow(above * below**7 % _P, (_P - 5) // 8, _P) % _P
    if below * x * x % _P != above:
        x = x * _SQRT_M1 % _P
    if below * x * x % _P != above or (x == 0 and sign):
        raise NotAuthenticError("public key")
    if x & 1 != sign:
        x = _P - x
    return (x, y, 1, x * y % _P)


def _compressed(point: "Point") -> bytes:
    inverse = pow(point[2], _P - 2, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _added(one: "Point", other: "Point") -> "Point":
    """RFC 8032 section 5.1.4."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = one[3] * _D2 * other[3] % _P
    d = one[2] * 2 * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _doubled(point: "Point") -> "Point":
    """RFC 8032 section 5.1.4."""
    x, y, z, _ = point
    a, b = x * x % _P, y * y % _P
    h = a + b
    e = h - (x + y) * (x + y)
    g = a - b
    f = 2 * z * z + g
    e, f = e % _P, f % _P
    return (e * f % _P, g * h % _P, f * g % _P, e * h % _P)
