"""How much of a station's power arrives at another: distance, terrain, the day's luck.

Every random figure is a pure function of the seed and of what it is for, so one more station or one
more packet changes nothing for the others.
"""

import math
import random
from dataclasses import dataclass

Position = tuple[float, float]  # metres east and north


@dataclass(frozen=True)
class PathLoss:
    """Log-distance path loss with log-normal shadowing per link and fading per packet.

    The exponent of 2.9 and 4 dB of shadowing stand between open country (2) and the figures
    measured for LoRa in towns (2.7 to 3.5 and 4 to 8 dB; Petajajarvi et al. 2015, Bor et al. 2016).
    """

    exponent: float = 2.9
    shadowing_db: float = 4.0
    fading_db: float = 1.0

    def mean_db(self, freq_hz: int, a: Position, b: Position) -> float:
        """Return the loss by distance alone: free space for the first metre, the exponent after."""
        first_metre_db = 20 * math.log10(freq_hz / 1_000_000) - 27.55
        distance_m = max(1.0, math.dist(a, b))
        return first_metre_db + 10 * self.exponent * math.log10(distance_m)


class Chance:
    """Seeded randomness addressed by name."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def generator(self, *subject: str | int) -> random.Random:
        """Return the generator that belongs to a subject."""
        return random.Random(f"{self._seed}/{'/'.join(map(str, subject))}")

    def normal(self, *subject: str | int) -> float:
        """Return the subject's draw from the standard normal distribution."""
        return self.generator(*subject).gauss(0.0, 1.0)

    def happens(self, probability: float, *subject: str | int) -> bool:
        """Tell whether something of this probability happens to the subject."""
        return probability > 0 and self.generator(*subject).random() < probability


def sum_dbm(powers_dbm: list[float]) -> float:
    """Return the power of several signals together."""
    total_mw = sum(10 ** (power / 10) for power in powers_dbm)
    return 10 * math.log10(total_mw) if total_mw > 0 else -math.inf
