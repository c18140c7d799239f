"""What comes down to a handset, from the air to screen, buzzer and the team's answer."""

from pathlib import Path

from tests.simulation.handset_bench import DOUBLE_MS, LONG_MS, PRESS_MS, Field, Host
from turna_handset import font_large
from turna_protocol import alerts, codes, downlink, orders
from turna_protocol.orders import Holding
from turna_protocol.report_codes import PHRASES, STATUSES, TASKS
from turna_protocol.reports.message import Message
from turna_protocol.reports.settings import Settings
from turna_protocol.reports.task import Task
from turna_protocol.reports.task_status import TaskStatus
from turna_simulation.world import World


def a_task() -> Task:
    return Task(mode=codes.EXERCISE, number=17, task=TASKS.index("search"), text="school")


def statuses(field: Field) -> list[tuple[int | None, str]]:
    """Return what the team said of its tasks."""
    found = [one for _, one in field.gateway.of_kind(TaskStatus)]
    return [(one.number, STATUSES[one.status]) for one in found if isinstance(one, TaskStatus)]


def answers(field: Field) -> list[tuple[str, int | None]]:
    """Return what the team answered."""
    found = [one for _, one in field.gateway.of_kind(Message)]
    return [(PHRASES[one.phrase], one.answers) for one in found if isinstance(one, Message)]


def double_press(field: Field) -> None:
    field.handset.press_twice("user", DOUBLE_MS)
    field.world.run_for(1700)


def test_a_task_is_shown_sounded_held_seen_and_done(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path)
        tones = field.handset.parts.buzzer.tones
        field.gateway.order(0, a_task())
        world.run_for(3000)
        assert field.shows("NEW ORDER, TEXT")
        assert field.handset.parts.buzzer.tones > tones
        assert field.gateway.holdings == [Holding(orders.ORDERS, 0, 0)]

        double_press(field)
        assert field.shows("search")
        field.press(LONG_MS)
        assert field.shows("search #17")
        assert field.shows("school")
        field.press(LONG_MS, PRESS_MS, PRESS_MS, LONG_MS)
        world.run_for(90_000)
        assert statuses(field) == [(17, "seen"), (17, "done")]


def test_a_repeated_order_sounds_once_and_is_held_again(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path)
        field.gateway.order(0, a_task())
        world.run_for(3000)
        tones = field.handset.parts.buzzer.tones
        for _ in range(2):
            field.gateway.order(0, a_task())
            world.run_for(3000)
        assert field.handset.parts.buzzer.tones == tones
        assert field.gateway.holdings == [Holding(orders.ORDERS, 0, 0)] * 3
        assert Host(field).counters()["letters unread"] == 1


def test_a_drill_fills_the_screen_until_a_key_and_says_who_has_heard(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path)
        field.gateway.alert(alerts.EVACUATE, 1)
        world.run_for(2500)
        assert field.handset.screen().text(font_large) == ["EVACUATE"]
        assert field.shows("ONLY A DRILL")
        tones = field.handset.parts.buzzer.tones
        world.run_for(20_000)
        assert field.handset.parts.buzzer.tones > tones + 4, "it goes on"
        field.press(PRESS_MS)
        tones = field.handset.parts.buzzer.tones
        world.run_for(60_000)
        assert field.handset.parts.buzzer.tones <= tones + 1
        assert field.shows("heard; still on")
        reference = downlink.answer_to_alert(codes.EXERCISE, alerts.EVACUATE, 1)
        assert answers(field) == [("received", reference)]
        name = downlink.alert_name(codes.EXERCISE, alerts.EVACUATE, 1)
        assert field.gateway.holdings == [Holding(orders.ALERTS, name, 0)]

        field.restart()
        assert field.handset.screen().text(font_large) == ["EVACUATE"]
        assert field.shows("heard; still on")


def test_an_alarm_in_earnest_within_an_exercise_is_no_drill(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path)
        field.gateway.alert(alerts.CEASE_WORK, 1, codes.ACTUAL)
        world.run_for(2500)
        assert field.shows("REAL - NOT A DRILL")
        assert not field.shows("EXERCISE")


def test_an_order_evacuates_one_team_and_another_ends_it(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path)
        field.gateway.order(0, Message(mode=codes.EXERCISE, phrase=PHRASES.index("evacuate")))
        world.run_for(4000)
        assert field.handset.screen().text(font_large) == ["EVACUATE"]
        field.press(PRESS_MS)
        field.gateway.order(1, Message(mode=codes.EXERCISE, phrase=PHRASES.index("resume_work")))
        world.run_for(4000)
        assert field.handset.screen().text(font_large) == ["RESUME"]
        field.press(PRESS_MS, PRESS_MS)
        world.run_for(60_000)
        assert answers(field) == [("received", 0), ("received", 1)]
        assert field.shows("TR-USAR-1")


def test_settings_by_an_order_are_obeyed_once_and_ask_nobody(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path)
        for _ in range(2):
            field.gateway.order(0, Settings(mode=codes.EXERCISE, position_min=1))
            world.run_for(3000)
        counters = Host(field).counters()
        assert (counters["settings obeyed"], counters["letters unread"]) == (1, 0)
        assert field.handset.read_file("/intervals") == b"60 600"
