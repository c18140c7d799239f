"""The SOS that nobody can miss: seen and heard at once until a named person acts."""

import re
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.secretariat.field import sos
from tests.secretariat.live_page import LivePage
from turna_protocol import codes
from turna_protocol.reports import Fix
from turna_secretariat.signed_in import COOKIE

FIX = Fix(3_620_500, 3_616_300, 8, 2)
SOON_MS = 2_000
# What the browser is asked to play, and when the panel was first seen: noted, not replaced.
LISTENER = """
window.tones = [];
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) {
  window.tones.push(performance.now());
  return start.apply(this, when);
};
window.popped = [];
addEventListener("DOMContentLoaded", () => {
  const panel = document.querySelector("#sos");
  const look = () => { if (!panel.hidden) window.popped.push(performance.now()); };
  new MutationObserver(look).observe(panel, { attributeFilter: ["hidden"] });
});
"""


@pytest.fixture
def armed(page: Page, live: LivePage) -> Page:
    """Return a page whose sound was armed by a click, and has tested itself."""
    page.add_init_script(LISTENER)
    page.reload()
    expect(page.locator("#sound-state")).to_contain_text("sound is off")
    page.get_by_role("button", name="Arm the alarm sound").click()
    expect(page.locator("#sound-state")).to_contain_text("armed: did you hear two tones?")
    expect(page.locator("#sound")).to_have_text("Test the sound")
    page.evaluate("window.tones.length = 0")
    return page


def _calls(live: LivePage, device: int = 1, seq: int = 7) -> None:
    live.arrives(live.field.carried(sos(seq, fix=FIX), device=device, seq=seq))


def _noted(page: Page, what: str, times: int = 1) -> float:
    """Wait until it was noted so often; return when first, in the page's milliseconds."""
    while page.evaluate(f"window.{what}.length") < times:
        page.wait_for_timeout(50)
    return float(page.evaluate(f"window.{what}[0]"))


def _is_silent(page: Page) -> bool:
    """Tell whether no tone begins within two periods of the alarm."""
    before = page.evaluate("window.tones.length")
    page.wait_for_timeout(3_500)
    return bool(page.evaluate("window.tones.length") == before)


def test_it_pops_up_and_sounds_within_two_seconds_of_its_arrival(
    armed: Page, live: LivePage
) -> None:
    took_ms = []
    for seq in range(3):  # the quickest: whatever else runs on this machine only adds to it
        armed.evaluate("window.tones.length = window.popped.length = 0")
        began_ms = armed.evaluate("performance.now()")
        _calls(live, seq=seq)
        seen_ms, heard_ms = _noted(armed, "popped"), _noted(armed, "tones")
        took_ms.append(max(seen_ms, heard_ms) - began_ms)
        if took_ms[-1] < SOON_MS:
            break
        armed.get_by_role("button", name="Accept as Aylin Demir").click()
        expect(armed.locator("#sos")).to_be_hidden()

    assert min(took_ms) < SOON_MS


def test_it_sounds_until_a_named_person_accepts_it_whoever_reads_it(
    armed: Page, live: LivePage
) -> None:
    _calls(live)
    armed.locator("#sos").get_by_role("button", name="The whole report").click()
    armed.get_by_role("button", name="Mark as read").click()
    expect(armed.locator("#report-body")).to_contain_text("read by Aylin Demir")
    armed.locator("#report-close").click()
    armed.evaluate("window.tones.length = 0")
    _noted(armed, "tones", 4)  # of two more periods

    armed.get_by_role("button", name="Accept as Aylin Demir").click()
    expect(armed.locator("#sos")).to_be_hidden()
    assert _is_silent(armed)


