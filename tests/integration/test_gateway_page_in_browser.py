"""The gateway's own page in a real browser: what an operator alone in the field sees."""

import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.gateway.field import EPOCH_S, SOS, Field, Handset, receipt_for
from turna_gateway.alarms import SILENCE_S
from turna_gateway.status import StatusBoard
from turna_gateway.status_page import create_app
from turna_protocol.codes import EXERCISE
from turna_protocol.reports import Fix, Position

ONE, TWO = Handset(1), Handset(2)
PATIENCE_MS = 15_000


def position(east_e5: int) -> Position:
    return Position(
        mode=EXERCISE,
        time_s=EPOCH_S,
        fix=Fix(3_620_000, 3_616_000 + east_e5, 8, 2),
        battery_pct=77,
    )


class Station:
    """A gateway in virtual time whose page is served on a real port."""

    def __init__(self, folder: Path) -> None:
        self.field = Field(folder)
        self.board = StatusBoard(self.field.gateway, self.field.mission, self.field.clock)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        settings = uvicorn.Config(create_app(self.board), port=self.port, log_config=None)
        self._server = uvicorn.Server(settings)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)

    def passes(self, seconds: int) -> None:
        self.field.pass_time(seconds * 1_000)
        self.board.refresh()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    made = Station(tmp_path)
    yield made
    made.stop()
    made.field.store.close()


@pytest.fixture
def page(browser: Browser, station: Station) -> Iterator[Page]:
    page = opened(browser, station)
    yield page
    page.close()


def opened(browser: Browser, station: Station, **how: Any) -> Page:
    """Open the page of a gateway that hears two handsets and some noise."""
    page = browser.new_context(**how).new_page()
    page.set_default_timeout(PATIENCE_MS)
    station.field.radio_up()
    station.field.connect()
    station.field.hear(ONE.seal(1, position(0)), TWO.seal(1, position(900)), b"noise")
    station.passes(5)
    page.goto(f"http://127.0.0.1:{station.port}/")
    expect(page.locator("#handsets tr")).to_have_count(2)
    return page


def bad_day(station: Station) -> None:
    """Let an SOS, an outage, a silent handset, a lost modem and a backlog be shown at once."""
    station.field.disconnect()
    station.passes(SILENCE_S + 300)
    station.field.hear(ONE.seal(2, SOS), *(ONE.seal(seq) for seq in range(10, 110)))
    station.field.radio_down()
    station.passes(2)


def serious(page: Page) -> list[str]:
    """Return what axe calls serious, with where it is."""
    found: dict[str, Any] = Axe().run(page).response
    return [
        f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:150]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_by_day_and_by_night(
    browser: Browser, station: Station, scheme: Any
) -> None:
    page = opened(browser, station, color_scheme=scheme)
    bad_day(station)
    expect(page.locator("#alarms .sos")).to_be_visible()

    assert serious(page) == []
    page.context.close()


@pytest.mark.parametrize(
    ("locale", "sos", "modem"),
    [
        ("tr-TR", "Sekretaryada DEĞİL", "kabloya ve kartın ışığına bakın"),
        ("az-AZ", "Katiblikdə DEYİL", "kabelə və lövhənin işığına baxın"),
        ("kk-KZ", "Хатшылықта ЕМЕС", "кабельге және тақта шамына қараңыз"),
        ("ky-KG", "Катчылыкта ЭМЕС", "кабелге жана платанын чырагына караңыз"),
        ("uz-UZ", "Kotibiyatda EMAS", "kabelga va plata chirogʻiga qarang"),
        ("uz-Cyrl-UZ", "Котибиятда ЭМАС", "кабелга ва плата чироғига қаранг"),
        ("tk-TM", "Sekretariatda DÄL", "kabele we platanyň çyrasyna serediň"),
        ("hu-HU", "NINCS a Titkárságon", "nézze meg a kábelt és a panel fényét"),
        ("ru-RU", "НЕ в Секретариате", "проверьте кабель и огонёк платы"),
    ],
)
def test_it_speaks_the_browsers_language_and_fits_a_telephone_in_it(
    browser: Browser, station: Station, locale: str, sos: str, modem: str
) -> None:
    page = opened(browser, station, locale=locale, viewport={"width": 360, "height": 700})
    bad_day(station)

    alarms = page.locator("#alarms")
    expect(alarms.locator("div").first).to_contain_text(sos)
    expect(alarms.locator("div").first).to_contain_text("AFAD-1 (AFAD)")
    expect(alarms).to_contain_text(modem)
    expect(page.locator("#machine-made")).to_be_visible()
    assert page.evaluate("document.documentElement.lang").partition("-")[0] == locale[:2]
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert "{" not in page.locator("body").inner_text()
    page.context.close()


def test_another_language_is_chosen_and_stays_chosen(page: Page) -> None:
    expect(page.locator("#facts")).to_contain_text("Waiting for its receipt")
    page.locator("#language").select_option("hu")
    expect(page.locator("#facts")).to_contain_text("Elismervényére vár")
    expect(page.locator("#handsets")).to_contain_text("gyenge")

    page.reload()
    expect(page.locator("#facts")).to_contain_text("Elismervényére vár")
    page.locator("#language").select_option("en")
    expect(page.locator("#facts")).to_contain_text("Waiting for its receipt")
    expect(page.locator("#machine-made")).to_be_hidden()


