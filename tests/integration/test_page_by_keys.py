"""An officer without a mouse or without sight: an SOS to its log, a task to done, what is said."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.secretariat import exported
from tests.secretariat.field import EPOCH_S, sos
from tests.secretariat.live_page import LivePage
from turna_backbone import mqtt, topics
from turna_backbone.envelope import GatewayHealth
from turna_protocol import codes
from turna_protocol.reports import Fix
from turna_protocol.reports.task_status import TaskStatus

FIX = Fix(3_620_500, 3_616_300, 8, 2)


def _tabs_to(page: Page, wanted: Locator) -> None:
    """Press Tab until one is there."""
    for _ in range(90):
        page.keyboard.press("Tab")
        if wanted.evaluate("it => it === document.activeElement"):
            return
    raise AssertionError(f"no Tab leads to {wanted}")


def _presses(page: Page, wanted: Locator) -> None:
    _tabs_to(page, wanted)
    page.keyboard.press("Enter")


def test_from_the_alarm_to_its_log_without_a_mouse(page: Page, live: LivePage) -> None:
    live.arrives(live.field.carried(sos(7, fix=FIX), seq=7))
    expect(page.locator("#sos")).to_be_focused()
    expect(page.locator("#sos [data-accept]:not([aria-disabled])")).to_be_visible()  # at rest
    _presses(page, page.locator("#sos button.primary"))
    expect(page.locator("#sos")).to_be_hidden()
    _presses(page, page.locator("nav a[data-view=book]"))
    expect(page.locator("#book")).to_contain_text("Aylin Demir accepted it")
    _presses(page, page.locator("#book button"))
    expect(page.locator("#report")).to_contain_text("accepted by Aylin Demir")
    _presses(page, page.locator("[data-deed=acted]"))
    _presses(page, page.locator("#sure-yes:enabled"))
    expect(page.locator("#report")).to_contain_text("acted on by Aylin Demir")
    page.keyboard.press("Escape")
    expect(page.locator("#book button")).to_be_focused()


def test_a_task_from_making_to_done_without_a_mouse(page: Page, live: LivePage) -> None:
    health = GatewayHealth(b"boot-id1", EPOCH_S, 60, True, *(0,) * 9)
    topic = topics.gateway_health("tr", "hatay-1")
    live.inbox.put(mqtt.Message(topic, health.pack(), False, 1))
    _presses(page, page.locator("nav a[data-view=down]"))
    _tabs_to(page, page.locator("#say-to"))
    page.keyboard.type("team TUR01")
    _tabs_to(page, page.locator("#say-text"))
    page.keyboard.type("Okula gidin")
    expect(page.locator("#say-cost")).to_contain_text("Handsets reached: 1 (TUR01-1)")
    _presses(page, page.locator("#say-send"))
    card = page.locator("#words .card")
    expect(card).to_contain_text("waits for a gateway")
    status = TaskStatus(mode=codes.EXERCISE, time_s=EPOCH_S, number=1, status=4)
    live.arrives(live.field.carried(status, seq=3))

    expect(card).to_contain_text("has arrived: the handset holds it")
    _presses(page, card.get_by_role("button", name="done"))
    expect(page.locator("#report")).to_contain_text("task status")


@pytest.mark.parametrize("is_typing", [False, True])
def test_whoever_listens_is_told_of_a_call_once(
    page: Page, live: LivePage, is_typing: bool
) -> None:
    told = "them => them.map(it => [it.getAttribute('role'), it.textContent])"
    if is_typing:
        page.locator("#filter-text").focus()
    live.arrives(live.field.carried(sos(7, fix=FIX), seq=7))
    expect(page.locator("#sos-news")).to_have_text("SOS of TUR01-1")
    assert ["alert", "SOS of TUR01-1"] in page.locator("#sos-news").evaluate_all(told)
    if not is_typing:
        expect(page.get_by_role("alertdialog", name="SOS: one team calls")).to_be_focused()
    live.arrives(live.field.carried(exported.sitrep(fix=FIX), seq=8))
    expect(page.locator("#report-rows tr")).to_have_count(2)
    expect(page.locator("#sos-news")).to_have_text("SOS of TUR01-1")
    expect(page.get_by_role("article", name="SOS of TUR01-1")).to_be_visible()
