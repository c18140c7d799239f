"""The map's signs: what is lost looks lost, no number is under a button, crowds stay readable."""

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.secretariat.field import sos
from tests.secretariat.live_page import LivePage
from turna.deployment import TeamPlan
from turna_protocol import codes
from turna_protocol.reports import Fix, Position

FIX = Fix(3_620_500, 3_616_300, 8, 2)
MANY = 60
HIDDEN_UNDER = """() => {
  const box = (it) => it.getBoundingClientRect();
  const controls = [...document.querySelectorAll("#map .leaflet-control")].map(box);
  return [...document.querySelectorAll("#map .degrees span")].filter((it) => controls.some(
    (other) => box(it).left < other.right && other.left < box(it).right
      && box(it).top < other.bottom && other.top < box(it).bottom)).map((it) => it.textContent);
}"""


def _is_at(live: LivePage, device: int, fix: Fix = FIX, seq: int = 1) -> None:
    report = Position(mode=codes.EXERCISE, time_s=live.clock.unix_s(), fix=fix)
    live.arrives(live.field.carried(report, device=device, seq=seq))


def test_the_place_of_a_call_is_shown_at_once_from_another_view_too(
    browser: Browser, live: LivePage
) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    _is_at(live, 2, Fix(FIX.lat_e5 + 100_000, FIX.lon_e5 + 100_000, 8, 2))
    live.arrives(live.field.carried(sos(7, fix=FIX), seq=7))
    page.goto(f"{live.address}/?view=book")
    page.locator("#sos-cards").get_by_role("button", name="Show on map").click()

    expect(page.locator("#map .leaflet-control-scale-line")).to_have_text(re.compile("^[1-5] km"))
    expect(page.locator("#map .team.distress")).to_be_in_viewport()
    page.close()


def test_what_is_read_of_a_team_on_the_map_is_the_newest(page: Page, live: LivePage) -> None:
    _is_at(live, 1)
    page.locator("#map .team > span").click()
    about = page.locator(".about-team")
    expect(about).to_contain_text("36.20500, 36.16300")
    about.get_by_role("button", name="Its reports").focus()
    _is_at(live, 1, Fix(FIX.lat_e5 + 100, FIX.lon_e5, 8, 2), seq=2)

    expect(about).to_contain_text("36.20600, 36.16300")
    expect(about.get_by_role("button", name="Its reports")).to_be_focused()


def _becomes_clear(page: Page) -> None:
    """Wait until no number is under a button: the small map comes last, a zoom takes its time."""
    for _ in range(50):
        if not page.evaluate(HIDDEN_UNDER):
            return
        page.wait_for_timeout(100)
    assert page.evaluate(HIDDEN_UNDER) == []


def test_a_handset_whose_keys_were_taken_is_marked_on_the_map(page: Page, live: LivePage) -> None:
    _is_at(live, 1)
    page.get_by_role("button", name="TUR01-1: all about this handset").click()
    page.fill("#revoke-reason", "lost")
    page.locator("#revoke").click()
    page.locator("#sure-yes").click()
    expect(page.locator("#revoked")).to_contain_text("taken away")
    page.locator("#handset-close").click()

    team = page.locator("#map .team")
    expect(team).to_contain_text("⊘ TUR01-1 revoked")
    team.locator("span").click()
    expect(page.locator("#map .leaflet-popup")).to_contain_text("believe nothing")


def test_no_number_of_the_grid_hides_under_a_button(page: Page, live: LivePage) -> None:
    _is_at(live, 1)
    expect(page.locator("#map .overview")).to_be_visible()
    expect(page.locator("#map .degrees").first).to_be_attached()
    _becomes_clear(page)
    page.get_by_role("button", name="Zoom out").click()
    expect(page.locator("#map .leaflet-zoom-anim")).to_have_count(0)
    _becomes_clear(page)


def test_the_age_of_a_place_is_said_in_words(page: Page, live: LivePage) -> None:
    _is_at(live, 1)
    expect(page.locator("#map .team")).to_have_text("TUR01-1")
    live.clock.advance(12 * 60_000)
    expect(page.locator("#map .team")).to_have_text("TUR01-1 12 min ago", timeout=10_000)
    expect(page.get_by_role("button", name="TUR01-1 12 min ago")).to_be_attached()


def test_of_a_crowd_in_one_place_the_names_that_fit_are_shown_and_the_rest_are_dots(
    tmp_path: Path, browser: Browser
) -> None:
    with LivePage(tmp_path, [TeamPlan("TUR01", "tr", handsets=MANY)]) as live:
        for device in range(1, MANY + 1):
            _is_at(live, device, Fix(3_620_500 + device, 3_616_300, 8, 2))
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(live.address)
        expect(page.locator("#map .team")).to_have_count(MANY)
        expect(page.locator("#map .crowded").first).to_be_attached()
        named = page.locator("#map .team:not(.crowded)").count()
        page.context.close()

    assert 5 <= named < MANY
