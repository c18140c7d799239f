"""Makes nonsense out of sense: bytes of known inputs flipped, cut, repeated, spliced.

For machines without a release of the coverage-guided fuzzer, and for a run that is the same every
time: the same seed gives the same inputs.
"""

import random
from collections.abc import Iterator, Sequence

# Lengths, signs and radices go wrong at these.
EDGES = (0x00, 0x01, 0x0F, 0x10, 0x17, 0x18, 0x1B, 0x1F, 0x7F, 0x80, 0x9F, 0xBF, 0xFE, 0xFF)
CHANGES_MAX = 4
BYTES_MAX = 4_096


def mutations(inputs: Sequence[bytes], seed: int) -> Iterator[bytes]:
    """Yield every input, every truncation of it, every flipped bit, then mixtures without end."""
    for known in inputs:
        yield known
        for end in range(len(known)):
            yield known[:end]
        for bit in range(8 * len(known)):
            flipped = bytearray(known)
            flipped[bit // 8] ^= 1 << bit % 8
            yield bytes(flipped)
    chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be unguessable
    while True:
        yield _changed(chance, inputs)


def sample(inputs: Sequence[bytes], seed: int, count: int) -> Iterator[bytes]:
    """Yield so many mixtures alone, for a run that has to be short."""
    chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be unguessable
    for _ in range(count):
        yield _changed(chance, inputs)


def _changed(chance: random.Random, inputs: Sequence[bytes]) -> bytes:
    data = bytearray(chance.choice(inputs))
    for _ in range(chance.randint(1, CHANGES_MAX)):
        at = chance.randint(0, len(data))
        end = min(at + chance.randint(0, 8), len(data))
        match chance.randrange(7):
            case 0 if at < len(data):
                data[at] ^= 1 << chance.randrange(8)
            case 1 if at < len(data):
                data[at] = chance.choice(EDGES)
            case 2:
                data[at:at] = bytes([chance.choice(EDGES)])
            case 3:
                del data[at:end]
            case 4:
                data[at:at] = data[at:end] * chance.randint(1, 30)
            case 5:
                data[at:end] = chance.randbytes(end - at)
            case _:
                other = chance.choice(inputs)
                data[at:] = other[chance.randint(0, len(other)) :]
    return bytes(data[:BYTES_MAX])
