"""Axe finds nothing serious on any view, in daylight and the dark; keys alone reach everything."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.secretariat import exported
from tests.secretariat.field import sos
from tests.secretariat.live_page import LivePage
from turna_protocol.reports import Fix

FIX = Fix(3_620_500, 3_616_300, 8, 2)
SERIOUS = ("serious", "critical")
# In the dark, colours are others and nothing else is.
VIEWS = {"light": ("", "down", "book", "notices", "health"), "dark": ("", "down")}
AXE = Axe()


def _found(page: Page) -> list[str]:
    """Return what axe calls serious, with where it is."""
    answer: dict[str, Any] = AXE.run(page).response
    return [
        f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:150]}"
        for one in answer["violations"]
        if one["impact"] in SERIOUS
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(live: LivePage, browser: Browser, scheme: Any) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    live.arrives(
        live.field.carried(exported.sitrep(text="Kuzeyden gelin", fix=FIX), seq=1),
        live.field.carried(exported.triage(), seq=2),
        live.field.carried(exported.hazard(), seq=3),
        live.field.carried(sos(fix=FIX), device=2, seq=1),
        live.field.carried(sos(9), seq=4, key=bytes(32)),
    )
    found = {}
    for view in VIEWS[scheme]:
        page.goto(f"{live.address}/?view={view}")
        expect(page.locator("#sos")).to_be_visible()
        expect(page.locator(f"main > [data-in={view or 'picture'}]").first).to_be_visible()
        found[view] = _found(page)
    page.goto(live.address)
    page.locator("#report-rows button").first.click()
    expect(page.locator("dialog[open]")).to_be_visible()
    found["report"] = _found(page)
    for address in ("/situation", "/login"):
        page.goto(live.address + address)
        expect(page.locator("#language option")).to_have_count(10)
        found[address] = _found(page)
    context.close()

    assert {view: said for view, said in found.items() if said} == {}


def test_the_page_says_which_view_and_language_it_is_in(page: Page) -> None:
    page.locator("nav a").nth(1).focus()
    page.keyboard.press("Enter")
    expect(page.locator("nav a").nth(1)).to_have_attribute("aria-current", "page")
    expect(page.locator("#saying")).to_be_visible()

    page.locator("#language").select_option("kk")
    expect(page.locator("html")).to_have_attribute("lang", "kk")
