"""The handset's page for a phone in a real browser, served by MicroPython."""

import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.simulation.handset_bench import Field
from tests.simulation.test_phone_page import open_page
from turna_protocol.reports import Sitrep
from turna_simulation.world import World


@pytest.fixture
def field(tmp_path: Path) -> Iterator[Field]:
    with World(seed=1) as world:
        made = Field(world, tmp_path, language="tr")
        open_page(made)
        yield made


def in_browser(field: Field, browser: Browser, language: str) -> Iterator[Page]:
    """Open the page on a small screen, while the board's world runs in another thread."""
    address = field.handset.page_address
    assert address is not None
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale=language)
    page = context.new_page()
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).netloc))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console",
        lambda said: errors.append(said.text) if "Content Security" in said.text else None,
    )
    over = threading.Event()
    runs = threading.Thread(
        target=lambda: field.world.run_paced(until=over.is_set, for_ms=50_000), daemon=True
    )
    runs.start()
    page.goto(address)
    yield page
    context.close()
    over.set()
    runs.join()
    assert set(asked) == {urlsplit(address).netloc}, "a request left the handset"
    assert errors == []


def test_a_rescuer_fills_in_a_report_in_turkish_and_sees_where_it_is(
    field: Field, browser: Browser
) -> None:
    for page in in_browser(field, browser, "tr"):
        expect(page.locator("#who")).to_have_text("TR-USAR-1")
        expect(page.locator("#mode")).to_have_text("TATBİKAT")
        page.select_option("#type", "sitrep")
        page.select_option("[name=team_status]", "on_site")
        page.fill("[name=trapped]", "4")
        page.check("[name=hazards][value=gas]")
        page.fill("[name=text]", "<b>Çatı çöktü</b>")
        page.click("#send")
        expect(page.locator("#said")).to_contain_text("#0")
        expect(page.locator("#journal li")).to_have_count(1)
        page.select_option("#language", "kk")
        expect(page.locator("#mode")).not_to_have_text("TATBİKAT")
    field.world.run_for(5_000)
    ((_, report),) = field.gateway.of_kind(Sitrep)
    assert isinstance(report, Sitrep)
    assert (report.trapped, report.text) == (4, "<b>Çatı çöktü</b>")


def test_what_is_wrong_is_marked_and_every_form_can_be_drawn(
    field: Field, browser: Browser
) -> None:
    for page in in_browser(field, browser, "en"):
        expect(page.locator("#who")).to_have_text("TR-USAR-1")
        expect(page.locator("#type option")).to_have_count(11)
        types = page.locator("#type option").evaluate_all("all => all.map(one => one.value)")
        for name in types:
            page.select_option("#type", name)
            expect(page.locator("#send")).to_be_visible()
        page.select_option("#type", "worksite_triage")
        page.fill("[name=worksite]", "nowhere")
        page.click("#send")
        expect(page.locator("[name=worksite]")).to_have_class("wrong")
        expect(page.locator("#journal li")).to_have_count(0)
