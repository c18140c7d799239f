"""Which countries an account may be limited to: the mission's, and the organization's."""

from collections.abc import Sequence

from turna_protocol.mission import Mission
from turna_secretariat.accounts import AccountError

# Members and observers of the Organization of Turkic States (turkicstates.org) by ISO 3166-1; the
# observer that ISO does not list, Northern Cyprus, has no code of its own.
OF_THE_ORGANIZATION = ("az", "hu", "kg", "kz", "tm", "tr", "uz")


def of_mission(mission: Mission | None) -> list[str]:
    """Return whose handsets there are; none if the mission is not known."""
    return [] if mission is None else sorted({one.country for one in mission.devices})


def choices(mission: Mission | None) -> list[str]:
    """Return the countries that an account may have: a team may come after its officer."""
    return sorted({*of_mission(mission), *OF_THE_ORGANIZATION})


def require_known(countries: Sequence[str], mission: Mission | None) -> None:
    """Refuse an account that would never see anything."""
    known = choices(mission)
    for country in countries:
        if country not in known:
            raise AccountError(f"{country!r} is no country of this mission: {', '.join(known)}")
