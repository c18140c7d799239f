"""Text that means harm, in every place of the page where somebody else's words are shown."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.secretariat import exported
from tests.secretariat.field import sos
from tests.secretariat.live_page import LivePage
from turna_protocol.reports import Fix

FIX = Fix(3_620_500, 3_616_300, 8, 2)
SCRIPT = "<img src=x onerror=document.title='PWNED'><script>document.title='PWNED'</script>"
UNSEEN = "\u202edrow\u202c\u2066\u200b\u200f\ufeff\u0007\u00ad"
ZALGO = "Z" + "\u0351\u036b\u0343\u0300\u0316" * 40
HOSTILE = SCRIPT + UNSEEN + ZALGO + "W" * 10_000
NAMES = ("call_sign", "text", "person", "reason")
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
    }


def _answers(change: Callable[[Any], Any]) -> Callable[[Route], None]:
    def answer(route: Route) -> None:
        answered = route.fetch()
        route.fulfill(response=answered, body=json.dumps(change(answered.json())))

    return answer


@pytest.fixture
def hostile(page: Page, live: LivePage) -> Page:
    """Return a page in which every call sign, text and name is hostile."""
    live.arrives(
        live.field.carried(exported.sitrep(text="x", fix=FIX), seq=1),
        live.field.carried(exported.hazard(), seq=2),
        live.field.carried(sos(fix=FIX), device=2, seq=1),
    )
    for asked in ("search", "alarms", "handsets", "reports", "places", "sos"):
        page.route(f"**/api/{asked}**", _answers(_hostile))
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
