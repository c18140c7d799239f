"""What an officer has begun stays as it is: not sent twice, emptied, unticked or folded in."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.integration.held import Held
from tests.secretariat.field import position
from tests.secretariat.live_page import PASSWORD, LivePage
from turna_secretariat.accounts import ADMINISTRATOR
from turna_secretariat.signed_in import COOKIE


@pytest.fixture
def administrator(browser: Browser, live: LivePage) -> Page:
    live.accounts.add("root", person="Root", role=ADMINISTRATOR, password=PASSWORD, now_ms=0)
    context = browser.new_context()
    cookie = {"name": COOKIE, "value": live.token_of("root"), "url": live.address}
    context.add_cookies([cookie])  # type: ignore[list-item]  # its keys are the needed ones
    return context.new_page()


def _pressed_twice(send: Locator) -> None:
    expect(send).to_be_enabled()
    send.dblclick()
    expect(send).to_be_disabled()


def test_a_task_is_sent_once_and_what_is_written_meanwhile_stays(
    page: Page, live: LivePage
) -> None:
    page.get_by_role("link", name="Tasks and alerts").click()
    page.locator("#say-to").select_option("team TUR01")
    page.locator("#say-task").select_option("search")
    page.fill("#say-worksite", "TUR01-0056")
    page.fill("#say-text", "2. kat")
    held = Held(page, "/api/down$")
    send = page.locator("#say-send")
    _pressed_twice(send)
    page.fill("#say-text", "3. kat, acele")
    page.locator("#say-worksite").press("Enter")
    held.go()

    expect(page.locator("#words .card h3")).to_have_text(re.compile("task 1: search TUR01-0056"))
    expect(page.locator("#say-worksite")).to_have_value("")
    expect(page.locator("#say-text")).to_have_value("3. kat, acele")
    expect(page.locator("#say-task")).to_have_value("go_to")
    expect(page.locator("#say-to")).to_have_value("team TUR01")
    expect(send).to_be_enabled()
    assert held.count == 1


def test_what_could_not_be_sent_stays_and_can_be_sent_again(page: Page) -> None:
    page.get_by_role("link", name="Tasks and alerts").click()
    page.locator("#say-to").select_option("team TUR01")
    page.fill("#say-text", "2. kat")
    page.route("**/api/down", lambda route: route.fulfill(status=409, json={"detail": "no"}))
    page.locator("#say-send").click()
    expect(page.locator("#note")).to_have_text("Not done: no")
    expect(page.locator("#say-text")).to_have_value("2. kat")
    page.unroute("**/api/down")
    page.locator("#say-send").click()

    expect(page.locator("#words .card")).to_contain_text("2. kat")


def test_a_medical_form_and_an_account_are_kept_once(administrator: Page, live: LivePage) -> None:
    page = administrator
    page.goto(f"{live.address}/?view=emt")
    page.fill("#emt-team", "EMT-1")
    page.locator("#emt-country").select_option("tr")
    page.locator("#emt-rows input").first.fill("3")
    held = Held(page, "/api/(emt|accounts)$")
    _pressed_twice(page.locator("#emt-send"))
    page.fill("#emt-team", "EMT-2")
    held.go()
    expect(page.locator("#emt-days .card")).to_have_count(1)
    expect(page.locator("#emt-team")).to_have_value("EMT-2")
    expect(page.locator("#emt-rows input").first).to_have_value("")

    page.get_by_role("link", name="People").click()
    page.fill("#new-name", "cem")
    page.fill("#new-person", "Cem Ak")
    page.locator("#new-countries input").first.check()
    _pressed_twice(page.locator("#adding button"))
    page.fill("#new-person", "Deniz")
    held.go()
    expect(page.locator("#password-told")).to_contain_text("Cem Ak")
    expect(page.locator("#note")).to_be_hidden()
    expect(page.locator("#new-name")).to_have_value("")
    expect(page.locator("#new-person")).to_have_value("Deniz")
    expect(page.locator("#new-countries input:checked")).to_have_count(0)
    assert held.count == 2  # one of each
    page.context.close()


def test_countries_can_be_ticked_while_reports_come_in(administrator: Page, live: LivePage) -> None:
    page = administrator
    page.goto(f"{live.address}/?view=people")
    card = page.locator("#accounts .card", has_text="(aylin)")
    card.locator("summary").click()
    card.get_by_label("AZ Azerbaijan").check()
    live.accounts.change("aylin", countries=["tr"])  # by another administrator
    live.arrives(live.field.carried(position(), seq=1))
    expect(card).to_contain_text("sees: TR")

    expect(card.get_by_label("TR Türkiye")).to_be_checked()
    expect(card.get_by_label("AZ Azerbaijan")).to_be_checked()
    card.get_by_role("button", name="Keep the countries").click()
    expect(card).to_contain_text("sees: AZ, TR")
    expect(card.locator("details")).to_have_attribute("open", "")
    page.context.close()


def test_who_has_answered_stays_folded_out(page: Page, live: LivePage) -> None:
    answer = {"report_id": 1, "at_ms": 0, "said": "yes", "text": None}

    def answered(route: Route) -> None:
        if route.request.method == "POST":
            return route.continue_()
        words = route.fetch().json()
        for word in words:
            for handset in word["handsets"]:
                handset |= {"state": "delivered", "answers": [answer]}
        return route.fulfill(json=words)

    page.route(re.compile(r"/api/down(\?|$)"), answered)
    page.get_by_role("link", name="Tasks and alerts").click()
    page.locator("#say-kind").select_option("roll_call")
    page.locator("#say-send:enabled").click()
    page.locator("#sure-yes").click()
    page.locator("#words summary").click()
    answer["text"] = "hepimiz iyiyiz"
    live.arrives(live.field.carried(position(), seq=1))

    expect(page.locator("#words details td").last).to_contain_text("hepimiz iyiyiz")
    expect(page.locator("#words details")).to_have_attribute("open", "")
