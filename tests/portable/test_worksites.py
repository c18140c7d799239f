"""The worksite forms: what they carry, what follows from what, what they refuse."""

from tests.portable.report_bench import FRAME, misuse

from turna_protocol import codes
from turna_protocol.reports import Casualties, Report, decode_report, encode_report, priority
from turna_protocol.reports.more_fields import COUNTRIES, TeamId, Worksite
from turna_protocol.reports.victim import Victim
from turna_protocol.reports.worksite_report import WorksiteReport
from turna_protocol.reports.worksite_triage import (
    CATEGORY_A,
    CATEGORY_B,
    CATEGORY_C,
    CATEGORY_D,
    NOT_A_WORKSITE,
    WorksiteTriage,
    triage_category,
)

SITE = Worksite(56, TeamId("TUR", 1))


def back(report: Report) -> Report:
    return decode_report(encode_report(report, FRAME), FRAME)


def test_triage_follows_from_the_counts_and_the_unknown_counts_as_possible() -> None:
    for (live, under_12h, missing, deceased), expected in (
        ((1, True, 0, 0), CATEGORY_A),
        ((3, False, 9, 9), CATEGORY_B),
        ((1, None, 0, 0), CATEGORY_B),
        ((0, None, 4, 0), CATEGORY_C),
        ((None, None, 1, None), CATEGORY_C),
        ((0, True, None, 2), CATEGORY_C),
        ((0, None, 0, 2), CATEGORY_D),
        ((0, None, 0, None), CATEGORY_D),
        ((0, None, 0, 0), NOT_A_WORKSITE),
        ((None, None, 0, 0), NOT_A_WORKSITE),
    ):
        assert triage_category(live, under_12h, missing, deceased) == expected


def test_a_triage_is_computed_unless_it_is_given() -> None:
    site = WorksiteTriage(mode=codes.EXERCISE, worksite=SITE, live=2, under_12h=True)
    assert site.triage == CATEGORY_A
    assert back(site) == site


def test_a_triage_that_does_not_follow_needs_its_flag_and_only_then() -> None:
    given = WorksiteTriage(mode=codes.EXERCISE, worksite=SITE, live=2, triage=CATEGORY_C)
    assert misuse(given).startswith("triage: ")
    flagged = WorksiteTriage(
        mode=codes.EXERCISE, worksite=SITE, live=2, triage=CATEGORY_C, overridden=True
    )
    assert back(flagged) == flagged
    idle = WorksiteTriage(mode=codes.EXERCISE, worksite=SITE, live=2, overridden=True)
    assert misuse(idle).startswith("overridden: ")


def test_a_site_with_confirmed_life_goes_before_other_sites() -> None:
    live = WorksiteTriage(mode=codes.EXERCISE, worksite=SITE, live=1)
    other = WorksiteTriage(mode=codes.EXERCISE, worksite=SITE, live=0)
    assert priority(live) == codes.IMMEDIATE > priority(other)


def test_a_completed_worksite_has_no_live_contacts_left() -> None:
    done = WorksiteReport(mode=codes.ACTUAL, worksite=SITE, completed=True, live_contacts=1)
    assert misuse(done) == "completed: live contacts are left"
    done = WorksiteReport(mode=codes.ACTUAL, worksite=SITE, completed=True, live_contacts=0)
    assert back(done) == done


def test_a_period_is_no_longer_than_the_time_since_it_began() -> None:
    report = WorksiteReport(mode=codes.ACTUAL, worksite=SITE, began_min_ago=60, duration_min=65)
    assert misuse(report).startswith("duration_min: ")


def test_a_victim_cannot_be_live_and_in_the_mortuary() -> None:
    for outcome, triage, handed_to, expected in (
        (1, 5, 0, "triage: "),
        (2, 1, 0, "triage: "),
        (1, 0, 7, "handed_to: "),
    ):
        victim = Victim(
            mode=codes.ACTUAL, worksite=SITE, outcome=outcome, triage=triage, handed_to=handed_to
        )
        assert misuse(victim).startswith(expected)


def test_every_country_and_worksite_number_comes_back() -> None:
    countries = COUNTRIES.split()
    assert len(countries) == len(set(countries)) == 207
    for index, country in enumerate(countries):
        serial = (1, 63, 64, 65, 1087, 1088, 9999)[index % 7]
        team = TeamId(country, index % 99 + 1)
        report = Victim(mode=codes.ACTUAL, worksite=Worksite(serial, team))
        assert back(report) == report
        own = Victim(mode=codes.ACTUAL, worksite=Worksite(serial))
        assert back(own) == own


def test_an_identifier_that_insarag_does_not_know_is_our_own_mistake() -> None:
    for worksite in (Worksite(0), Worksite(10000), Worksite(1, TeamId("XXX", 1))) + (
        Worksite(1, TeamId("TUR", 0)),
        Worksite(1, TeamId("TUR", 100)),
    ):
        assert misuse(Victim(mode=codes.ACTUAL, worksite=worksite)).startswith("worksite: ")
    assert Casualties() == Casualties(None, None, None, None, None)
