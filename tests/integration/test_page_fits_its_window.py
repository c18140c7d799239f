"""Nothing lies under something else, is cut at an edge, or jumps, at any width; day after night."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.secretariat import exported
from tests.secretariat.field import EPOCH_S
from tests.secretariat.golden import golden
from tests.secretariat.live_page import LivePage
from turna_backbone import mqtt, topics
from turna_backbone.envelope import GatewayHealth
from turna_protocol import codes
from turna_protocol.reports import Fix, Position

FIX = Fix(3_620_500, 3_616_300, 8, 2)
LAPTOP, TABLET, PHONE = (1366, 768), (768, 1024), (390, 844)
# Names that stand under a button or over the edge, though their place is in sight.
COVERED = """() => {
  const box = (it) => it.getBoundingClientRect();
  const map = box(document.querySelector("#map"));
  const controls = [...document.querySelectorAll("#map .leaflet-control")].map(box);
  return [...document.querySelectorAll("#map .team")].filter((it) => {
    const { left, top } = box(it);
    if (left < map.left + 20 || left > map.right - 20 || it.matches(".crowded")) return false;
    if (top < map.top || top > map.bottom) return false;
    const name = box(it.firstElementChild);
    return name.left < map.left - 1 || name.right > map.right + 1 || name.top < map.top - 1
      || controls.some((other) => name.left < other.right && other.left < name.right
        && name.top < other.bottom && other.top < name.bottom);
  }).map((it) => it.textContent);
}"""


def _opened(browser: Browser, live: LivePage, size: tuple[int, int], query: str = "") -> Page:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    page = context.new_page()
    page.goto(f"{live.address}/{query}")
    expect(page.locator("#health li").first).to_be_attached()
    return page


def _is_at(live: LivePage, device: int, fix: Fix) -> None:
    live.clock.advance(1_000)
    report = Position(mode=codes.EXERCISE, time_s=live.clock.unix_s(), fix=fix)
    live.arrives(live.field.carried(report, device=device, seq=live.clock.now_ms() // 1_000))


@pytest.mark.parametrize("size", [LAPTOP, TABLET, PHONE])
def test_every_deed_of_a_report_is_in_sight(live: LivePage, browser: Browser, size: Any) -> None:
    live.arrives(live.field.carried(exported.worksite_report(), seq=1))
    page = _opened(browser, live, size)
    page.locator("#report-rows button").first.click()

    for deed in ("read", "acted", "refused"):
        expect(page.locator(f"#report [data-deed={deed}]")).to_be_in_viewport(ratio=1)
    page.context.close()


def test_the_view_that_one_is_in_is_in_sight_on_a_telephone_in_a_long_language(
    live: LivePage, browser: Browser
) -> None:
    page = _opened(browser, live, PHONE)
    page.evaluate("localStorage.setItem('language', 'kk')")
    for view in ("health", "emt", "people"):
        page.goto(f"{live.address}/?view={view}")
        expect(page.locator("html")).to_have_attribute("lang", "kk")
        expect(page.locator("nav a[aria-current]")).to_be_in_viewport(ratio=0.99)
    page.context.close()


def test_no_name_on_the_map_hides_under_a_button_or_over_the_edge(
    page: Page, live: LivePage
) -> None:
    _is_at(live, 1, FIX)
    _is_at(live, 2, Fix(FIX.lat_e5 + 300, FIX.lon_e5 + 900, 8, 2))
    expect(page.locator("#map .team")).to_have_count(2)
    expect(page.locator("#map .overview")).to_be_visible()
    page.locator("#map").focus()
    for key in ["ArrowLeft"] * 4 + ["ArrowDown"] * 3 + ["ArrowRight"] * 8:
        page.keyboard.press(key)
        expect(page.locator("#map .leaflet-pan-anim")).to_have_count(0)
        page.wait_for_function(f"() => ({COVERED})().length === 0")


PLACES = """() => [...document.querySelectorAll("#map .team")]
  .map((it) => it.getBoundingClientRect().left).sort((one, other) => one - other)"""


def test_a_name_beside_the_edge_of_the_map_moves_aside(page: Page, live: LivePage) -> None:
    apart = 900
    _is_at(live, 1, FIX)
    _is_at(live, 2, Fix(FIX.lat_e5, FIX.lon_e5 + apart, 8, 2))
    expect(page.locator("#map .team")).to_have_count(2)
    expect(page.locator("#map .leaflet-zoom-anim")).to_have_count(0)
    west, east = page.evaluate(PLACES)
    inside_px = page.locator("#map").evaluate("it => it.getBoundingClientRect().left") + 30 - west
    _is_at(live, 2, Fix(FIX.lat_e5, FIX.lon_e5 + round(inside_px * apart / (east - west)), 8, 2))

    page.wait_for_function(f"west => ({PLACES})()[0] < west - 99", arg=west)
    name = page.locator("#map .team", has_text="AZE01-1").locator("> span")
    expect(name).not_to_have_attribute("style", re.compile("--aside: 0px"))
    assert page.evaluate(COVERED) == []


def test_the_map_is_by_day_as_it_was_before_the_night(page: Page, live: LivePage) -> None:
    _is_at(live, 1, FIX)
    expect(page.locator("#map .overview")).to_be_visible()
    page.emulate_media(color_scheme="light")
    by_day = _drawn(page)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"was => ({CANVAS})() !== was", arg=by_day)
    page.emulate_media(color_scheme="light")
    page.wait_for_function(f"was => ({CANVAS})() === was", arg=by_day)


CANVAS = """() => document.querySelector("#map .leaflet-overlay-pane canvas").toDataURL()"""


def _drawn(page: Page) -> str:
    """Return what is drawn under the names, once it changes no more."""
    before = ""
    while (now := str(page.evaluate(CANVAS))) != before:
        before = now
        page.wait_for_timeout(300)
    return now


@pytest.mark.parametrize("size", [LAPTOP, TABLET])
def test_the_head_of_the_page_keeps_its_height_whatever_the_feed_says(
    live: LivePage, browser: Browser, size: Any
) -> None:
    page = _opened(browser, live, size)
    heights = set()
    told = ((0, "up"), (1, "waiting there: 1"), (9_000, "LATE: waiting there: 9000"))
    for waiting, words in told:
        said = (9, 7, 5, 6, 1, 0, waiting, 0, waiting)
        health = GatewayHealth(b"boot-id1", EPOCH_S, 60, True, *said)
        topic = topics.gateway_health("tr", "hatay-1")
        live.inbox.put(mqtt.Message(topic, health.pack(), False, 1))
        expect(page.locator("#health")).to_contain_text(words)
        heights.add(page.locator("header").evaluate("it => it.offsetHeight"))
    page.context.close()

    assert len(heights) == 1


def test_an_official_alert_and_its_file_have_the_width_that_there_is(
    live: LivePage, browser: Browser, tmp_path: Path
) -> None:
    page = _opened(browser, live, LAPTOP, "?view=notices")
    file = tmp_path / "alert.xml"
    file.write_bytes(golden("sos.cap.xml"))
    assert page.locator("#notice-file").evaluate("it => it.clientWidth") > 300
    page.set_input_files("#notice-file", file)

    card = page.locator("#notices .card, #notices-apart .card")
    expect(card).to_have_count(1)
    assert card.evaluate("it => it.clientWidth") > 900
    page.context.close()
