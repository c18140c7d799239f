"""Each view in each language, on a laptop and a telephone: nothing cut off, no word said twice."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.secretariat import exported
from tests.secretariat.field import position, sos
from tests.secretariat.live_page import LivePage
from turna_protocol import codes
from turna_protocol.reports import Fix

FIX = Fix(3_620_500, 3_616_300, 8, 2)
VIEWS = ("", "down", "book", "notices", "emt", "health", "people")
SIZES = {"laptop": (1366, 768), "telephone": (390, 844)}
DOUBLED = re.compile(r"(?<![\w-])([^\W\d_]{2,})[ \u00a0]+\1(?![\w-])", re.IGNORECASE)
# What a person can read must fit what it is written in; a select shows its longest choice.
CUT_OFF = """() => {
  const pen = document.createElement("canvas").getContext("2d");
  const wide = (each, text) => {
    const style = getComputedStyle(each);
    pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    return pen.measureText(text).width + parseFloat(style.paddingLeft)
      + parseFloat(style.paddingRight);
  };
  const isShown = (each) => each.offsetWidth > 0 && !each.closest(".hidden, .skip");
  const text = [...document.querySelectorAll("button, label, th, h1, h2, h3, nav a, summary, li")];
  const cut = text.filter((each) => isShown(each) && getComputedStyle(each).overflowX !== "visible"
    && each.scrollWidth > each.clientWidth + 1).map((each) => each.textContent);
  const fields = [...document.querySelectorAll("input[placeholder]")].filter(isShown)
    .filter((each) => wide(each, each.placeholder) > each.clientWidth + 1);
  const selects = [...document.querySelectorAll("select")].filter(isShown)
    .filter((each) => wide(each, each.selectedOptions[0]?.text ?? "") + 16 > each.clientWidth);
  const out = [...document.querySelectorAll("main *, header *, nav, dialog[open] *")]
    .filter((each) => isShown(each) && !each.closest("#map, .views, .scrolls, #handsets, thead"))
    .filter((each) => { const box = each.getBoundingClientRect();
      return box.width && (box.right > innerWidth + 1 || box.left < -1); });
  return [...cut, ...fields.map((each) => each.placeholder),
    ...selects.map((each) => each.selectedOptions[0].text),
    ...out.map((each) => `beside the page: ${each.tagName} ${each.textContent.slice(0, 40)}`)];
}"""


def _happens(live: LivePage) -> None:
    """Let there be something of each kind to read."""
    cancel = sos(9, phase=codes.CANCEL, reference=1)
    live.arrives(
        live.field.carried(position(), seq=1),
        live.field.carried(exported.sitrep(text="x", fix=FIX), seq=2),
        live.field.carried(exported.triage(), seq=3),
        live.field.carried(exported.worksite_report(), seq=4),
        live.field.carried(exported.hazard(), seq=5),
        live.field.carried(sos(fix=FIX), device=2, seq=1),
        live.field.carried(cancel, device=2, seq=2),
        live.field.carried(sos(fix=FIX), seq=6),
        live.field.carried(position(), seq=7, key=bytes(32)),
    )
    live.is_called(1, sos(11, fix=FIX), 8, accepted_by="bekzat")


def _speaks(page: Page, tag: str) -> None:
    page.evaluate("tag => localStorage.setItem('language', tag)", tag)
    with page.expect_response("**/api/down/alerts"):
        page.reload()
    expect(page.locator("html")).to_have_attribute("lang", tag)
    expect(page.locator("#health li").first).to_be_attached()


@pytest.fixture
def opened(live: LivePage, browser: Browser, request: pytest.FixtureRequest) -> Any:
    width, height = SIZES[request.param]
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    _happens(live)
    page.goto(live.address)
    expect(page.locator("#language option")).to_have_count(10)
    yield page
    context.close()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("opened", list(SIZES), indirect=True)
def test_no_words_are_cut_off_and_none_is_said_twice(opened: Page, live: LivePage) -> None:
    tags = opened.locator("#language option").evaluate_all("all => all.map(it => it.value)")
    wrong = []
    for tag in tags:
        _speaks(opened, tag)
        live.alerts("bekzat", "evacuate")
        expect(opened.locator("#others")).to_be_visible()
        if opened.locator("#menu").is_visible():
            opened.locator("#menu").click()
        for view in VIEWS:
            opened.locator(f"nav a[data-view='{view}']").click()
            expect(opened.locator(f"main > [data-in={view or 'picture'}]").first).to_be_visible()
            if not view:
                expect(opened.locator("#report-rows tr")).to_have_count(10)
                expect(opened.locator("#in-hand")).to_be_visible()
                opened.locator("#more-filters summary").press("Enter")
            wrong += [(tag, view, said) for said in opened.evaluate(CUT_OFF)]
            for line in opened.locator("body").inner_text().splitlines():
                wrong += [(tag, view, found[0]) for found in DOUBLED.finditer(line)]

    assert wrong == []
