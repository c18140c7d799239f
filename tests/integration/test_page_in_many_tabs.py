"""A browser keeps six connections to one server: its tabs share the one on which news comes."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.secretariat.field import sos
from tests.secretariat.live_page import LivePage
from turna_protocol.reports import Fix

FIX = Fix(3_620_500, 3_616_300, 8, 2)
VIEWS = ["", "down", "book", "notices", "emt", "health", "people"]


@pytest.fixture
def tabs(browser: Browser, live: LivePage) -> Iterator[list[Page]]:
    """Return more tabs of one browser than it has connections; the first listens, then the next."""
    context = browser.new_context()
    opened = [context.new_page() for _ in VIEWS]
    for page, view in zip(opened, VIEWS, strict=True):
        page.goto(f"{live.address}/?view={view}", wait_until="commit")
        if page in opened[:2]:
            expect(page.locator("#health")).to_contain_text("Page live")
    yield opened
    context.close()


def test_each_tab_shows_a_call_though_the_one_that_listened_was_closed_or_put_to_sleep(
    tabs: list[Page], live: LivePage
) -> None:
    _calls(live, seq=7)
    for page in tabs:
        expect(page.locator("#sos-cards article")).to_have_count(1)

    tabs.pop(0).close()
    _calls(live, seq=8)
    for page in tabs:
        expect(page.locator("#sos-cards article")).to_have_count(2)

    asleep = tabs.pop(0)
    with asleep.expect_event("dialog"):  # nothing runs in that tab until somebody answers
        asleep.evaluate("setTimeout(() => alert('asleep'))")
    _calls(live, seq=9)
    for page in tabs:
        expect(page.locator("#sos-cards article")).to_have_count(3)
        expect(page.locator("#cut-off")).to_be_hidden()


def _calls(live: LivePage, seq: int) -> None:
    live.arrives(live.field.carried(sos(seq, fix=FIX), seq=seq))
