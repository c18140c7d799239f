"""The map's trails, worksites and hazards, and the book of SOS: one mode, nothing unproved."""

import json

import pytest

from tests.secretariat.exported import Exported
from tests.secretariat.field import EPOCH_S, Field, position, sos
from turna_protocol import codes
from turna_protocol.reports import Fix
from turna_protocol.reports.hazard import Hazard
from turna_protocol.reports.more_fields import Worksite
from turna_protocol.reports.worksite_report import WorksiteReport
from turna_protocol.reports.worksite_triage import WorksiteTriage
from turna_secretariat import distress, picture
from turna_secretariat.archive import Archive
from turna_secretariat.desk import Desk
from turna_secretariat.officers_desk import NotPossibleError
from turna_secretariat.registry import Registry

NOW_MS = (EPOCH_S + 60) * 1000


def test_a_worksite_is_as_it_was_reported_last_and_a_cleared_hazard_is_gone(
    field: Field, desk: Desk, archive: Archive, registry: Registry
) -> None:
    site, fix = Worksite(56), Fix(3_620_500, 3_616_300, 5, 0)
    hazards = [
        Hazard(mode=codes.EXERCISE, fix=fix, hazard=kind, radius_m=100, state=state)
        for kind, state in ((0, 0), (2, 0), (0, 3))
    ]
    triage = WorksiteTriage(mode=codes.EXERCISE, fix=fix, worksite=site, live=1, under_12h=True)
    done = WorksiteReport(mode=codes.EXERCISE, worksite=site, completed=True)
    for seq, report in enumerate((triage, done, *hazards)):
        desk.file([field.carried(report, seq=seq)], NOW_MS)

    with archive.reader() as connection:
        found = picture.places(connection, registry, mode="exercise")
        actual = picture.places(connection, registry, mode="actual")

    assert [
        (it["worksite"], it["triage"], it["completed"], it["position"]["lat"])
        for it in found["worksites"]
    ] == [("TUR01-0056", "A", True, 36.205)]
    assert [hazard["hazard"] for hazard in found["hazards"]] == ["fire"]
    assert actual == {"worksites": [], "hazards": []}
    json.dumps(found)


def test_of_too_many_calls_the_book_holds_those_that_nobody_took_on_and_no_drill_before_a_real_one(
    field: Field, desk: Desk, archive: Archive, registry: Registry
) -> None:
    real = sos(mode=codes.ACTUAL)
    desk.file([field.carried(sos(), seq=0), field.carried(real, seq=1)], NOW_MS)
    many = [field.carried(sos(), device=2, seq=seq) for seq in range(distress.CALLS_LIMIT)]
    desk.file(many, NOW_MS + 1)
    for report_id in range(2, 3 + len(many)):  # all but the first
        desk.officers.act(report_id, "accepted", "Aylin Demir", NOW_MS + 2)

    with archive.reader() as connection:
        calls = distress.calls(connection, registry)
    assert len(calls) == distress.CALLS_LIMIT
    assert [(call["mode"], call["stands"]) for call in calls[-2:]] == [
        ("actual", "accepted"),
        ("exercise", "calling"),
    ]


def test_the_book_of_an_sos_says_who_did_what_when(
    field: Field, desk: Desk, archive: Archive, registry: Registry
) -> None:
    cancel = sos(5, phase=codes.CANCEL, reference=1)
    desk.file([field.carried(sos(), seq=1)], NOW_MS)
    desk.file([field.carried(sos(), device=2, seq=1)], NOW_MS)
    desk.file([field.carried(cancel, seq=2)], NOW_MS + 1)
    stands = {"AZE01-1": "calling", "TUR01-1": "cancelled"}
    with archive.reader() as connection:
        calls = distress.calls(connection, registry)
        assert {call["call_sign"]: call["stands"] for call in calls} == stands

    desk.officers.act(1, "accepted", "Aylin Demir", NOW_MS + 2)
    desk.officers.act(1, "false_alarm", "Aylin Demir", NOW_MS + 3)
    with archive.reader() as connection:
        call = next(c for c in distress.calls(connection, registry) if c["device"] == 1)

    assert call["stands"] == "false_alarm"
    assert [(entry["who"], entry["did"]) for entry in call["book"]] == [
        ("TUR01-1", "declare"),
        ("TUR01-1", "cancel"),
        ("Aylin Demir", "accepted"),
        ("Aylin Demir", "false_alarm"),
    ]


def test_only_an_sos_can_be_a_false_alarm(exported: Exported, desk: Desk) -> None:
    exported.file(position())

    with pytest.raises(NotPossibleError, match="only an SOS"):
        desk.officers.act(1, "false_alarm", "Aylin Demir", NOW_MS)
