"""The roll-up of a sector: worksites by state and level, rescued now and overall."""

from typing import Any

from turna_secretariat.sitrep_counts import Count, counts_of
from turna_secretariat.situation import Said, roll_up, sector_of, sectors

HOUR_MS = 3_600_000
HERE, THERE = (36.20, 36.16), (36.40, 36.16)


def _report(hour: int, site: str, level: str = "asr3", **body: Any) -> Said:
    said = {
        "completed": False,
        "asr_level": level,
        "live_rescued": None,
        "deceased_recovered": None,
        "missing": None,
        "live_contacts": None,
        "releasable": None,
        "needs": {},
        "hazards": [],
    }
    return Said(hour * HOUR_MS, "TUR01", "worksite_report", said | body, HERE, site)


def _triage(hour: int, site: str, letter: str, place: tuple[float, float] = HERE) -> Said:
    return Said(hour * HOUR_MS, "TUR01", "worksite_triage", {"triage": letter}, place, site)


def _area(hour: int, sector: str, place: tuple[float, float], **body: Any) -> Said:
    said = {"sector": sector, "radius_m": 5000, "security_level": None}
    return Said(hour * HOUR_MS, "AZE01", "area", said | body, place)


def _rolled(*said: Said, sector: str | None = None) -> dict[str, Any]:
    return roll_up(said, sector=sector, since_ms=12 * HOUR_MS, until_ms=24 * HOUR_MS)


def test_a_worksite_counts_once_at_its_furthest_state_and_last_level() -> None:
    rolled = _rolled(
        _triage(1, "TUR01-0001", "A"),
        _report(2, "TUR01-0001", "asr3"),
        _report(3, "TUR01-0001", "asr4", completed=True),
        _triage(4, "TUR01-0002", "C"),
        _report(5, "TUR01-0003", "asr5"),
        _triage(6, "TUR01-0004", "not_a_worksite"),
    )

    assert rolled["worksites"] == {
        "active": {"total": 1, "asr3": 0, "asr4": 0, "asr5": 1},
        "pending": {"total": 1, "asr3": 0, "asr4": 0, "asr5": 0},
        "completed": {"total": 1, "asr3": 0, "asr4": 1, "asr5": 0},
        "identified": {"total": 3, "asr3": 0, "asr4": 1, "asr5": 1},
    }
    assert rolled["triage"] == {"A": 0, "B": 0, "C": 1, "D": 0}


def test_current_is_the_period_and_overall_is_everything_and_unknown_is_not_zero() -> None:
    rolled = _rolled(
        _report(2, "TUR01-0001", live_rescued=2, deceased_recovered=None),
        _report(13, "TUR01-0001", live_rescued=3, missing=4),
        _report(14, "TUR01-0002", live_rescued=None, missing=1),
        _report(30, "TUR01-0002", live_rescued=50),
    )

    assert rolled["rescued_live"] == {"current": 3, "overall": 5}
    assert rolled["recovered_dead"] == {"current": None, "overall": None}
    assert rolled["missing"] == 5


def test_a_sector_holds_the_worksites_in_its_circle() -> None:
    said = (
        _area(1, "A", HERE, security_level=2),
        _area(1, "B", THERE, security_level=5),
        _triage(2, "TUR01-0001", "B", HERE),
        _triage(2, "TUR01-0002", "C", THERE),
        Said(3 * HOUR_MS, "KAZ01", "sitrep", {"team_status": "available"}, THERE),
    )

    of_b = _rolled(*said, sector="B")
    assert [site["worksite"] for site in of_b["list"]] == ["TUR01-0002"]
    assert of_b["security_level"] == 5
    assert of_b["available_teams"] == ["KAZ01"]
    assert _rolled(*said)["security_level"] == 5
    assert _rolled(*said)["sectors"] == ["A", "B"]
    assert sector_of((37.0, 36.16), sectors(said)) is None
    assert sector_of(None, sectors(said)) is None


def test_a_team_whose_keys_are_revoked_is_not_available_and_stands_apart() -> None:
    said = [
        Said(3 * HOUR_MS, team, "sitrep", {"team_status": "available"}, HERE)
        for team in ("HUN01", "KAZ01")
    ]
    rolled = roll_up(
        said, sector=None, since_ms=0, until_ms=24 * HOUR_MS, revoked_teams={"HUN01", "UZB01"}
    )

    assert rolled["available_teams"] == ["KAZ01"]
    assert rolled["revoked_teams"] == ["HUN01"]


