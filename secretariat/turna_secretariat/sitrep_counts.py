"""The people whom handsets count in SITREPs, told apart from those of whom forms tell.

A SITREP counts at a glance whom a team sees; worksite reports and victim forms count the same
people one by one.  So nothing here is ever added to what forms say.  What a SITREP leaves unknown
takes back nothing of what its handset has said before.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from turna_secretariat.schema import CASUALTIES, COUNTED


@dataclass(frozen=True, slots=True)
class Count:
    """The newest number that a handset has given of one of COUNTED."""

    call_sign: str
    team: str
    name: str
    number: int
    at_ms: int
    place: tuple[float, float] | None = None


def counts_of(body: Mapping[str, Any]) -> dict[str, int | None] | None:
    """Return what a SITREP counts; None if it counts nobody, which is not that there is none."""
    casualties = body.get("casualties") or {}
    found = {name: (casualties if name in CASUALTIES else body).get(name) for name in COUNTED}
    return None if all(number is None for number in found.values()) else found


def table(counts: Iterable[Count]) -> dict[str, dict[str, Any]]:
    """Return for each of COUNTED who has counted how many, and how many there are at least."""
    by_name: dict[str, list[Count]] = {name: [] for name in COUNTED}
    for one in sorted(counts, key=lambda one: one.call_sign):
        by_name[one.name].append(one)
    return {
        name: {
            "total": _at_least(said),
            "handsets": [
                {"call_sign": one.call_sign, "number": one.number, "at_ms": one.at_ms}
                for one in said
            ],
        }
        for name, said in by_name.items()
    }


def _at_least(said: Iterable[Count]) -> int | None:
    """Return a sum that counts nobody twice because two handsets of a team have counted them.

    They stand at the same rubble: of a team the highest number is taken.
    """
    highest: dict[str, int] = {}
    for one in said:
        highest[one.team] = max(highest.get(one.team, 0), one.number)
    return sum(highest.values()) if highest else None
