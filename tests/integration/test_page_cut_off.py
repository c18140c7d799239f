"""An outage of the Secretariat, as an officer sees it: unmistakable, with its age, nothing lost."""

import re

from playwright.sync_api import Page, expect

from tests.secretariat.field import position, sos
from tests.secretariat.live_page import LivePage
from turna_backbone import mqtt, topics
from turna_backbone.envelope import GatewayHealth
from turna_protocol.reports import Fix

FIX = Fix(3_620_500, 3_616_300, 8, 2)
SOON_MS = 12_000


def test_it_says_since_when_and_how_long_and_counts_on_by_itself(
    page: Page, live: LivePage
) -> None:
    live.cut_off()
    expect(page.locator("#cut-off-what")).to_have_text(
        re.compile("CUT OFF from the Secretariat since .* UTC"), timeout=SOON_MS
    )
    expect(page.locator("#cut-off-age")).to_have_text(re.compile("[3-9] s ago"), timeout=SOON_MS)
    assert page.locator("#cut-off-what").get_attribute("role") == "alert"
    assert page.locator("#cut-off-age").get_attribute("role") is None, (
        "it would be read each second"
    )
    live.serve()
    expect(page.locator("#cut-off")).to_be_hidden(timeout=SOON_MS)


def test_half_written_words_outlast_it_and_can_then_be_sent(page: Page, live: LivePage) -> None:
    health = GatewayHealth(b"boot-id1", 0, 60, True, *(0,) * 9)
    topic = topics.gateway_health("tr", "hatay-1")
    live.inbox.put(mqtt.Message(topic, health.pack(), False, 1))
    page.get_by_role("link", name="Tasks and alerts").click()
    page.locator("#say-kind").select_option("text")
    page.fill("#say-text", "Okula gidin")
    expect(page.locator("#say-send")).to_be_enabled()
    live.cut_off()
    expect(page.locator("#cut-off")).to_be_visible(timeout=SOON_MS)
    page.fill("#say-text", "Okula gidin, kuzeyden")
    expect(page.locator("#say-cost")).to_contain_text("cannot be reached")
    expect(page.locator("#say-send")).to_be_disabled()
    live.serve()

    expect(page.locator("#cut-off")).to_be_hidden(timeout=SOON_MS)
    expect(page.locator("#say-text")).to_have_value("Okula gidin, kuzeyden")
    page.locator("#say-send").click()
    page.locator("#sure-yes").click()
    expect(page.locator("#words .card")).to_contain_text("Okula gidin, kuzeyden")


def test_an_open_question_says_so_keeps_its_words_and_the_deed_is_done_afterwards(
    page: Page, live: LivePage
) -> None:
    live.arrives(live.field.carried(sos(7, fix=FIX), seq=7))
    page.locator("#sos-cards").get_by_role("button", name="False alarm").click()
    page.fill("#sure-reason", "they answer by voice")
    live.cut_off()
    expect(page.locator("#sure [data-cut-off]")).to_contain_text("CUT OFF", timeout=SOON_MS)
    page.locator("#sure-yes").click()
    expect(page.locator("#sure-note")).to_contain_text("the Secretariat cannot be reached")
    live.serve()

    expect(page.locator("#sure [data-cut-off]")).to_be_hidden(timeout=SOON_MS)
    expect(page.locator("#sure-reason")).to_have_value("they answer by voice")
    page.locator("#sure-yes").click()
    expect(page.locator("#sos")).to_be_hidden()


def test_what_was_missed_stays_marked_until_somebody_has_seen_it(
    page: Page, live: LivePage
) -> None:
    live.arrives(live.field.carried(position(), seq=1))
    expect(page.locator("#report-rows tr")).to_have_count(1)
    page.locator("#more-filters summary").click()
    page.locator("#filter-team").select_option("AZE01")  # what was missed is of all teams
    expect(page.locator("#report-rows tr")).to_have_count(0)
    for seq in (2, 3):
        live.cut_off()
        expect(page.locator("#cut-off")).to_be_visible(timeout=SOON_MS)
        live.arrives(live.field.carried(position(), seq=seq))
        live.serve()
        expect(page.locator("#missed-what")).to_contain_text(f"cut off: {seq - 1}", timeout=SOON_MS)

    page.locator("#filter-clear").click()
    expect(page.locator("#report-rows tr.was-missed")).to_have_count(2)
    page.locator("#missed-seen").click()
    expect(page.locator("#missed")).to_be_hidden()
    expect(page.locator("#report-rows tr.was-missed")).to_have_count(0)
