"""SHA-512 (FIPS 180-4) in plain integers: boards have none and need it to verify Ed25519."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator

_BLOCK = 128
_MASK = 0xFFFFFFFFFFFFFFFF

_INITIAL = (
    0x6A09E667F3BCC908,
    0xBB67AE8584CAA73B,
    0x3C6EF372FE94F82B,
    0xA54FF53A5F1D36F1,
    0x510E527FADE682D1,
    0x9B05688C2B3E6C1F,
    0x1F83D9ABFB41BD6B,
    0x5BE0CD19137E2179,
)

# FIPS 180-4 section 4.2.3: fractional parts of the cube roots of the first eighty primes.
_CONSTANTS = b"".join(
    [
        bytes.fromhex(line)
        for line in (
            "428a2f98d728ae227137449123ef65cdb5c0fbcfec4d3b2fe9b5dba58189dbbc3956c25bf348b538",
            "59f111f1b605d019923f82a4af194f9bab1c5ed5da6d8118d807aa98a303024212835b0145706fbe",
            "243185be4ee4b28c550c7dc3d5ffb4e272be5d74f27b896f80deb1fe3b1696b19bdc06a725c71235",
            "c19bf174cf692694e49b69c19ef14ad2efbe4786384f25e30fc19dc68b8cd5b5240ca1cc77ac9c65",
            "2de92c6f592b02754a7484aa6ea6e4835cb0a9dcbd41fbd476f988da831153b5983e5152ee66dfab",
            "a831c66d2db43210b00327c898fb213fbf597fc7beef0ee4c6e00bf33da88fc2d5a79147930aa725",
            "06ca6351e003826f142929670a0e6e7027b70a8546d22ffc2e1b21385c26c9264d2c6dfc5ac42aed",
            "53380d139d95b3df650a73548baf63de766a0abb3c77b2a881c2c92e47edaee692722c851482353b",
            "a2bfe8a14cf10364a81a664bbc423001c24b8b70d0f89791c76c51a30654be30d192e819d6ef5218",
            "d69906245565a910f40e35855771202a106aa07032bbd1b819a4c116b8d2d0c81e376c085141ab53",
            "2748774cdf8eeb9934b0bcb5e19b48a8391c0cb3c5c95a634ed8aa4ae3418acb5b9cca4f7763e373",
            "682e6ff3d6b2b8a3748f82ee5defb2fc78a5636f43172f6084c87814a1f0ab728cc702081a6439ec",
            "90befffa23631e28a4506cebde82bde9bef9a3f7b2c67915c67178f2e372532bca273eceea26619c",
            "d186b8c721c0c207eada7dd6cde0eb1ef57d4f7fee6ed17806f067aa72176fba0a637dc5a2c898a6",
            "113f9804bef90dae1b710b35131c471b28db77f523047d8432caab7b40c724933c9ebe0a15c9bebc",
            "431d67c49c100d4c4cc5d4becb3e42b6597f299cfc657e2a5fcb6fab3ad6faec6c44198c4a475817",
        )
    ]
)


def sha512(data: bytes) -> bytes:
    """Return the digest."""
    steps = hashing(data)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            digest: bytes = done.value
            return digest


def hashing(data: bytes) -> "Generator[None, None, bytes]":
    """Do what `sha512` does, and yield after each block; its value is the digest."""
    padded = data + b"\x80" + bytes(-(len(data) + 17) % _BLOCK)
    padded += (8 * len(data)).to_bytes(16, "big")
    state: list[int] = list(_INITIAL)
    for start in range(0, len(padded), _BLOCK):
        _compress(state, padded[start : start + _BLOCK])
        yield
    return b"".join([word.to_bytes(8, "big") for word in state])


def _compress(state: list[int], block: bytes) -> None:
    words = [int.from_bytes(block[i : i + 8], "big") for i in range(0, _BLOCK, 8)]
    a, b, c, d, e, f, g, h = state
    for i in range(80):
        if i >= 16:
            x, y = words[(i - 15) & 15], words[(i - 2) & 15]
            x = (x >> 1 | x << 63) ^ (x >> 8 | x << 56) ^ x >> 7
            y = (y >> 19 | y << 45) ^ (y >> 61 | y << 3) ^ y >> 6
            words[i & 15] = (
                words[i & 15] + (x & _MASK) + words[(i - 7) & 15] + (y & _MASK)
            ) & _MASK
        constant = int.from_bytes(_CONSTANTS[8 * i : 8 * i + 8], "big")
        wide = e << 64 | e  # one doubled word: rotations are shifts of it
        mixed = (wide >> 14 ^ wide >> 18 ^ wide >> 41) & _MASK
        one = h + mixed + (e & f ^ ~e & _MASK & g) + constant + words[i & 15]
        wide = a << 64 | a
        mixed = (wide >> 28 ^ wide >> 34 ^ wide >> 39) & _MASK
        two = mixed + (a & b ^ a & c ^ b & c)
        a, b, c, d, e, f, g, h = (one + two) & _MASK, a, b, c, (d + one) & _MASK, e, f, g
    for i, word in enumerate((a, b, c, d, e, f, g, h)):
        state[i] = (state[i] + word) & _MASK
