"""Hazards, medevac, needs, areas, messages and tasks: there and back, and their contradictions."""

from tests.portable.report_bench import FRAME, misuse

from turna_protocol import codes
from turna_protocol.reports import Casualties, Report, decode_report, encode_report, priority
from turna_protocol.reports.area import Area
from turna_protocol.reports.hazard import Hazard
from turna_protocol.reports.medevac import Medevac
from turna_protocol.reports.message import Message
from turna_protocol.reports.more_fields import Worksite
from turna_protocol.reports.needs import NeedsReport
from turna_protocol.reports.settings import Settings
from turna_protocol.reports.task import Task
from turna_protocol.reports.task_status import TaskStatus

REPORTS: tuple[Report, ...] = (
    Hazard(mode=codes.ACTUAL, hazard=5, severity=3, radius_m=500, action=2, un_number=1017),
    Hazard(mode=codes.ACTUAL, hazard=15, state=3, text="söndü"),
    Medevac(mode=codes.EXERCISE, precedence=1, patients=Casualties(1, 1, 0, 0, 0), litter=2),
    Medevac(mode=codes.EXERCISE, equipment=(0, 3), terrain=(0, 4), security_level=6),
    NeedsReport(mode=codes.TEST, cluster=11, needs=((0, 3000), (3, None)), people=480),
    Area(mode=codes.ACTUAL, sector=24, affected_buildings=100, partly_collapsed=60, dead=0),
    Area(mode=codes.ACTUAL, infrastructure=(1, 2, 3, 0, 1, 2, 3, 0), missing=4294967295),
    Message(mode=codes.ACTUAL, phrase=17, answers=1048575),
    Message(mode=codes.TEST, phrase=32),
    Settings(mode=codes.ACTUAL, power=4, position_min=5),
    Settings(mode=codes.EXERCISE, health_min=240),
    Message(mode=codes.ACTUAL, text="Жолда ағаш құлаған"),
    Task(mode=codes.ACTUAL, number=65535, task=12, worksite=Worksite(3), due_in_min=90),
    Task(mode=codes.ACTUAL, number=1),
    TaskStatus(mode=codes.ACTUAL, number=17, status=2, reason=2),
)


def test_every_report_comes_back_as_it_was() -> None:
    for report in REPORTS:
        assert decode_report(encode_report(report, FRAME), FRAME) == report, report


def test_a_radius_comes_back_as_the_upper_bound_of_its_class() -> None:
    hazard = Hazard(mode=codes.ACTUAL, hazard=0, radius_m=51)
    assert decode_report(encode_report(hazard, FRAME), FRAME) == Hazard(
        mode=codes.ACTUAL, hazard=0, radius_m=100
    )


def test_to_evacuate_goes_before_everything_but_cleared_hazards_can_wait() -> None:
    order = [
        priority(Hazard(mode=codes.ACTUAL, hazard=0, action=action, state=state))
        for action, state in ((2, 0), (1, 0), (0, 3))
    ]
    assert order == [codes.FLASH, codes.IMMEDIATE, codes.PRIORITY]


def test_contradictions_are_refused_with_their_field() -> None:
    for expected, report in (
        ("action: ", Hazard(mode=codes.ACTUAL, hazard=0, action=2, state=3)),
        ("litter: ", Medevac(mode=0, patients=Casualties(1, 0, 0, 0), litter=1, ambulatory=1)),
        ("needs: ", NeedsReport(mode=0, needs=())),
        ("affected_buildings: ", Area(mode=0, affected_buildings=1, totally_collapsed=2)),
        ("text: ", Message(mode=0)),
        ("number: ", Task(mode=0, number=None)),
        ("number: ", TaskStatus(mode=0, number=None, status=0)),
        ("number: ", Task(mode=0, number=0)),
        ("infrastructure: ", Area(mode=0, infrastructure=(0,))),
        ("infrastructure: ", Area(mode=0, infrastructure=(4, 0, 0, 0, 0, 0, 0, 0))),
        ("radius_m: ", Hazard(mode=0, hazard=0, radius_m=5001)),
        ("hazard: ", Hazard(mode=0, hazard=16)),
        ("people: ", NeedsReport(mode=0, needs=((0, 1),), people=1 << 32)),
    ):
        assert misuse(report).startswith(expected), (expected, misuse(report))
