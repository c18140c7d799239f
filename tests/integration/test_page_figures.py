"""What the page counts adds up, and what happened later stands above, also past midnight."""

import re

from playwright.sync_api import Page, expect

from tests.secretariat.field import EPOCH_S, position, sos
from tests.secretariat.live_page import LivePage
from turna_backbone import mqtt, topics
from turna_backbone.envelope import GatewayHealth
from turna_protocol.reports import Fix

FIX = Fix(3_620_500, 3_616_300, 8, 2)
TEN_HOURS_MS = 10 * 3_600_000  # from the afternoon of the tests past midnight


def test_the_reports_kept_are_the_sum_of_what_they_are_worth(page: Page, live: LivePage) -> None:
    health = GatewayHealth(b"boot-id1", EPOCH_S, 60, True, 9, 7, 5, 6, 1, 0, 0, 1, 30)
    live.inbox.put(mqtt.Message(topics.gateway_health("tr", "hatay-1"), health.pack(), False, 1))
    live.arrives(
        *(live.field.carried(position(), seq=seq) for seq in range(3)),
        live.field.carried(position(), seq=3, key=bytes(32)),
        live.field.carried(sos(fix=FIX), seq=2),
    )
    page.get_by_role("link", name="Health", exact=True).click()

    kept = page.locator("#feed-details dl").first
    expect(kept).to_contain_text("Reports kept here, EXERCISE5")
    expect(kept).to_contain_text("NOT proved to be its sender's1")
    expect(kept).to_contain_text("a second report under the same number1")
    total, *parts = map(int, kept.locator("dd").all_inner_texts())
    assert total == sum(parts)
    expect(page.locator("#gateway-details")).to_contain_text("packets kept7")
    expect(page.locator("#gateway-details")).not_to_contain_text("reports stored")


def test_the_book_of_sos_has_the_newest_first_and_says_the_day_of_the_others(
    page: Page, live: LivePage
) -> None:
    live.arrives(live.field.carried(sos(fix=FIX), seq=1))
    expect(page.locator("#sos-cards article")).to_have_count(1)
    live.clock.advance(TEN_HOURS_MS)
    live.arrives(live.field.carried(sos(fix=FIX), device=2, seq=1))
    expect(page.locator("#sos-cards article")).to_have_count(2)

    page.get_by_role("link", name="Book of SOS").click()
    heads = page.locator("#book h3")
    expect(heads).to_have_count(2)
    expect(heads.nth(0)).to_have_text(re.compile(r"AZE01-1.*[^\d-]00:\d\d:\d\d UTC"))
    expect(heads.nth(1)).to_have_text(re.compile(r"TUR01-1.*2026-09-21 14:\d\d:\d\d UTC"))
