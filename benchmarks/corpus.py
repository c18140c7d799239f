"""Seeded corpora of reports, drawn from stated distributions, with the information each one holds.

The information of a report is minus the logarithm of its probability under the distributions it
was drawn from: no code without memory of earlier reports can be shorter on average.  The two
corpora differ in everything that a wire could be tuned to: place, spread, counts, habits.
"""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from turna_protocol import codes
from turna_protocol.frame import Frame
from turna_protocol.reports import Casualties, Fix, Sitrep, Sos

# What a receiver without memory must also be told: which of 200 handsets, which of 4,000 reports.
SENDER_BITS = math.log2(200)
SEQUENCE_BITS = math.log2(4000)


@dataclass(frozen=True)
class Profile:
    """What a deployment's teams tend to send."""

    frame: Frame
    days: int
    near_sigma_m: float
    far_sigma_m: float
    far_share: float
    altitude_share: float
    altitude_mean_m: float
    altitude_sigma_m: float
    statuses: Mapping[str, float]
    casualties_share: float
    unknown_share: float
    casualty_means: Sequence[float]
    trapped_mean: float
    rescued_mean: float
    hazard_numbers: Sequence[float]
    need_numbers: Sequence[float]
    text_share: float
    letters: str


# After an earthquake, within a province: busy worksites, a first week, Latin letters.
EARTHQUAKE = Profile(
    frame=Frame(3620000, 3616000, 1770337020),
    days=7,
    near_sigma_m=3_000,
    far_sigma_m=18_000,
    far_share=0.35,
    altitude_share=0.4,
    altitude_mean_m=180,
    altitude_sigma_m=160,
    statuses={
        "on_site": 45,
        "moving_to_task": 15,
        "available": 10,
        "resting": 8,
        "en_route": 8,
        "at_rdc": 4,
        "standby": 4,
        "out_of_service": 2,
        "mobilising": 1,
        "unknown": 2,
        "in_distress": 1,
    },
    casualties_share=0.6,
    unknown_share=0.15,
    casualty_means=(0.8, 1.0, 1.6, 0.2, 1.2),
    trapped_mean=1.8,
    rescued_mean=0.7,
    hazard_numbers=(50, 28, 14, 6, 2),
    need_numbers=(52, 28, 14, 5, 1),
    text_share=0.25,
    letters="abcçdefgğhıijklmnoöprsştuüvyz     ,.0123456789",
)
# A search over a mountain range after a flood: wide, high, long, few people, Cyrillic letters.
MOUNTAINS = Profile(
    frame=Frame(4287000, 7459000, 1782864000),
    days=16,
    near_sigma_m=9_000,
    far_sigma_m=30_000,
    far_share=0.25,
    altitude_share=0.6,
    altitude_mean_m=2300,
    altitude_sigma_m=600,
    statuses={
        "moving_to_task": 35,
        "on_site": 25,
        "available": 12,
        "resting": 12,
        "standby": 6,
        "en_route": 5,
        "demobilising": 2,
        "out_of_service": 2,
        "in_distress": 1,
    },
    casualties_share=0.35,
    unknown_share=0.3,
    casualty_means=(0.3, 0.5, 2.5, 0.1, 0.4),
    trapped_mean=0.5,
    rescued_mean=1.5,
    hazard_numbers=(40, 35, 20, 4, 1),
    need_numbers=(45, 30, 15, 8, 2),
    text_share=0.3,
    letters="абвгдеёжзийклмнңоөпрстуүфхцчшщъыьэюя      ,.0123456789",
)
PROFILES = {"earthquake": EARTHQUAKE, "mountains": MOUNTAINS}

_METRES_PER_DEGREE = 111_320