def test_on_paper_everything_is_there_in_black_on_white(page: Page, station: Station) -> None:
    bad_day(station)
    expect(page.locator("#alarms .sos")).to_be_visible()
    page.emulate_media(media="print")

    expect(page.locator("#closer")).to_be_hidden()
    expect(page.locator("#handsets tr")).to_have_count(2)
    alarm = page.locator("#alarms .critical").first
    assert alarm.evaluate("it => getComputedStyle(it).color") == "rgb(0, 0, 0)"
    assert alarm.evaluate("it => getComputedStyle(it).backgroundColor") == "rgb(255, 255, 255)"
    assert len(page.pdf(format="A4")) > 10_000


def test_a_backlog_shows_how_far_it_is_and_how_long_it_still_takes(
    page: Page, station: Station
) -> None:
    field = station.field
    field.disconnect()
    field.hear(*(ONE.seal(seq) for seq in range(10, 210)))
    station.passes(2)
    expect(page.locator("#facts")).to_contain_text("0 % of 202; not getting fewer now")

    field.broker_confirms = True
    field.connect()
    for first in range(0, 100, 5):
        field.receipt(*(receipt_for(one, ONE) for one in field.reports()[first : first + 5]))
        station.passes(1)

    expect(page.locator("#facts")).to_contain_text(
        re.compile(r"\d\d % of 202; about \d+ s more at")
    )
    expect(page.locator("#facts progress")).to_be_visible()


def test_it_shows_handsets_on_a_map_and_the_share_of_the_hours_air_time(page: Page) -> None:
    expect(page.locator("#mode")).to_have_text("EXERCISE")
    expect(page.locator("#handsets tr")).to_have_count(2)
    expect(page.locator("#handsets")).to_contain_text("77 %")
    expect(page.locator("#map circle.here")).to_have_count(2)
    expect(page.locator("#map")).to_contain_text("AFAD-2")
    expect(page.locator("#map")).to_contain_text("m")
    expect(page.locator("#facts")).to_contain_text("of 360 s an hour")
    expect(page.locator("#facts")).to_contain_text("bytes a report")
    expect(page.locator("#refused")).to_contain_text("malformed")
    expect(page.locator("#alarms div")).to_have_count(0)


def test_silence_outage_and_sos_appear_without_a_reload_and_not_by_colour_alone(
    page: Page, station: Station
) -> None:
    station.field.disconnect()
    station.passes(SILENCE_S + 300)
    station.field.hear(ONE.seal(2, SOS))
    station.passes(2)

    alarms = page.locator("#alarms")
    expect(alarms.locator("div").first).to_contain_text(
        "AFAD-1 (AFAD), 0 min ago, 36.20000, 36.16000: NOT at the Secretariat",
        timeout=PATIENCE_MS,
    )
    expect(alarms.locator("div").first).to_contain_text("pass it on by voice")
    expect(alarms).to_contain_text("no backbone for 15 min: gone")
    expect(alarms).to_contain_text("AFAD-2 silent for 15 min")
    expect(page.locator("#handsets tr.silent")).to_have_count(1)
    expect(page.locator("#map circle.sos")).to_have_count(1)
    expect(page.locator("#map")).to_contain_text("AFAD-1 SOS")
    expect(page.locator("#facts")).to_contain_text("SOS 1")
    marks = page.locator("#alarms .warning").first.evaluate(
        "alarm => getComputedStyle(alarm, '::before').content"
    )
    assert "!" in marks


def test_a_gateway_that_died_is_told_and_its_last_picture_stays(
    page: Page, station: Station
) -> None:
    expect(page.locator("#handsets tr")).to_have_count(2)
    station.stop()

    expect(page.locator("#alarms")).to_contain_text("does not answer", timeout=PATIENCE_MS)
    expect(page.locator("#handsets tr")).to_have_count(2)


def test_it_fits_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 700})

    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_wider_view_shows_the_coast_and_how_to_come_back(page: Page) -> None:
    expect(page.locator("#attribution")).to_contain_text("no opinion on the status")
    for _ in range(5):
        page.locator("#wider").click()
    expect(page.locator("#map path.lake")).not_to_have_count(0)
    expect(page.locator("#map")).to_contain_text("km")

    page.locator("#fit").click()
    expect(page.locator("#map path.lake")).to_have_count(0)
    expect(page.locator("#map")).not_to_contain_text("km")


def test_labels_never_cover_each_other_and_an_sos_has_one_wherever_it_is(
    page: Page, station: Station
) -> None:
    crowd = [Handset(number) for number in range(2, 9)]
    station.field.hear(*(one.seal(7, position(one.device)) for one in crowd))
    station.field.hear(ONE.seal(7, SOS))
    station.passes(2)

    expect(page.locator("#map text.sos")).to_have_text("AFAD-1 SOS 2 s", timeout=PATIENCE_MS)
    covered = page.evaluate(
        """() => {
          const labels = [...document.querySelectorAll("#map text")];
          const boxes = labels.map((label) => label.getBoundingClientRect());
          return boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) =>
            a.left < b.right - 2 && b.left < a.right - 2 &&
            a.top < b.bottom - 6 && b.top < a.bottom - 6));
        }"""
    )
    assert covered == []


def test_signal_is_said_in_a_word_as_well(page: Page) -> None:
    expect(page.locator("#handsets")).to_contain_text("weak")
    expect(page.locator("#handsets")).to_contain_text("-110 dBm")
