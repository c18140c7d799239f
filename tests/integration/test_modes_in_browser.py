"""Exercise or real is said in each dialog too: it hides the banner behind it."""

from playwright.sync_api import Page, expect

from tests.secretariat.field import sos
from tests.secretariat.live_page import LivePage


def test_what_lies_over_the_banner_says_itself_that_it_is_an_exercise(
    page: Page, live: LivePage
) -> None:
    live.arrives(live.field.carried(sos(1), seq=1))
    mark = "dialog[open] [data-mode-mark]"

    page.locator("#sos").get_by_role("button", name="The whole report").click()
    expect(page.locator(mark)).to_be_visible()
    expect(page.locator(mark)).to_have_text("EXERCISE")
    page.locator("#report-close").click()

    page.locator("#handset-rows button").first.click()
    expect(page.locator(mark)).to_be_visible()
    expect(page.locator(mark)).to_have_text("EXERCISE")
