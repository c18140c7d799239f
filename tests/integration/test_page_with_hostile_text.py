"""Text that means harm, in every place of the page where somebody else's words are shown."""

import json
import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from tests.secretariat import exported
from tests.secretariat.field import sos
from tests.secretariat.golden import golden
from tests.secretariat.live_page import PASSWORD, LivePage
from turna_protocol.reports import Fix
from turna_secretariat.accounts import ADMINISTRATOR
from turna_secretariat.signed_in import COOKIE

FIX = Fix(3_620_500, 3_616_300, 8, 2)
SCRIPT = "<img src=x onerror=document.title='PWNED'><script>document.title='PWNED'</script>"
UNSEEN = "\u202edrow\u202c\u2066\u200b\u200f\ufeff\u0007\u00ad"
ZALGO = "Z" + "\u0351\u036b\u0343\u0300\u0316" * 40
HOSTILE = SCRIPT + UNSEEN + ZALGO + "W" * 10_000
# Whatever somebody else wrote, in any answer of the Secretariat but who one is oneself.
NAMES = {
    *("call_sign", "text", "person", "reason", "accepted_by", "who", "withdrawn_by", "worksite"),
    *("remark", "account", "why", "sender", "identifier", "note", "event", "headline"),
    *("description", "senderName", "areaDesc"),
}
ANSWERS = re.compile(r"/api/(?!events|me$|status|emt/form|accounts/countries)")
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
WIDER = "it => it.scrollWidth - it.clientWidth"


def _hostile(found: Any) -> Any:
    """Put hostile words wherever those of the field, of a kit or of a person stand."""
    if isinstance(found, list):
        return [_hostile(each) for each in found]
    if not isinstance(found, dict):
        return found
    return {
        name: HOSTILE if name in NAMES and value is not None else _hostile(value)
        for name, value in found.items()
    } | ({"about": dict.fromkeys(found["about"], HOSTILE)} if "about" in found else {})


def _answer(route: Route) -> None:
    if route.request.method == "GET":
        answered = route.fetch()
        route.fulfill(response=answered, body=json.dumps(_hostile(answered.json())))
    else:
        route.continue_()


@pytest.fixture
def hostile(page: Page, live: LivePage) -> Page:
    """Return a page in which every call sign, text and name is hostile."""
    live.arrives(
        live.field.carried(exported.sitrep(text="x", fix=FIX), seq=1),
        live.field.carried(exported.hazard(), seq=2),
        live.field.carried(sos(fix=FIX), device=2, seq=1),
    )
    page.route(ANSWERS, _answer)
    page.reload()
    expect(page.locator("#report-rows tr")).to_have_count(3)
    return page


def _is_harmless(page: Page) -> bool:
    shown = page.locator("body").inner_text()
    assert "PWNED" not in page.title()
    assert page.locator("img[src=x], main script, dialog script").count() == 0
    assert not set(UNSEEN.replace("drow", "")) & set(shown), "what nobody can see"
    assert "\u0351\u036b\u0343" not in shown, "marks upon marks"
    return bool(page.evaluate(OVERFLOW) <= 0)


def test_in_the_stream_the_calls_and_the_table_it_is_short_and_harmless(hostile: Page) -> None:
    expect(hostile.locator("#sos-cards")).to_contain_text("<img src=x")
    assert _is_harmless(hostile)
    for row in hostile.locator("#report-rows tr, #handset-rows tr, #alarm-list li").all():
        assert row.evaluate("it => it.offsetHeight") < 500
    assert hostile.locator("#sos-cards article").evaluate("it => it.offsetHeight") < 420


def test_on_the_map_a_name_has_its_room_and_no_more(hostile: Page) -> None:
    name = hostile.locator("#map .team > span").first
    assert name.evaluate("it => it.offsetWidth") < 420
    name.dispatch_event("click")
    popup = hostile.locator("#map .leaflet-popup-content")
    expect(popup).to_contain_text("<img src=x")
    assert popup.evaluate(WIDER) <= 0
    assert popup.evaluate("it => it.offsetWidth") < 420
    assert _is_harmless(hostile)


def test_dialogs_and_paper_keep_their_width(hostile: Page) -> None:
    hostile.locator("#sos-cards").get_by_role("button", name="False alarm").click()
    expect(hostile.locator("#sure-title")).to_contain_text("<img src=x")
    assert hostile.locator("#sure").evaluate(WIDER) <= 0
    assert hostile.locator("#sure-no").is_visible()
    hostile.locator("#sure-no").click()
    hostile.locator("#report-rows .type-sitrep").click()
    report = hostile.locator("#report")
    expect(report.locator("dd", has_text="<script>").first).to_be_visible()
    assert report.evaluate(WIDER) <= 0
    assert _is_harmless(hostile)
    hostile.locator("#report-close").click()
    hostile.emulate_media(media="print")
    assert _is_harmless(hostile)


def _is_filled(live: LivePage) -> None:
    """Let something stand in each view: in hand, said and taken back, entered, brought, logged."""
    live.accounts.add("root", person="Root", role=ADMINISTRATOR, password=PASSWORD, now_ms=0)
    live.is_called(1, sos(7, fix=FIX), 7, accepted_by="bekzat")
    live.does("bekzat", "down", {"kind": "text", "form": {"text": "x"}, "to": {"all": True}})
    live.does("bekzat", "down/revocations", {"devices": [2], "reason": "x"})
    day = {"team": "EMT-1", "country": "tr", "day": "2026-09-21", "remark": "x"}
    live.does("bekzat", "emt", {**day, "counts": {"1": {"all": 1}}})
    notice = httpx.post(
        f"{live.address}/api/notices",
        headers={"origin": live.address, "content-type": "application/cap+xml"},
        cookies={COOKIE: live.token_of("bekzat")},
        content=golden("sos.cap.xml"),
    )
    assert notice.status_code == 200, notice.text


def test_each_view_of_a_telephone_keeps_its_width(hostile: Page, live: LivePage) -> None:
    _is_filled(live)
    cookie = {"name": COOKIE, "value": live.token_of("root"), "url": live.address}
    hostile.context.add_cookies([cookie])  # type: ignore[list-item]  # its keys are the needed ones
    hostile.set_viewport_size({"width": 390, "height": 844})
    shown = {
        "": "#in-hand",
        "down": "#words .card",
        "book": "#book .card",
        "notices": "#notices .card, #notices-apart .card",
        "emt": "#emt-days .card",
        "health": "#gap-details dl, #gap-details p",
        "people": "#log-rows tr",
    }
    for view, there in shown.items():
        hostile.goto("about:blank")
        with hostile.expect_response("**/api/down/alerts"):
            hostile.goto(f"{live.address}/?view={view}")
        live.alerts("bekzat", "evacuate")
        live.alerts("bekzat", "resume")
        expect(hostile.locator("#others-list li").first).to_be_attached()
        expect(hostile.locator(there).first).to_be_attached()
        for summary in hostile.locator("main > :not([hidden]) summary").all():
            summary.press("Enter")
        assert _is_harmless(hostile), view


def test_without_alarms_who_was_heard_last_is_said_harmlessly(page: Page, live: LivePage) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.route(ANSWERS, _answer)
    live.arrives(live.field.carried(exported.sitrep(text="x", fix=FIX), seq=1))

    expect(page.locator("#no-alarms")).to_contain_text("Last heard: <img src=x")
    assert _is_harmless(page)
