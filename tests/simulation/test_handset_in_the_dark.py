"""A gloved hand in the dark: the first press, and what light and buzzer say by their rhythm."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.simulation.handset_bench import HOLD_MS, LONG_MS, PRESS_MS, Field
from turna_handset import font_large, signals
from turna_protocol import alerts, codes, delivery
from turna_protocol.report_codes import PHRASES
from turna_protocol.reports import Sitrep, Sos
from turna_protocol.reports.message import Message
from turna_simulation.world import World

DARK_MS = 15_000
DAY_S = 86_400
EXACT_MS = 15  # turns of other tasks, and the erasing of a sector
QUIET: dict[str, Any] = {
    "position_interval_s": DAY_S,
    "health_interval_s": DAY_S,
    "power": "listen",
}


@pytest.fixture
def field(tmp_path: Path) -> Iterator[Field]:
    with World(seed=4) as world:
        yield Field(world, tmp_path, **QUIET)


def go_dark(field: Field) -> None:
    field.world.run_for(DARK_MS)
    assert field.handset.screen().dark


def rhythm(field: Field, act: Callable[[], None], for_ms: int) -> list[int]:
    """Return for how long the light was on, off, on, ... from the first time it went on."""
    at_ms: list[int] = []
    field.handset.parts.lamp.watchers.append(lambda _: at_ms.append(field.world.now_ms))
    act()
    field.world.run_for(for_ms)
    field.handset.parts.lamp.watchers.clear()
    return [after - before for before, after in pairwise(at_ms)]


def tones(field: Field, act: Callable[[], None], for_ms: int) -> list[int]:
    """Return for how long the buzzer was on, off, on, ... from its first tone."""
    log = field.world.log
    before = len(log.entries("handset", "buzzer"))
    act()
    field.world.run_for(for_ms)
    at_ms = [entry.at_us // 1000 for entry in log.entries("handset", "buzzer")[before:]]
    return [after - before for before, after in pairwise(at_ms)]


def same(heard: list[int], meant: list[int]) -> bool:
    return len(heard) >= len(meant) and all(
        abs(one - other) <= EXACT_MS for one, other in zip(heard, meant, strict=False)
    )


# -- keys


def test_a_press_in_the_dark_only_lights_the_screen(field: Field) -> None:
    go_dark(field)
    field.press(PRESS_MS)
    assert not field.handset.screen().dark
    assert field.shows("TR-USAR-1"), "it was pressed to look: home is what there is to see"
    field.press(PRESS_MS)
    assert not field.shows("TR-USAR-1"), "the next one opens the menu"


def test_a_press_in_the_dark_changes_nothing_in_a_menu(field: Field) -> None:
    field.press(PRESS_MS, PRESS_MS, PRESS_MS)
    lines = field.screen()
    go_dark(field)
    for hold_ms in (PRESS_MS, LONG_MS):
        tones_before = field.handset.parts.buzzer.tones
        field.press(hold_ms)
        assert field.screen()[1:] == lines[1:]
        assert field.handset.parts.buzzer.tones == tones_before, "no click: it selects nothing"
        go_dark(field)


def test_a_long_press_in_the_dark_begins_a_sitrep(field: Field) -> None:
    go_dark(field)
    field.send_sitrep()
    assert field.world.run_until(lambda: bool(field.gateway.of_kind(Sitrep)), 20_000)


@pytest.mark.parametrize("presses", [0, 2], ids=["at home", "in a menu"])
def test_an_sos_can_be_held_in_the_dark(field: Field, presses: int) -> None:
    field.press(*[PRESS_MS] * presses)
    go_dark(field)
    field.press(HOLD_MS)
    assert field.shows("SOS")
    assert field.world.run_until(lambda: bool(field.gateway.of_kind(Sos)), 20_000)


def test_an_alarm_in_the_dark_is_heard_by_any_key(field: Field) -> None:
    go_dark(field)
    field.gateway.alert(alerts.EVACUATE, 1)
    field.world.run_for(2_000)
    assert not field.handset.screen().dark
    assert field.handset.screen().text(font_large) == ["EVACUATE"]
    field.press(PRESS_MS)
    assert field.shows("heard; still on")


def test_three_buttons_are_used_where_they_are(field: Field) -> None:
    field.press(PRESS_MS)
    first = field.screen()
    shown = [first]
    for button in ("down", "up"):
        for _ in range(5):  # more lines than the screen has
            field.handset.press(button, PRESS_MS)
            field.world.run_for(400)
        shown.append(field.screen())
    assert shown[0] == shown[2] != shown[1]


# -- light


def test_while_an_order_is_unread_the_light_flashes_twice_every_five_seconds(field: Field) -> None:
    field.gateway.order(0, Message(mode=codes.EXERCISE, phrase=PHRASES.index("call_me")))
    go_dark(field)
    lit = rhythm(field, lambda: None, 16_000)
    start = 0 if lit[1] == min(lit[1::2]) else 2
    assert same(lit[start:], list(signals.UNREAD_LIGHT)), lit


def test_while_a_report_waits_the_light_flashes_once_in_ten_seconds(field: Field) -> None:
    field.send_sitrep()
    go_dark(field)
    assert same(rhythm(field, lambda: None, 35_000), [30, 9_970, 30, 9_970])
    field.world.run_for(200_000)  # until the first position and the first health are out too
    for seq, _ in field.gateway.reports():
        field.gateway.acknowledge(seq)
    go_dark(field)
    assert rhythm(field, lambda: None, 35_000) == []


def test_light_and_buzzer_say_sos_in_morse_until_it_is_held(field: Field) -> None:
    field.press(HOLD_MS)
    field.world.run_for(6_000)
    morse = list(signals.SOS_SENDING)
    lit = rhythm(field, lambda: None, 3 * sum(morse))
    start = lit.index(max(lit[: len(morse)])) + 1
    assert same(lit[start:], morse)
    ((seq, _),) = field.gateway.of_kind(Sos)
    field.gateway.acknowledge(seq)
    field.world.run_for(3_000)
    held = rhythm(field, lambda: None, 3 * sum(signals.SOS_HELD))
    assert same(held[-2:], list(signals.SOS_HELD)) or same(held[-2:], list(signals.SOS_HELD)[::-1])


# -- buzzer


@pytest.mark.parametrize(
    ("code", "pattern"),
    [(alerts.EVACUATE, signals.EVACUATE), (alerts.CEASE_WORK, signals.CEASE_WORK)],
    ids=["evacuate", "cease work"],
)
def test_an_alarm_has_the_rhythm_of_insarag_until_a_key(
    field: Field, code: int, pattern: tuple[int, ...]
) -> None:
    heard = tones(field, lambda: field.gateway.alert(code, 1), 2 * sum(pattern) + 3_000)
    assert same(heard, list(pattern)), heard
    assert tones(field, lambda: field.press(PRESS_MS), 20_000)[1:] == []


def test_the_end_of_an_alarm_is_one_long_and_one_short(field: Field) -> None:
    phrase = PHRASES.index
    field.gateway.order(0, Message(mode=codes.EXERCISE, phrase=phrase("evacuate")))
    field.world.run_for(4_000)
    field.press(PRESS_MS)
    field.world.run_for(5_000)
    end = Message(mode=codes.EXERCISE, phrase=phrase("resume_work"))
    assert same(tones(field, lambda: field.gateway.order(1, end), 9_000), [3_000, 1_000, 1_000])


def test_the_further_a_report_has_come_the_more_often_it_sounds(field: Field) -> None:
    seq = field.send_sitrep()
    field.world.run_for(2_000)
    beeps = [tones(field, lambda: field.gateway.acknowledge(seq), 3_000)]
    beeps += [
        tones(field, partial(field.gateway.receipt, seq, state), 3_000)
        for state in (delivery.AT_SECRETARIAT, delivery.READ, delivery.ACTED)
    ]
    assert [len(one) // 2 + 1 for one in beeps] == [1, 2, 3, 4]
