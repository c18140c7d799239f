"""Ed25519 signature verification (RFC 8032) in plain integers, in steps that may be interleaved.

Verifies only: no secret passes through here, so nothing needs constant time.  Strict: encodings
that are not canonical are refused.
"""

from .errors import NotAuthenticError
from .key_parts import SIGNATURE_BYTES
from .sha512 import hashing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator

    Point = tuple[int, int, int, int]

PUBLIC_KEY_BYTES = 32
# At most so many, and one per 128 bytes of message; none longer than eight additions of points or
# one block of SHA-512.
STEPS = 85

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
    key = yield from _decompressed(public_key)
    yield
    hashed = yield from hashing(signature[:32] + public_key + message)
    challenge = int.from_bytes(hashed, "little") % _ORDER
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
    compressed = yield from _compressed(point)
    if compressed != signature[:32]:
        raise NotAuthenticError("signature")


def _decompressed(data: bytes) -> "Generator[None, None, Point]":
    """RFC 8032 section 5.1.3."""
    sign = data[31] >> 7
    y = int.from_bytes(data, "little") & (1 << 255) - 1
    if y >= _P:
        raise NotAuthenticError("public key")
    above, below = (y * y - 1) % _P, (_D * y * y + 1) % _P
    power = yield from _power((above * below**7) % _P)
    x = above * below**3 * power % _P
    if below * x * x % _P != above:
        x = x * _SQRT_M1 % _P
    if below * x * x % _P != above or (x == 0 and sign):
        raise NotAuthenticError("public key")
    if x & 1 != sign:
        x = _P - x
    return (x, y, 1, x * y % _P)


def _compressed(point: "Point") -> "Generator[None, None, bytes]":
    z = point[2]
    power = yield from _power(z)
    inverse = power**8 * z**3 % _P  # 8 (2^252 - 3) + 3 = p - 2
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _power(z: int) -> "Generator[None, None, int]":
    """Return z^((p - 5) / 8) = z^(2^252 - 3), by few products; the names say the exponents."""
    z_9 = z**9 % _P
    z_11 = z_9 * z * z % _P
    ones_5 = z_9 * z_11 * z_11 % _P
    ones_10 = (yield from _squared(ones_5, 5)) * ones_5 % _P
    ones_20 = (yield from _squared(ones_10, 10)) * ones_10 % _P
    ones_40 = (yield from _squared(ones_20, 20)) * ones_20 % _P
    ones_50 = (yield from _squared(ones_40, 10)) * ones_10 % _P
    ones_100 = (yield from _squared(ones_50, 50)) * ones_50 % _P
    ones_200 = (yield from _squared(ones_100, 100)) * ones_100 % _P
    ones_250 = (yield from _squared(ones_200, 50)) * ones_50 % _P
    return (yield from _squared(ones_250, 2)) * z % _P


def _squared(value: int, times: int) -> "Generator[None, None, int]":
    """Return value^(2^times)."""
    for i in range(times):
        value = value * value % _P
        if i % 25 == 24:
            yield
    return value


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
