"""Two officers at once: what one says to the field or takes away, the other's page tells."""

import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.secretariat.field import sos
from tests.secretariat.live_page import PASSWORD, LivePage
from turna_secretariat.accounts import OBSERVER
from turna_secretariat.signed_in import COOKIE

ALL = {"all": True}


def _does(live: LivePage, name: str, what: str, body: dict[str, Any]) -> None:
    """Let somebody do it on a page of their own."""
    answer = httpx.post(
        f"{live.address}/api/{what}",
        headers={"origin": live.address},
        cookies={COOKIE: live.token_of(name)},
        json=body,
        timeout=60,
    )
    assert answer.status_code == 200, answer.text


def _alerts(live: LivePage, name: str, code: str) -> None:
    _does(live, name, "down", {"kind": "alert", "form": {"code": code}, "to": ALL})


@pytest.fixture
def watching(page: Page) -> Page:
    """Return a page that has seen what stood when it was opened."""
    with page.expect_response("**/api/down/alerts"), page.expect_response("**/api/sos"):
        page.reload()
    return page


def test_an_evacuation_that_another_officer_ends_is_told_with_their_name_until_it_is_seen(
    watching: Page, live: LivePage
) -> None:
    _alerts(live, "aylin", "evacuate")
    _alerts(live, "bekzat", "resume")

    told = watching.locator("#others-list li")
    ended = re.compile(r"evacuate to everybody: taken back by Bekzat Omarov, [\d:]+ UTC")
    expect(told.filter(has_text=ended)).to_have_count(1)
    resumed = re.compile(r"resume to everybody: ordered by Bekzat Omarov, [\d:]+ UTC")
    expect(told.filter(has_text=resumed)).to_have_count(1)
    expect(told).to_have_count(2)  # one's own deed is no news
    expect(watching.locator("#others")).to_be_in_viewport()
    watching.locator("#others-seen").click()
    expect(watching.locator("#others")).to_be_hidden()

    _alerts(live, "bekzat", "cease_work")
    expect(told).to_have_text(re.compile("cease work to everybody: ordered by Bekzat Omarov"))


def test_a_revocation_by_another_officer_is_told_in_an_open_window_too(
    watching: Page, live: LivePage
) -> None:
    watching.get_by_role("button", name="TUR01-1: all about this handset").click()
    _does(live, "bekzat", "down/revocations", {"devices": [2], "reason": "lost at Antakya"})

    words = re.compile("AZE01-1: Its keys were taken away by Bekzat Omarov.*“lost at Antakya”")
    expect(watching.locator("#handset [data-others]")).to_have_text(words)
    watching.locator("#handset-close").click()
    expect(watching.locator("#others-list li")).to_have_text(words)


def _ends(live: LivePage, name: str, did: str, reason: str | None = None) -> None:
    calls = httpx.get(f"{live.address}/api/sos", timeout=60).json()
    _does(live, name, f"reports/{calls[0]['id']}/{did}", {"reason": reason} if reason else {})


def test_what_another_officer_does_with_a_call_is_told_also_where_one_is_about_to_end_it(
    watching: Page, live: LivePage
) -> None:
    live.arrives(live.field.carried(sos(7), seq=7))
    watching.locator("#sos-cards").get_by_role("button", name="False alarm").click()
    expect(watching.locator("#sure-title")).to_contain_text("Really a false alarm?")
    _ends(live, "bekzat", "accepted")

    words = re.compile(r"SOS of TUR01-1 \(EXERCISE\): Bekzat Omarov accepted it, [\d:]+ UTC")
    expect(watching.locator("#sure [data-others]")).to_have_text(words)
    watching.locator("#sure-no").click()
    told = watching.locator("#others-list li")
    expect(told).to_have_text(words)
    _ends(live, "bekzat", "false_alarm", "pressed by mistake")
    last = re.compile("Bekzat Omarov called it a false alarm.*“pressed by mistake”")
    expect(told).to_have_text(last)  # the last word alone
    watching.locator("#others-seen").click()
    expect(watching.locator("#others")).to_be_hidden()


def test_what_one_does_with_a_call_oneself_is_no_news(watching: Page, live: LivePage) -> None:
    live.arrives(live.field.carried(sos(7), seq=7))
    watching.get_by_role("button", name="Accept as Aylin Demir").click()
    expect(watching.locator("#sos")).to_be_hidden()
    _ends(live, "bekzat", "refused", "another unit has it")

    told = watching.locator("#others-list li")
    expect(told).to_have_text(re.compile("Bekzat Omarov refused it"))


def test_who_sees_one_country_reads_that_only_its_handsets_are_counted(
    live: LivePage, browser: Browser
) -> None:
    live.accounts.add(
        "baku", person="B", role=OBSERVER, countries=["az"], password=PASSWORD, now_ms=0
    )
    _alerts(live, "aylin", "evacuate")
    _does(
        live, "aylin", "down", {"kind": "text", "form": {"text": "?"}, "to": {"teams": ["AZE01"]}}
    )
    context = browser.new_context()
    context.add_cookies([{"name": COOKIE, "value": live.token_of("baku"), "url": live.address}])
    page = context.new_page()
    page.goto(f"{live.address}/?view=down")

    shared = page.locator("#words .word-alert .held")
    expect(shared).to_contain_text("held by 0 of 1")
    expect(shared).to_contain_text("only handsets of AZ are counted")
    expect(page.locator("#words .word-text .held")).to_contain_text("held by 0 of 1")
    expect(page.locator("#words .word-text .held")).not_to_contain_text("only handsets")
    context.close()
