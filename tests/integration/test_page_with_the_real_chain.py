"""The officer's page with everything real behind it but the hardware: a click, and a screen.

Virtual handsets with the firmware, the modem, the gateway, the broker and the Secretariat as
processes of their own, and a browser in which a person signs in.
"""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial

import pytest
from playwright.sync_api import Browser, Page, expect

from turna.demo import services
from turna.demo.chain import Chain
from turna_handset import font
from turna_simulation.board import Board

SPEED = 2.0
SHORT_MS, LONG_MS, SOS_HOLD_MS = 120, 900, 2_400
SLICE_S = 0.3
# Virtual boards in step with the wall clock: seconds by themselves, longer beside other work.
PATIENCE_S = 90

pytestmark = pytest.mark.timeout(400)


class Field:
    """Two handsets whose screens are looked at and whose buttons are pressed."""

    def __init__(self, chain: Chain) -> None:
        self._chain = chain
        self.boards: list[Board] = chain.handsets

    def goes_on(self, until: Callable[[], bool] = lambda: False, for_s: float = PATIENCE_S) -> bool:
        """Let time pass until something holds; False if it does not within `for_s`."""
        give_up_s = time.monotonic() + for_s
        while not until():
            if time.monotonic() > give_up_s:
                return False
            self._chain.run(lambda: False, SLICE_S)
        return True

    def press(self, board: Board, hold_ms: int) -> None:
        board.press("user", hold_ms)
        self._passes(hold_ms + 700)

    def press_twice(self, board: Board) -> None:
        board.press_twice("user", SHORT_MS)
        self._passes(3 * SHORT_MS + 700)

    def _passes(self, duration_ms: int) -> None:
        end_ms = self._chain.world.now_ms + duration_ms
        self._chain.run(lambda: self._chain.world.now_ms >= end_ms)

    def reads(self, board: Board, words: str) -> bool:
        return any(words in line for line in self.screen(board))

    def screen(self, board: Board) -> list[str]:
        return list(board.screen().text(font))


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    directory = tmp_path_factory.mktemp("chain")
    with Chain(directory, handsets=2, seed=7, speed=SPEED, tell=lambda _: None) as chain:
        with socket.socket() as usual:  # the port that a demo beside this test may want
            with suppress(OSError):
                usual.bind(("127.0.0.1", services.USUAL_PAGE_PORT))
            chain.start()
        chain.switch_handsets_on()
        Field(chain).goes_on(for_s=4)
        yield chain


@pytest.fixture
def field(chain: Chain) -> Field:
    return Field(chain)


@pytest.fixture
def officer(chain: Chain, browser: Browser) -> Iterator[Page]:
    """Somebody who has signed in by name and password."""
    assert chain.secretariat is not None
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(chain.secretariat.address)
    page.locator("#name").fill(services.VISITOR)
    page.locator("#password").fill(chain.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#health")).to_contain_text("connected")
    yield page
    context.close()


def _shows(page: Page, selector: str, words: str) -> Callable[[], bool]:
    return lambda: words in " ".join(page.locator(selector).all_inner_texts())


def test_an_sos_pops_up_and_its_acceptance_is_read_on_the_handset(
    field: Field, officer: Page
) -> None:
    victim = field.boards[0]
    field.press(victim, SOS_HOLD_MS)
    assert field.goes_on(_shows(officer, "#sos", "TUR01-1"))

    officer.get_by_role("button", name="Accept as Visitor of the demo").click()

    assert field.goes_on(lambda: field.reads(victim, "read by a person"))
    expect(officer.locator("#sos")).to_be_hidden()


def test_a_task_is_held_by_the_handset_seen_and_done(field: Field, officer: Page) -> None:
    rescuer = field.boards[1]
    officer.get_by_role("link", name="Tasks and alerts").click()
    officer.locator("#say-to").select_option("team AZE01")
    officer.fill("#say-text", "2. kat")
    officer.locator("#say-send").click()

    card = "#words .word-task"
    assert field.goes_on(_shows(officer, card, "has arrived: the handset holds it"))
    assert field.goes_on(_shows(officer, card, "heard from the handset that it arrived"))
    assert field.goes_on(lambda: field.reads(rescuer, "1 NEW ORDER"))
    field.press_twice(rescuer)
    assert field.reads(rescuer, "go to"), field.screen(rescuer)
    field.press(rescuer, LONG_MS)  # opens it
    assert field.reads(rescuer, "2. kat"), field.screen(rescuer)
    assert field.goes_on(_shows(officer, card, "seen")), field.screen(rescuer)


def test_an_evacuation_of_everybody_is_heard_by_each(field: Field, officer: Page) -> None:
    officer.get_by_role("link", name="Tasks and alerts").click()
    officer.locator("#say-kind").select_option("alert")
    officer.locator("#say-send:enabled").click()
    officer.locator("#sure-yes").click()

    card = "#words .word-alert"
    assert field.goes_on(_shows(officer, card, "held by 2 of 2"))
    for board in field.boards:
        assert field.goes_on(partial(field.reads, board, "press: I have heard"))
        field.press(board, SHORT_MS)
    assert field.goes_on(_shows(officer, card, "answered by 2"))
