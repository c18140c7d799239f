"""The script of the exercise: who takes part, where they are, and what happens when.

Pure: a plan made from the number of handsets, the length and a seed.  Times are simulated
milliseconds from the moment everybody is on the air.
"""

import random
from dataclasses import dataclass

# Antakya, Hatay, the town hit hardest on 6 February 2023.
ORIGIN_LAT_E5, ORIGIN_LON_E5 = 3_620_210, 3_616_030
GATEWAY_LAT_E5, GATEWAY_LON_E5 = 3_621_400, 3_617_900
GATEWAY_NAME, GATEWAY_COUNTRY = "hatay-1", "tr"

MISSION_NAME = "HATAY EXERCISE"
OFFICER = "Duty officer (demo)"

# INSARAG team identifiers are an Olympic country code and two digits.
TEAMS = (
    ("TUR01", "tr"),
    ("AZE01", "az"),
    ("KAZ01", "kz"),
    ("KGZ01", "kg"),
    ("UZB01", "uz"),
    ("HUN01", "hu"),
    ("TKM01", "tm"),
)
MIN_HANDSETS = 6
MAX_HANDSETS = 40

# Where the teams begin to work, in degrees x 1e5 from the origin: all within sight of the gateway.
_PLACES = (
    (900, 600),
    (-700, 1500),
    (1700, -500),
    (-1500, -900),
    (300, -1900),
    (2100, 1700),
    (-2300, 400),
)

# Nothing new is entered after this share of a bounded exercise, so that all can arrive.
_LAST_ENTRY_PERCENT = 66
_OVER_PERCENT = 91  # the last keys are pressed by then
# When the officer accepts the SOS: where nobody is signed in on the page, and otherwise.
ALONE, LAST = "accept_sos_alone", "accept_sos"
OVER = "the script is over: from here on the handsets only tell where they are and how they are"
# What the duty officer says to the field.
TASK: dict[str, object] = {
    "kind": "task",
    "to": {"teams": [TEAMS[0][0]]},
    "form": {"task": "search", "urgency": "immediate", "worksite": "TUR01-0056"},
}
# INSARAG's signals: be silent and work no more, leave the worksite at once, go on.
CEASE_WORK: dict[str, object] = {
    "kind": "alert",
    "to": {"all": True},
    "form": {"code": "cease_work"},
}
EVACUATE: dict[str, object] = {
    "kind": "alert",
    "to": {"all": True},
    "form": {"code": "evacuate"},
}
RESUME: dict[str, object] = {"kind": "alert", "to": {"all": True}, "form": {"code": "resume"}}
# Who declares the SOS and who goes out of range, by index.
VICTIM, WANDERER = 2, 3
_PRESS_MS = 120
_LONG_PRESS_MS = 900
_SOS_HOLD_MS = 2400
_BETWEEN_KEYS_MS = 700


@dataclass(frozen=True, slots=True)
class Key:
    """One gesture on the handset's button: press after `wait_ms`, let go after `hold_ms`."""

    wait_ms: int
    hold_ms: int


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happens at `at_ms`; `handset` is its index, or None."""

    at_ms: int
    what: (
        str  # keys | leave | return | backbone_down | backbone_up | over, or what the officer does
    )
    told: str  # empty: whoever does it tells what came of it
    handset: int | None = None
    keys: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a handset begins, and its walk in degrees x 1e5 a minute."""

    lat_e5: int
    lon_e5: int
    north_e5_per_min: int
    east_e5_per_min: int


def team_of(index: int) -> tuple[str, str]:
    """Return (team, country) of the handset with this index."""
    return TEAMS[index % len(TEAMS)]


