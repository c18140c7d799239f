"""A corpus written apart from the wire, to check it: a capital after a second earthquake.

Nothing here comes from where the others come from: teams stand on a street grid, counts follow
Poisson's law, what a team reports hangs on what it does, and texts have the letter frequencies of
Uzbek, so that their letters hold less information than letters drawn evenly.
"""

import math

from benchmarks.corpus import Draw
from turna_protocol import codes
from turna_protocol.frame import Frame
from turna_protocol.reports import Casualties, Fix, Sitrep

FRAME = Frame(4131000, 6928000, 1791504000)
DAYS = 10
REACH_E5 = 16_000  # a square of about 36 km by 27 km
CENTRE_E5 = 5_000
CENTRE_SHARE = 0.6

# Status: share of reports, and the means of victims, trapped, hazards and needs that go with it.
_STATUSES = {
    "on_site": (38, 1.1, 2.2, 1.4, 0.9),
    "moving_to_task": (16, 0.1, 0.3, 0.2, 0.2),
    "available": (14, 0.2, 0.2, 0.3, 0.3),
    "resting": (12, 0.1, 0.1, 0.1, 0.6),
    "standby": (9, 0.1, 0.1, 0.1, 0.3),
    "en_route": (6, 0.0, 0.1, 0.1, 0.2),
    "out_of_service": (3, 0.1, 0.1, 0.3, 1.5),
    "in_distress": (2, 0.6, 1.5, 1.8, 1.2),
}
_SILENT_SHARE = 0.2  # of counts that a team leaves blank
_TEXT_SHARE = 0.2
_LETTERS = " aioenlrdshtmqubgykvzfxpcj'.,0123456789"
_LETTER_WEIGHTS = (
    *(145, 125, 105, 65, 50, 48, 50, 42, 38, 32, 30, 32, 30, 20, 22, 22, 20, 22, 18, 14, 12),
    *(6, 8, 10, 6, 5, 10, 8, 6, 5, 5, 4, 3, 2, 2, 2, 2, 2, 2),
)
_QUANTITIES = (1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 25, 30, 50, 80, 100, 150, 200, 300, 500, 1000)


def sitreps(count: int, seed: int) -> list[tuple[Sitrep, float]]:
    """Return situation reports, each with its information in bits."""
    return [_sitrep(Draw(seed * 999_983 + index)) for index in range(count)]


def _sitrep(draw: Draw) -> tuple[Sitrep, float]:
    names = list(_STATUSES)
    name = names[draw.weighted([_STATUSES[each][0] for each in names])]
    _, victims, trapped, hazards, needs = _STATUSES[name]
    report = Sitrep(
        mode=codes.ACTUAL if draw.yes(0.9) else codes.EXERCISE,
        time_s=FRAME.epoch_s + draw.below(DAYS * 86_400),
        time_quality=codes.TIME_GNSS if draw.yes(0.92) else codes.TIME_BEACON,
        fix=_fix(draw) if draw.yes(0.9) else None,
        altitude_m=420 + draw.below(120) if draw.yes(0.25) else None,
        team_status=codes.TEAM_STATUSES.index(name),
        casualties=_casualties(draw, victims) if draw.yes(0.5) else None,
        trapped=_count(draw, trapped),
        rescued=_count(draw, victims),
        hazards=draw.subset(_shares(hazards, 5), [1.0] * len(codes.HAZARDS)),
        needs=_needs(draw, needs),
        battery_pct=5 * (4 + draw.below(17)),
        text=_text(draw) if draw.yes(_TEXT_SHARE) else None,
    )
    return report, draw.bits


def _fix(draw: Draw) -> Fix:
    """Return a place anywhere in the city, more often in its centre."""
    in_centre = draw._random.random() < CENTRE_SHARE
    reach = CENTRE_E5 if in_centre else REACH_E5
    north, east = (draw._random.randrange(-reach, reach) for _ in range(2))
    density = (1 - CENTRE_SHARE) / (2 * REACH_E5) ** 2
    if max(abs(north), abs(east)) < CENTRE_E5:
        density += CENTRE_SHARE / (2 * CENTRE_E5) ** 2
    draw.bits -= math.log2(density)
    accuracy_m = codes.ACCURACY_CLASSES_M[draw.weighted((2, 20, 30, 25, 15, 5, 2, 1))]
    age_s = codes.FIX_AGE_CLASSES_S[draw.weighted((2, 70, 14, 6, 4, 2, 1, 1))]
    return Fix(FRAME.origin_lat_e5 + north, FRAME.origin_lon_e5 + east, accuracy_m, age_s)


def _count(draw: Draw, mean: float) -> int | None:
    if draw.yes(_SILENT_SHARE):
        return None
    return draw.weighted(_shares(mean, 24))


def _casualties(draw: Draw, mean: float) -> Casualties:
    return Casualties(*[_count(draw, mean * share) for share in (0.6, 0.8, 1.6, 0.2, 0.7)])


def _needs(draw: Draw, mean: float) -> tuple[tuple[int, int | None], ...]:
    items = draw.subset(_shares(mean, 5), [1.0] * len(codes.NEED_ITEMS))
    return tuple(
        (item, None if draw.yes(0.15) else _QUANTITIES[draw.below(len(_QUANTITIES))])
        for item in items
    )


def _text(draw: Draw) -> str:
    length = 10 + draw.below(40)
    return "".join(_LETTERS[draw.weighted(_LETTER_WEIGHTS)] for _ in range(length))


def _shares(mean: float, highest: int) -> list[float]:
    """Return Poisson's probabilities of 0 to the highest number."""
    return [mean**number / math.factorial(number) for number in range(highest + 1)]
