"""No question that is refused or lost hides a call; nobody is told "not done" of what was done."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.secretariat.field import position, sos
from tests.secretariat.live_page import LivePage
from turna_protocol.reports import Fix

FIX = Fix(3_620_500, 3_616_300, 8, 2)
SOON_MS = 12_000
LOST = "Not known whether it was done: the Secretariat cannot be reached."
# Nobody waits for as long as an officer would.
IMPATIENT = """
const timeout = AbortSignal.timeout.bind(AbortSignal);
AbortSignal.timeout = (ms) => timeout(ms / 5);
"""


@pytest.fixture
def call(page: Page, live: LivePage) -> Page:
    live.arrives(live.field.carried(sos(7, fix=FIX), seq=7))
    expect(page.locator("#sos-cards article")).to_have_count(1)
    return page


@pytest.mark.parametrize(
    "wrong", ["since=yesterday", "mode=drill", "device=abc", "before=x", "trail=xyz"]
)
def test_an_address_that_cannot_be_asked_shows_the_call_and_says_what_it_left_out(
    call: Page, live: LivePage, wrong: str
) -> None:
    call.goto(f"{live.address}/?team=TUR01&{wrong}")

    expect(call.locator("#sos-cards article")).to_have_count(1)
    expect(call.locator("#filter-dropped")).to_contain_text("Left out of the search: ")
    expect(call.locator("#cut-off")).to_be_hidden()
    expect(call.locator("#report-rows tr")).to_have_count(1)
    assert wrong not in call.url
    assert "team=TUR01" in call.url


def test_what_can_be_searched_for_stays_and_all_that_cannot_is_named(
    call: Page, live: LivePage
) -> None:
    live.arrives(live.field.carried(position(), device=2, seq=8))
    call.goto(f"{live.address}/?team=TUR01&text=tur&mode=drill&since=yesterday&trail=6h")

    dropped = call.locator("#filter-dropped")
    expect(dropped).to_contain_text("mode=drill: ")
    expect(dropped).to_contain_text("since=yesterday: ")
    expect(dropped).not_to_contain_text("team=")
    expect(call.locator("#filter-team")).to_have_value("TUR01")
    expect(call.locator("#filter-text")).to_have_value("tur")
    expect(call.locator("#trail")).to_have_value("6h")
    expect(call.locator("#report-rows tr")).to_have_count(1)


def test_what_was_left_out_is_said_until_something_else_is_searched_for(
    call: Page, live: LivePage
) -> None:
    call.goto(f"{live.address}/?mode=drill")
    expect(call.locator("#filter-dropped")).to_be_visible()
    call.fill("#filter-text", "TUR01")

    expect(call.locator("#filter-dropped")).to_be_hidden()
    expect(call.locator("#report-rows tr")).to_have_count(1)


def test_a_search_that_fails_for_a_while_is_an_outage_that_ends_by_itself(
    call: Page, live: LivePage
) -> None:
    call.route("**/api/search?*", lambda route: route.fulfill(status=500, body="oh"))
    live.arrives(live.field.carried(sos(8, fix=FIX), device=2, seq=8))
    expect(call.locator("#sos-cards article")).to_have_count(2)
    expect(call.locator("#cut-off")).to_be_visible()
    call.unroute("**/api/search?*")

    expect(call.locator("#cut-off")).to_be_hidden(timeout=SOON_MS)
    expect(call.locator("#report-rows tr")).to_have_count(2)


def test_an_answer_that_never_comes_delays_no_call_and_is_an_outage_that_ends_by_itself(
    page: Page, live: LivePage
) -> None:
    page.add_init_script(IMPATIENT)
    page.reload()
    expect(page.locator("#health")).to_contain_text("Page live")
    page.route("**/api/handsets", lambda _: None)
    live.arrives(live.field.carried(sos(7, fix=FIX), seq=7))
    expect(page.locator("#sos-cards article")).to_have_count(1)
    live.arrives(live.field.carried(sos(8, fix=FIX), device=2, seq=8))

    expect(page.locator("#sos-cards article")).to_have_count(2)
    expect(page.locator("#cut-off")).to_be_visible(timeout=SOON_MS)
    page.unroute("**/api/handsets")
    expect(page.locator("#cut-off")).to_be_hidden(timeout=SOON_MS)


def test_what_is_stored_while_the_page_opens_is_shown(browser: Browser, live: LivePage) -> None:
    page = browser.new_page()
    held: dict[str, Route] = {}

    def hold_the_first(route: Route) -> None:
        name = urlsplit(route.request.url).path
        if held.setdefault(name, route) is not route:
            route.continue_()

    page.route(re.compile("/api/(alarms|status|events)"), hold_the_first)
    page.goto(live.address, wait_until="domcontentloaded")
    while len(held) < 3:
        page.wait_for_timeout(50)
    before = held["/api/alarms"].fetch()
    live.arrives(live.field.carried(sos(7, fix=FIX), seq=7))
    while not (after := held["/api/status"].fetch()).json()["open_alarms"]:
        page.wait_for_timeout(50)
    held["/api/alarms"].fulfill(response=before)
    with page.expect_response("**/api/status"):
        held["/api/status"].fulfill(response=after)
    held["/api/events"].continue_()

    expect(page.locator("#sos-cards article")).to_have_count(1)
    page.close()


def test_whose_rights_are_not_known_yet_is_asked_again_and_may_then_act(
    browser: Browser, live: LivePage
) -> None:
    page = browser.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.route("**/api/me", lambda route: route.abort(), times=1)
    live.arrives(live.field.carried(sos(7, fix=FIX), seq=7))
    page.goto(live.address)

    page.get_by_role("button", name="Accept as Aylin Demir").click()
    expect(page.locator("#sos")).to_be_hidden()
    assert errors == []
    page.close()


def test_whose_session_has_ended_is_led_to_the_door(call: Page, live: LivePage) -> None:
    call.route("**/api/alarms", lambda route: route.fulfill(status=401, json={"detail": "no"}))
    live.arrives(live.field.carried(position(), device=2, seq=8))

    call.wait_for_url("**/login", timeout=SOON_MS)


def _done_unheard(route: Route) -> None:
    if route.request.method == "POST":
        route.fetch()
        route.abort()
    else:
        route.continue_()


def test_a_deed_whose_answer_is_lost_is_not_said_to_be_undone(call: Page) -> None:
    call.route("**/api/reports/*/false_alarm", _done_unheard)
    call.locator("#sos-cards").get_by_role("button", name="False alarm").click()
    call.fill("#sure-reason", "they say that all is well")
    call.locator("#sure-yes").click()

    expect(call.locator("#sure-note")).to_contain_text(LOST)
    expect(call.locator("#sure-note")).to_contain_text("Look at the list before you repeat it.")
    call.locator("#sure-no").click()
    expect(call.locator("#sos")).to_be_hidden()


def test_a_deed_whose_answer_never_comes_is_not_said_to_be_undone(call: Page) -> None:
    call.add_init_script(IMPATIENT)
    call.reload()
    call.route("**/api/reports/*/accepted", lambda _: None)
    call.locator("#sos-cards").get_by_role("button", name="Accept as").click()

    expect(call.locator("#note")).to_contain_text(LOST)


def test_a_deed_that_the_archive_has_not_come_to_is_not_said_to_be_undone(call: Page) -> None:
    late = "the archive did not answer in time; look before you repeat it"
    call.route(
        "**/api/reports/*/accepted", lambda route: route.fulfill(status=503, json={"detail": late})
    )
    call.locator("#sos-cards").get_by_role("button", name="Accept").click()

    expect(call.locator("#note")).to_have_text(f"Not known whether it was done: {late}")


def test_words_beyond_those_that_are_listed_are_a_press_away(page: Page, live: LivePage) -> None:
    for number in range(26):
        text = {"kind": "text", "form": {"text": f"word {number}"}, "to": {"teams": ["TUR01"]}}
        live.does("aylin", "down", text)
    page.get_by_role("link", name="Tasks and alerts").click()
    expect(page.locator("#words article")).to_have_count(25)
    page.locator("#words-older").click()

    expect(page.locator("#words article").last).to_contain_text("word 0")
    expect(page.locator("#words-older")).to_be_hidden()
