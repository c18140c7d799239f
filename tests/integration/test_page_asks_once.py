"""What can cost a life if it is done by mistake is asked for once; accepting is one click."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.secretariat.field import sos
from tests.secretariat.live_page import LivePage
from turna_protocol.reports import Fix

FIX = Fix(3_620_500, 3_616_300, 8, 2)


@pytest.fixture
def call(page: Page, live: LivePage) -> Page:
    live.arrives(live.field.carried(sos(7, fix=FIX), seq=7))
    expect(page.locator("#sos-cards article")).to_have_count(1)
    return page


def test_a_hasty_double_click_on_false_alarm_ends_no_call(call: Page) -> None:
    call.locator("#sos-cards").get_by_role("button", name="False alarm").dblclick()

    expect(call.locator("#sure-title")).to_have_text("Really a false alarm? TUR01-1")
    expect(call.locator("#sure-name")).to_contain_text("In the name of Aylin Demir")
    call.keyboard.press("Escape")
    expect(call.locator("#sure")).to_be_hidden()
    expect(call.locator("#sos-cards article")).to_have_count(1)


def test_it_wants_a_reason_and_the_book_keeps_it(call: Page) -> None:
    call.locator("#sos-cards").get_by_role("button", name="False alarm").click()
    expect(call.locator("#sure-no")).to_be_focused()
    call.locator("#sure-yes").click()
    expect(call.locator("#sure-note")).to_have_text("Write why: the log keeps it.")
    expect(call.locator("#sure-reason")).to_be_focused()
    call.keyboard.type("dropped on a stone")
    call.keyboard.press("Enter")

    expect(call.locator("#sos")).to_be_hidden()
    call.get_by_role("link", name="Book of SOS").click()
    expect(call.locator("#book")).to_contain_text("dropped on a stone")


def test_accepting_is_one_click(call: Page) -> None:
    call.locator("#sos-cards").get_by_role("button", name="Accept").click()

    expect(call.locator("#sos")).to_be_hidden()
    expect(call.locator("#sure")).to_be_hidden()


def test_the_last_word_on_a_call_is_asked_for_in_its_report_too(call: Page) -> None:
    call.locator("#report-rows button").click()
    for name, asks in (("Acted on", "Really dealt with?"), ("Refuse", "Really refuse it?")):
        call.locator("#report").get_by_role("button", name=name).click()
        expect(call.locator("#sure-title")).to_have_text(f"{asks} SOS, TUR01-1")
        call.locator("#sure-no").click()
    expect(call.locator("#report-body")).not_to_contain_text("by Aylin Demir")


def test_a_call_that_comes_while_a_dialog_is_open_is_seen_in_it(call: Page, live: LivePage) -> None:
    call.locator("#sos-cards").get_by_role("button", name="False alarm").click()
    call.fill("#sure-reason", "half a thought")
    live.arrives(live.field.carried(sos(8, fix=FIX), device=2, seq=8))

    mark = call.locator("#sure [data-calls]")
    expect(mark).to_contain_text("AZE01-1")
    expect(mark.get_by_role("alert")).to_be_visible()
    expect(call.locator("#sure-reason")).to_have_value("half a thought")
    mark.get_by_role("button", name="Show it").click()
    expect(call.locator("#sos")).to_be_focused()
    expect(call.locator("#sos-cards article")).to_have_count(2)


@pytest.fixture
def telephone(live: LivePage, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    live.arrives(live.field.carried(sos(7, fix=FIX), seq=7))
    page = context.new_page()
    page.goto(live.address)
    yield page
    context.close()


def test_gloves_find_both_answers_on_a_telephone(telephone: Page) -> None:
    telephone.locator("#sos-cards").get_by_role("button", name="False alarm").tap()
    boxes = [telephone.locator(name).bounding_box() for name in ("#sure-no", "#sure-yes")]
    assert all(box is not None and box["height"] >= 48 and box["width"] >= 120 for box in boxes)
    telephone.get_by_role("button", name="They say by voice that all is well").tap()
    telephone.locator("#sure-yes").tap()

    expect(telephone.locator("#sos")).to_be_hidden()


def test_the_first_thing_on_a_telephone_is_what_goes_on(telephone: Page) -> None:
    for name in ("#mode", "#sos"):
        expect(telephone.locator(name)).to_be_in_viewport()
    top = telephone.locator("main, #sos").first.evaluate("it => it.getBoundingClientRect().top")
    assert top < 0.25 * 844
    expect(telephone.locator("#more-views")).to_be_visible()
    telephone.locator("#sos-cards").get_by_role("button", name="Accept").tap()
    expect(telephone.locator("#alarms")).to_be_in_viewport()
    expect(telephone.locator("#map")).to_be_in_viewport(ratio=0.5)
    expect(telephone.locator("#language")).to_be_hidden()
    telephone.locator("#menu").tap()
    expect(telephone.locator("#language")).to_be_visible()
    telephone.mouse.wheel(0, 3_000)
    expect(telephone.locator("#mode")).to_be_in_viewport()


def test_what_keeps_an_alert_from_going_out_stands_where_it_is_decided(
    page: Page, live: LivePage
) -> None:
    revoking = {"devices": [2], "reason": "lost at Antakya"}
    answer = httpx.post(f"{live.address}/api/down/revocations", json=revoking, timeout=60)
    assert answer.status_code == 200, answer.text
    page.get_by_role("link", name="Tasks and alerts").click()
    page.locator("#say-kind").select_option("alert")
    expect(page.locator("#say-cost")).to_contain_text("AZE01-1")
    page.locator("#say-send").click()

    expect(page.locator("#sure-title")).to_contain_text("Really send it? evacuate to everybody")
    warnings = page.locator("#sure-warnings li")
    expect(warnings).to_contain_text(
        ["It cannot be sent now: gateway hatay-1 is down", "their keys are revoked: AZE01-1"]
    )
    page.locator("#sure-no").click()
    live.arrives(live.field.carried(sos(7, fix=FIX), seq=7))
    page.locator("#sos-cards").get_by_role("button", name="False alarm").click()
    expect(page.locator("#sure-title")).to_contain_text("Really a false alarm?")
    expect(warnings).to_have_count(0)