def test_who_cancels_silences_the_sound_but_not_the_card(armed: Page, live: LivePage) -> None:
    _calls(live)
    _noted(armed, "tones")
    cancel = sos(9, phase=codes.CANCEL, reference=7)
    live.arrives(live.field.carried(cancel, seq=9))

    expect(armed.locator("#sos")).to_contain_text("Taken back by the sender")
    assert _is_silent(armed)
    expect(armed.locator("#sos-cards article.cancelled")).to_have_count(1)
    armed.get_by_role("button", name="False alarm").click()
    armed.fill("#sure-reason", "they say that all is well")
    armed.locator("#sure-yes").click()
    expect(armed.locator("#report-rows tr").nth(1)).to_contain_text("false alarm")


def test_a_page_that_makes_no_sound_says_so_on_the_call_itself(page: Page, live: LivePage) -> None:
    _calls(live)

    expect(page.locator("#sos-title")).to_contain_text("sound is off")


def test_the_sound_says_in_another_language_too_how_it_is(armed: Page) -> None:
    armed.locator("#language").select_option("tr")

    expect(armed.locator("#sound")).to_have_text("Sesi sına")
    expect(armed.locator("#sound-state")).to_have_text("✔ açık: iki ton duydunuz mu?")


def test_who_types_goes_on_typing_and_a_screen_reader_is_told(page: Page, live: LivePage) -> None:
    page.locator("#filter-text").focus()
    _calls(live)

    expect(page.locator("#sos")).to_be_visible()
    expect(page.locator("#filter-text")).to_be_focused()
    expect(page.locator("#sos-news")).to_have_text("SOS of TUR01-1")
    expect(page.locator("#sos-news")).to_have_attribute("role", "alert")


def test_each_of_several_calls_has_its_own_place_age_and_deeds(page: Page, live: LivePage) -> None:
    _calls(live, device=1)
    live.arrives(live.field.carried(sos(7), device=2, seq=7))
    cards = page.locator("#sos-cards article")
    expect(cards).to_have_count(2)
    expect(cards.filter(has_text="TUR01-1").locator("code")).to_have_text("36.20500, 36.16300")
    expect(cards.filter(has_text="AZE01-1")).to_contain_text("Place unknown")
    expect(cards.locator(".age").first).to_contain_text("s ago")

    cards.filter(has_text="AZE01-1").get_by_role("button", name="Accept").click()
    expect(cards).to_have_count(1)
    expect(cards).to_contain_text("TUR01-1")


def test_of_two_officers_who_accept_at_once_one_is_told_who_was_first(
    page: Page, live: LivePage
) -> None:
    _calls(live)
    expect(page.locator("#sos")).to_be_visible()

    def accepts(name: str) -> int:
        return httpx.post(
            f"{live.address}/api/reports/1/accepted",
            headers={"origin": live.address},
            cookies={COOKIE: live.token_of(name)},
        ).status_code

    with ThreadPoolExecutor() as both:
        assert sorted(both.map(accepts, ("aylin", "bekzat"))) == [200, 409]
    expect(page.locator("#sos")).to_be_hidden()
    page.get_by_role("link", name="Book of SOS").click()
    expect(page.locator("#book .entries")).to_contain_text(re.compile("accepted it"))
    expect(page.locator("#book .entries li")).to_have_count(2)


def test_who_comes_second_is_told_in_their_own_language(
    page: Page, live: LivePage, browser: Browser
) -> None:
    _calls(live)
    context = browser.new_context()
    context.add_cookies([{"name": COOKIE, "value": live.token_of("bekzat"), "url": live.address}])
    other = context.new_page()
    other.goto(live.address)
    other.locator("#language").select_option("kk")
    other.locator("#report-rows button").click()
    expect(other.locator("#report")).to_be_visible()
    other.route("**/api/reports/1", lambda route: route.abort())  # nor is it told before
    page.get_by_role("button", name="Accept as Aylin Demir").click()
    expect(page.locator("#sos")).to_be_hidden()

    other.locator("[data-deed=accepted]").click()
    expect(other.locator("#report-note")).to_contain_text("Aylin Demir қабылдап қойған")
    context.close()