def place_of(index: int, random_: random.Random) -> Place:
    north, east = _PLACES[index % len(_PLACES)]
    spread = 120 * (index // len(_PLACES))
    return Place(
        lat_e5=ORIGIN_LAT_E5 + north + spread,
        lon_e5=ORIGIN_LON_E5 + east - spread,
        north_e5_per_min=random_.randint(-12, 12),
        east_e5_per_min=random_.randint(-12, 12),
    )


def plan(handsets: int, length_ms: int, random_: random.Random) -> list[Step]:
    """Return the steps in the order of their times."""
    steps = _scenes(length_ms) + _drill(handsets, length_ms)
    for index in range(handsets):
        first = length_ms * (3 + 40 * index // handsets) // 100
        second = length_ms * (30 + 32 * index // handsets) // 100
        # Whoever is in distress types no second report: the keys belong to the SOS.
        for at_ms in (first,) if index == VICTIM else (first, second):
            shaken = at_ms + random_.randint(0, length_ms // 50)
            steps.append(
                Step(shaken, "keys", "types a situation report", index, _sitrep_keys(random_))
            )
    return sorted(steps, key=lambda step: step.at_ms)


def _scenes(length_ms: int) -> list[Step]:
    """Return what the exercise is about: an absence, an SOS, an outage of the backbone."""
    share = length_ms // 100
    return [
        Step(6 * share, "say_task", ""),
        Step(12 * share, "leave", "goes behind the ridge, out of range", WANDERER),
        Step(
            18 * share,
            "keys",
            "holds the button: an SOS (held for 2 s, then a countdown of 5 s)",
            VICTIM,
            _sos_keys(),
        ),
        Step(34 * share, "return", "is back in range", WANDERER),
        Step(36 * share, ALONE, ""),
        Step(40 * share, "backbone_down", "the satellite link fails"),
        Step(55 * share, "backbone_up", "the satellite link is back"),
        Step(60 * share, LAST, ""),
        Step(_LAST_ENTRY_PERCENT * share, "keys", "cancels the SOS", VICTIM, _cancel_keys()),
        Step(_OVER_PERCENT * share, "over", OVER),
    ]


def _drill(handsets: int, length_ms: int) -> list[Step]:
    """Return the three signals in turn: everybody hears each, and says so by a key."""
    share = length_ms // 100
    steps = [
        Step(70 * share, "say_cease_work", ""),
        Step(77 * share, "say_evacuate", ""),
        Step(84 * share, "say_resume", ""),
    ]
    for percent, told in (
        (75, "answers CEASE WORK (any key)"),
        (82, "answers EVACUATE (any key)"),
        (89, "answers RESUME (any key)"),
    ):
        steps += [
            Step(percent * share, "keys", told, index, (_press(),)) for index in range(handsets)
        ]
    return steps


def accepting_ms(steps: list[Step]) -> tuple[int, int]:
    """Return when the officer accepts the SOS if nobody is on the page, and at the latest."""
    at_ms = {step.what: step.at_ms for step in steps}
    return at_ms[ALONE], at_ms[LAST]


def _press(hold_ms: int = _PRESS_MS) -> Key:
    return Key(_BETWEEN_KEYS_MS, hold_ms)


def _sitrep_keys(random_: random.Random) -> tuple[Key, ...]:
    """Open the form, choose one of four statuses, sometimes enter counts, send."""
    long_press = _press(_LONG_PRESS_MS)
    keys = [long_press]
    keys += [_press()] * random_.randrange(4)
    keys += [long_press]  # takes the status; the cursor stands on SEND
    if random_.random() < 0.5:
        keys += [_press()] * 2 + [long_press]  # to "casualties", into it
        for _ in range(5):
            keys += [_press()] * random_.choice((0, 1, 1, 2, 3)) + [long_press]
        keys += [_press()] * 5  # round to SEND again
    return (*keys, long_press)


def _sos_keys() -> tuple[Key, ...]:
    return (Key(0, _SOS_HOLD_MS),)


def _cancel_keys() -> tuple[Key, ...]:
    # A double press goes home from any screen; holding brings the SOS screen of an active SOS.
    return (Key(0, _SOS_HOLD_MS), _press(_LONG_PRESS_MS), _press(_LONG_PRESS_MS))
