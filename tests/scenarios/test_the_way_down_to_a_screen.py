"""What the Secretariat says, to a handset's screen, and what a person answers by its button."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenarios.conftest import EPOCH_S, make_kit
from tests.scenarios.test_the_way_down import Officer
from turna_handset import font
from turna_simulation.board import Board
from turna_simulation.chain import VirtualChain
from turna_simulation.world import World

# Two boards in virtual time: seconds by themselves, longer beside other work.
pytestmark = pytest.mark.timeout(240)
SHORT_MS, LONG_MS, DOUBLE = 120, 900, -1


class Rescuer:
    """Looks at a screen and presses its button."""

    def __init__(self, chain: VirtualChain, device: int, position: tuple[float, float]) -> None:
        self._chain = chain
        self.board: Board = chain.add_handset(device, position=position)
        self.board.parts.gnss.stand_at(3_620_500, 3_616_300)
        self.board.power_on()

    def press(self, *holds_ms: int) -> None:
        for hold_ms in holds_ms:
            if hold_ms == DOUBLE:
                self.board.press_twice("user", SHORT_MS)
            else:
                self.board.press("user", hold_ms)
            self._chain.world.run_for(max(hold_ms, 3 * SHORT_MS) + 800)

    def reads(self, words: str) -> bool:
        return any(words in line for line in self.board.screen().text(font))


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[VirtualChain]:
    with World(seed=7, start_unix_s=EPOCH_S + 7600) as world:
        chain = VirtualChain(world, make_kit(tmp_path), gateway="hatay-1")
        chain.start()
        yield chain
        chain.close()


def test_a_task_reaches_the_screen_is_seen_and_its_done_comes_back(chain: VirtualChain) -> None:
    rescuer = Rescuer(chain, 1, (400.0, 300.0))
    chain.world.run_for(8_000)
    officer = Officer(chain)
    task = officer.say("task", {"task": "search", "worksite": "TUR01-0003", "text": "2. kat"}, 1)

    def stands_at(state: str) -> bool:
        return bool(officer.word(task)["handsets"][0]["task_state"] == state)

    assert chain.world.run_until(lambda: officer.states(task) == ["delivered"], 20_000)
    assert rescuer.reads("1 NEW ORDER")
    rescuer.press(DOUBLE, LONG_MS)
    assert rescuer.reads("search")
    assert chain.world.run_until(lambda: stands_at("seen"), 30_000)
    rescuer.press(LONG_MS, SHORT_MS, SHORT_MS, LONG_MS)

    assert chain.world.run_until(lambda: stands_at("done"), 60_000)


def test_an_evacuate_reaches_every_screen_and_each_says_that_somebody_heard(
    chain: VirtualChain,
) -> None:
    places = ((400.0, 300.0), (-300.0, 200.0))
    rescuers = [Rescuer(chain, device, at) for device, at in enumerate(places, 1)]
    chain.world.run_for(8_000)
    officer = Officer(chain)
    evacuate = officer.say("alert", {"code": "evacuate"})

    assert chain.world.run_until(
        lambda: officer.states(evacuate) == ["delivered", "delivered"], 60_000
    )
    assert all(rescuer.reads("press: I have heard") for rescuer in rescuers)
    for rescuer in rescuers:
        rescuer.press(SHORT_MS)

    def all_answered() -> bool:
        said = [handset["answers"] for handset in officer.word(evacuate)["handsets"]]
        return all(answers and answers[-1]["said"] == "received" for answers in said)

    assert chain.world.run_until(all_answered, 60_000)
    resume = officer.say("alert", {"code": "resume"})
    assert chain.world.run_until(
        lambda: officer.states(resume) == ["delivered", "delivered"], 90_000
    )
    for rescuer in rescuers:
        rescuer.press(SHORT_MS, SHORT_MS)
    assert not any(rescuer.reads("still on") for rescuer in rescuers)
