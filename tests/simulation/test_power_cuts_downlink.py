"""The power goes at every write that something from the Secretariat takes, on real littlefs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulation.cuts import cut_at_each_write
from tests.simulation.handset_bench import DOUBLE_MS, LONG_MS, PRESS_MS, Field, Host
from turna_handset import font_large
from turna_handset import letter as letters
from turna_handset.journal_file import unpack_report
from turna_protocol import alerts, codes, downlink, orders
from turna_protocol.orders import Holding
from turna_protocol.report_codes import PHRASES, STATUSES, TASKS
from turna_protocol.reports import Report, decode_report
from turna_protocol.reports.message import Message
from turna_protocol.reports.settings import MINUTES, Settings
from turna_protocol.reports.task import Task
from turna_protocol.reports.task_status import TaskStatus
from turna_simulation.world import World

DAY_S = 86_400


pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]  # as often as there are writes


@pytest.fixture
def field(tmp_path: Path) -> Iterator[Field]:
    with World(seed=5) as world:
        yield Field(world, tmp_path, position_interval_s=DAY_S, health_interval_s=DAY_S)


def inbox(field: Field) -> dict[int, int]:
    """Return the status of each letter in flash by its reference."""
    found = {}
    for name, content in field.handset.read_folder("/inbox").items():
        if name.endswith(".l"):
            head = letters.unpack(content)
            found[head.reference] = head.status
    return found


def saved(field: Field) -> list[Report]:
    """Return every report in flash, which goes on until somebody holds it."""
    found = []
    for name, content in field.handset.read_folder("/journal").items():
        if name.endswith(".r"):
            report = unpack_report(content).content
            found.append(decode_report(report, field.gateway.mission.frame))
    return found


def answers(field: Field) -> list[tuple[str, int | None]]:
    found = [one for one in saved(field) if isinstance(one, Message)]
    return [(PHRASES[one.phrase], one.answers) for one in found]


def statuses(field: Field, task: int) -> list[str]:
    found = [one for one in saved(field) if isinstance(one, TaskStatus) and one.number == task]
    return [STATUSES[one.status] for one in found]


def give(field: Field, number: int) -> None:
    task = Task(mode=codes.EXERCISE, number=number + 1, task=TASKS.index("search"))
    field.gateway.order(number, task)
    field.world.run_for(2_500)


def test_an_order_is_there_once_and_its_number_is_taken_once(field: Field) -> None:
    given = 0

    def give_next() -> None:
        give(field, given)

    for _ in cut_at_each_write(field, give_next):
        tones = field.handset.parts.buzzer.tones
        was_there = given in inbox(field)
        give(field, given)
        assert (field.handset.parts.buzzer.tones > tones) is not was_there
        assert set(inbox(field)) == set(range(given + 1))
        assert field.gateway.holdings[-1] == Holding(orders.ORDERS, given, (1 << given) - 1)
        given += 1
    assert Host(field).counters()["letters unread"] == given > 5


def test_an_alarm_sounds_until_a_person_has_heard_it(field: Field) -> None:
    number = 1

    def alarm_and_hear() -> None:
        field.gateway.alert(alerts.EVACUATE, number)
        field.world.run_for(1_500)
        if field.handset.running:
            field.press(PRESS_MS)

    for _ in cut_at_each_write(field, alarm_and_hear):
        reference = downlink.answer_to_alert(codes.EXERCISE, alerts.EVACUATE, number)
        heard = inbox(field).get(reference) == letters.HEARD
        field.gateway.alert(alerts.EVACUATE, number)
        field.world.run_for(2_500)
        assert field.handset.screen().text(font_large) == ["EVACUATE"]
        tones = field.handset.parts.buzzer.tones
        field.world.run_for(9_000)
        assert (field.handset.parts.buzzer.tones > tones) is not heard
        field.press(PRESS_MS)
        assert inbox(field)[reference] == letters.HEARD
        assert ("received", reference) in answers(field)
        number += 1
    assert number > 4


def test_what_a_team_says_of_a_task_is_never_forgotten_once_it_is_shown(field: Field) -> None:
    given = 0

    def double_press() -> None:
        field.handset.press("user", DOUBLE_MS)
        field.world.run_for(200)
        field.press(DOUBLE_MS)

    def accept() -> None:
        for _ in range(3):  # the newest letter, its answers, the first of them
            if field.handset.running:
                field.press(LONG_MS)
        if field.handset.running:
            double_press()  # home

    def read_and_accept() -> None:
        double_press()  # home to inbox, for somebody has to read it
        accept()

    give(field, given)
    for _ in cut_at_each_write(field, read_and_accept):
        status = inbox(field)[given]
        shown = STATUSES[status - letters.TASK_STATES] if status else None
        assert shown in (None, *statuses(field, given + 1)), "what is shown will be known"
        if shown != "accepted":
            field.menu("inbox")
            accept()
        assert inbox(field)[given] == letters.TASK_STATES + STATUSES.index("accepted")
        given += 1
        give(field, given)
    assert given > 5


def test_settings_by_an_order_are_the_old_or_the_new_and_then_the_new(field: Field) -> None:
    number = 0

    choices = list(MINUTES)

    def obeyed() -> bytes:
        return field.handset.read_file("/intervals") or b""

    def order() -> None:
        field.gateway.order(number, Settings(mode=codes.EXERCISE, position_min=choices[number]))
        field.world.run_for(2_500)

    before = b""
    for _ in cut_at_each_write(field, order):
        after = f"{60 * choices[number]} 86400".encode()
        assert obeyed() in (before, after)
        order()
        assert obeyed() == after
        assert Host(field).counters()["letters unread"] == 0
        before, number = after, number + 1
    assert number > 4