def test_a_hazard_that_was_cleared_is_no_safety_issue_any_more() -> None:
    def hazard(hour: int, kind: str, state: str) -> Said:
        body = {"hazard": kind, "state": state}
        return Said(hour * HOUR_MS, "TUR01", "hazard", body, HERE)

    rolled = _rolled(hazard(1, "gas", "new"), hazard(2, "fire", "new"), hazard(3, "gas", "cleared"))

    assert rolled["safety"] == ["fire"]


def test_needs_are_those_of_the_last_report_of_open_worksites() -> None:
    rolled = _rolled(
        _report(1, "TUR01-0001", needs={"water": 5}),
        _report(2, "TUR01-0001", needs={"cranes": 1, "fuel": None}),
        _report(3, "TUR01-0002", needs={"cranes": 2}),
        _report(4, "TUR01-0003", needs={"food": 9}, completed=True),
    )

    assert rolled["needs"] == {"cranes": 3, "fuel": None}


def test_victims_are_counted_once_by_their_last_form() -> None:
    def victim(hour: int, number: int, outcome: str) -> Said:
        body = {"number": number, "outcome": outcome}
        return Said(hour * HOUR_MS, "TUR01", "victim", body, HERE, "TUR01-0001")

    rolled = _rolled(
        _triage(1, "TUR01-0001", "A"),
        victim(2, 1, "live"),
        victim(3, 1, "deceased"),
        victim(4, 2, "live"),
    )

    assert rolled["victims"] == {"live": 1, "deceased": 1}


def _counted(rolled: dict[str, Any]) -> dict[str, int]:
    return {name: one["total"] for name, one in rolled["sitreps"].items() if one["handsets"]}


def test_people_counted_in_sitreps_stand_on_the_form_and_are_never_added_to_what_forms_say() -> (
    None
):
    def victim(number: int) -> Said:
        body = {"number": number, "outcome": "live"}
        return Said(13 * HOUR_MS, "TUR01", "victim", body, HERE, "TUR01-0001")

    forms = (_report(13, "TUR01-0001", live_rescued=2), victim(1), victim(2))
    counts = [Count("TUR01-1", "TUR01", "rescued", 2, 14 * HOUR_MS, HERE)]
    rolled = roll_up(
        forms, sector=None, since_ms=12 * HOUR_MS, until_ms=24 * HOUR_MS, counts=counts
    )

    assert rolled["rescued_live"] == {"current": 2, "overall": 2}
    assert rolled["victims"] == {"live": 2, "deceased": 0}
    assert rolled["sitreps"]["rescued"] == {
        "total": 2,
        "handsets": [{"call_sign": "TUR01-1", "number": 2, "at_ms": 14 * HOUR_MS}],
    }
    assert rolled["sitreps"]["trapped"] == {"total": None, "handsets": []}


def test_of_a_teams_handsets_the_highest_count_is_taken_and_teams_are_added() -> None:
    counts = [
        Count("TUR01-2", "TUR01", "trapped", 5, 0),
        Count("TUR01-1", "TUR01", "trapped", 3, 0),
        Count("AZE01-1", "AZE01", "trapped", 4, 0),
        Count("AZE01-1", "AZE01", "deceased", 0, 0),
    ]
    rolled = roll_up([], sector=None, since_ms=0, until_ms=1, counts=counts)

    assert _counted(rolled) == {"trapped": 9, "deceased": 0}
    named = [one["call_sign"] for one in rolled["sitreps"]["trapped"]["handsets"]]
    assert named == ["AZE01-1", "TUR01-1", "TUR01-2"]


def test_a_count_belongs_to_the_sector_from_which_it_was_sent() -> None:
    said = [_area(1, "A", HERE), _area(1, "B", THERE)]
    counts = [
        Count("TUR01-1", "TUR01", "immediate", 1, 0, HERE),
        Count("AZE01-1", "AZE01", "immediate", 2, 0, THERE),
        Count("KAZ01-1", "KAZ01", "immediate", 4, 0),
    ]
    for sector, total in (("A", 1), ("B", 2), (None, 7)):
        rolled = roll_up(said, sector=sector, since_ms=0, until_ms=24 * HOUR_MS, counts=counts)
        assert _counted(rolled) == {"immediate": total}


def test_a_sitrep_that_counts_nobody_is_not_one_that_counts_none() -> None:
    unknown = {"trapped": None, "rescued": None, "casualties": {"minor": None}}

    assert counts_of({"team_status": "resting"}) is None
    assert counts_of(unknown) is None
    assert (counts_of(unknown | {"trapped": 0}) or {})["trapped"] == 0
    assert (counts_of(unknown | {"casualties": {"minor": 2}}) or {})["minor"] == 2