class Draw:
    """Draws values at random and adds up the information in them."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.bits = 0.0

    def yes(self, share: float) -> bool:
        answer = self._random.random() < share
        self.bits -= math.log2(share if answer else 1 - share)
        return answer

    def below(self, limit: int) -> int:
        self.bits += math.log2(limit)
        return self._random.randrange(limit)

    def weighted(self, weights: Sequence[float]) -> int:
        index = self._random.choices(range(len(weights)), weights)[0]
        self.bits -= math.log2(weights[index] / sum(weights))
        return index

    def geometric(self, mean: float) -> int:
        go_on = mean / (1 + mean)
        number = int(math.log(1 - self._random.random()) / math.log(go_on))
        self.bits -= math.log2((1 - go_on) * go_on**number)
        return number

    def normal(self, mean: float, sigma: float) -> int:
        number = round(self._random.gauss(mean, sigma))
        self.bits -= math.log2(_normal_density(number - mean, sigma))
        return number

    def either_normal(self, sigmas: Sequence[float], shares: Sequence[float]) -> tuple[int, int]:
        """Return a point about 0, 0 from a mixture of round bells."""
        sigma = self._random.choices(sigmas, shares)[0]
        north, east = round(self._random.gauss(0, sigma)), round(self._random.gauss(0, sigma))
        density = sum(
            share * _normal_density(north, each) * _normal_density(east, each)
            for each, share in zip(sigmas, shares, strict=True)
        )
        self.bits -= math.log2(density)
        return north, east

    def subset(self, numbers: Sequence[float], weights: Sequence[float]) -> tuple[int, ...]:
        """Return some codes; their order, which nobody needs, is not counted."""
        chosen: list[int] = []
        for _ in range(self.weighted(numbers)):
            left = [0 if index in chosen else weight for index, weight in enumerate(weights)]
            chosen.append(self.weighted(left))
        self.bits -= math.log2(math.factorial(len(chosen)))
        return tuple(sorted(chosen))


def sitreps(profile: Profile, count: int, seed: int) -> list[tuple[Sitrep, float]]:
    """Return situation reports, each with its information in bits."""
    return [_sitrep(profile, Draw(seed * 1_000_003 + index)) for index in range(count)]


def calls_for_help(profile: Profile, count: int, seed: int) -> list[tuple[Sos, float]]:
    """Return declarations of SOS, each with its information in bits."""
    return [_sos(profile, Draw(seed * 1_000_003 + index)) for index in range(count)]


def _sitrep(profile: Profile, draw: Draw) -> tuple[Sitrep, float]:
    time_s = profile.frame.epoch_s + draw.below(profile.days * 86_400)
    report = Sitrep(
        mode=(codes.ACTUAL, codes.EXERCISE, codes.TEST)[draw.weighted((80, 19, 1))],
        time_s=time_s,
        time_quality=(codes.TIME_GNSS, codes.TIME_BEACON)[draw.weighted((95, 5))],
        fix=_fix(profile, draw) if draw.yes(0.96) else None,
        altitude_m=_altitude(profile, draw) if draw.yes(profile.altitude_share) else None,
        team_status=draw.weighted([profile.statuses.get(name, 0) for name in codes.TEAM_STATUSES]),
        casualties=_casualties(profile, draw) if draw.yes(profile.casualties_share) else None,
        trapped=_count(profile, profile.trapped_mean, draw),
        rescued=_count(profile, profile.rescued_mean, draw),
        hazards=draw.subset(profile.hazard_numbers, _falling(len(codes.HAZARDS))),
        needs=_needs(profile, draw),
        battery_pct=15 + draw.below(86) if draw.yes(0.97) else None,
        text=_text(profile, draw) if draw.yes(profile.text_share) else None,
    )
    return report, draw.bits


def _sos(profile: Profile, draw: Draw) -> tuple[Sos, float]:
    report = Sos(
        mode=(codes.ACTUAL, codes.EXERCISE, codes.TEST)[draw.weighted((80, 19, 1))],
        time_s=profile.frame.epoch_s + draw.below(profile.days * 86_400),
        time_quality=codes.TIME_GNSS,
        fix=_fix(profile, draw),
        kind=draw.weighted((40, 15, 20, 3, 5, 7, 5, 5)),
        people=draw.weighted((15, 50, 15, 8, 5, 4, 3)) or None,
        battery_pct=15 + draw.below(86),
    )
    return report, draw.bits


def _fix(profile: Profile, draw: Draw) -> Fix:
    north_m, east_m = draw.either_normal(
        (profile.near_sigma_m, profile.far_sigma_m), (1 - profile.far_share, profile.far_share)
    )
    lat_e5 = profile.frame.origin_lat_e5 + round(north_m * 100_000 / _METRES_PER_DEGREE)
    shrink = math.cos(math.radians(lat_e5 / 100_000))
    lon_e5 = profile.frame.origin_lon_e5 + round(east_m * 100_000 / _METRES_PER_DEGREE / shrink)
    accuracy_m = codes.ACCURACY_CLASSES_M[draw.weighted((4, 45, 25, 12, 8, 4, 1, 1))]
    age_s = codes.FIX_AGE_CLASSES_S[draw.weighted((3, 55, 20, 9, 6, 4, 2, 1))]
    return Fix(lat_e5, lon_e5, accuracy_m, age_s)


def _altitude(profile: Profile, draw: Draw) -> int:
    return max(draw.normal(profile.altitude_mean_m, profile.altitude_sigma_m), -400)


def _count(profile: Profile, mean: float, draw: Draw) -> int | None:
    return None if draw.yes(profile.unknown_share) else draw.geometric(mean)


def _casualties(profile: Profile, draw: Draw) -> Casualties:
    return Casualties(*[_count(profile, mean, draw) for mean in profile.casualty_means])


def _needs(profile: Profile, draw: Draw) -> tuple[tuple[int, int | None], ...]:
    items = draw.subset(profile.need_numbers, _falling(len(codes.NEED_ITEMS)))
    return tuple((item, _quantity(draw)) for item in items)


def _quantity(draw: Draw) -> int | None:
    """Return what people write: unknown, a few, round tens, round hundreds, an exact number."""
    kind = draw.weighted((8, 52, 22, 10, 8))
    if kind == 0:
        return None
    if kind == 1:
        return 1 + draw.weighted(_falling(12))
    if kind == 2:
        return 20 + 10 * draw.weighted(_falling(12))
    if kind == 3:
        return 200 + 100 * draw.weighted(_falling(12))
    return 13 + draw.below(120)


def _text(profile: Profile, draw: Draw) -> str:
    """Return letters without meaning; a code without a language model pays for each in full."""
    length = 6 + draw.geometric(16)
    text = "".join(profile.letters[draw.below(len(profile.letters))] for _ in range(length))
    return text[:70]


def _falling(number: int) -> list[float]:
    return [1 / (2 + index) for index in range(number)]


def _normal_density(distance: float, sigma: float) -> float:
    return math.exp(-((distance / sigma) ** 2) / 2) / (sigma * math.sqrt(2 * math.pi))
