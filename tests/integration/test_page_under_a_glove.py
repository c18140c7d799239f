"""A glove touches twice, and the world moves under a finger: neither does what nobody meant."""

from typing import Literal

import pytest
from playwright.sync_api import FloatRect, Page, expect

from tests.integration.held import Held
from tests.secretariat.field import sos
from tests.secretariat.live_page import LivePage
from turna_protocol.reports import Fix

FIX = Fix(3_620_500, 3_616_300, 8, 2)
AT_REST = "#sos-cards [data-accept]:not([aria-disabled])"
TOUCH = """const touch = (it) => {
  for (const kind of ["pointerdown", "pointerup"]) {
    it.dispatchEvent(new PointerEvent(kind, { bubbles: true }));
  }
  it.dispatchEvent(new MouseEvent("click", { bubbles: true, detail: 1 }));
};"""
TOUCH_TWICE = f"""() => {{
  {TOUCH}
  const first = document.querySelector("#sos-cards [data-accept]");
  touch(first);
  touch(first);
}}"""
# A finger that comes down on the first card in the moment in which there are so many.
TOUCH_AS_IT_COMES = f"""(count) => {{
  {TOUCH}
  window.touched = new Promise((done) => new MutationObserver((_, watching) => {{
    const all = [...document.querySelectorAll("#sos-cards [data-accept]")];
    if (all.length !== count) return;
    watching.disconnect();
    touch(all[0]);
    done(all.map((each) => each.getAttribute("aria-disabled")));
  }}).observe(document.getElementById("sos-cards"), {{ childList: true }}));
}}"""
WAIT = "const wait = (ms) => new Promise((done) => setTimeout(done, ms));"


def _calls(page: Page, live: LivePage, device: int) -> None:
    before = page.locator("#sos-cards article").count()
    live.arrives(live.field.carried(sos(6 + device, fix=FIX), device=device, seq=6 + device))
    expect(page.locator("#sos-cards article")).to_have_count(before + 1)


def _box(page: Page) -> FloatRect:
    """Return where the first call is accepted."""
    box = page.locator("#sos-cards [data-accept]").first.bounding_box()
    assert box is not None
    return box


def _touch(page: Page, box: FloatRect) -> None:
    page.mouse.click(box["x"] + 20, box["y"] + box["height"] / 2)


def test_a_touch_that_bounces_accepts_one_call_and_the_other_goes_on(
    page: Page, live: LivePage
) -> None:
    _calls(page, live, 1)
    _calls(page, live, 2)
    expect(page.locator(AT_REST)).to_have_count(2)
    held = Held(page, "/accepted$")
    page.evaluate(TOUCH_TWICE)  # a bounce before the answer, and another as it comes
    page.evaluate(TOUCH_AS_IT_COMES, 1)
    held.go()

    assert page.evaluate("touched") == ["true"]
    expect(page.locator(AT_REST)).to_have_count(1)
    expect(page.locator("#sos-cards h3")).to_contain_text("AZE01-1")
    assert held.count == 1
    _touch(page, _box(page))
    held.go()
    expect(page.locator("#sos")).to_be_hidden()


def test_a_new_call_comes_below_and_takes_no_touch_meant_for_the_one_above(
    page: Page, live: LivePage
) -> None:
    _calls(page, live, 1)
    expect(page.locator(AT_REST)).to_have_count(1)
    page.evaluate(TOUCH_AS_IT_COMES, 2)
    _calls(page, live, 2)
    assert page.evaluate("touched") == ["true", "true"]  # the list has just moved: disabled
    expect(page.locator("#sos-cards h3").first).to_contain_text("TUR01-1")
    expect(page.locator(AT_REST)).to_have_count(2)
    expect(page.locator("#sos-cards article")).to_have_count(2)

    _touch(page, _box(page))
    expect(page.locator("#sos-cards article")).to_have_count(1)
    expect(page.locator("#sos-cards h3")).to_contain_text("AZE01-1")


def test_a_question_stays_closed_to_a_bounce_though_another_was_asked_just_before(
    page: Page, live: LivePage
) -> None:
    _calls(page, live, 1)
    is_closed = page.evaluate(f"""async () => {{
      {WAIT}
      const {{ askOnce }} = await import("/static/sure.js");
      const ask = (title) => askOnce({{ title, what: "", yes: title, deed: async () => null }});
      ask("A");
      document.getElementById("sure").close();
      await wait(500);
      ask("B");
      await wait(250);
      return document.getElementById("sure-yes").disabled;
    }}""")

    assert is_closed


def test_what_failed_late_is_told_on_the_page_and_not_in_the_next_question(
    page: Page, live: LivePage
) -> None:
    _calls(page, live, 1)
    page.evaluate(f"""async () => {{
      {WAIT}
      const {{ askOnce }} = await import("/static/sure.js");
      let fail;
      const late = () => new Promise((done) => {{ fail = done; }});
      askOnce({{ title: "A", what: "", yes: "A", deed: late }});
      await wait(750);
      document.getElementById("sure-yes").click();
      document.getElementById("sure-no").click();
      askOnce({{ title: "B", what: "", yes: "B", deed: async () => null }});
      fail("Not done: A");
    }}""")

    expect(page.locator("#note")).to_have_text("Not done: A")
    expect(page.locator("#sure-title")).to_have_text("B")
    expect(page.locator("#sure-note")).to_have_text("")
    page.locator("#sure-yes").click()
    expect(page.locator("#sure")).to_be_hidden()


@pytest.mark.parametrize("button", ["left", "right"])
def test_a_press_whose_end_nobody_hears_of_holds_back_no_call(
    page: Page, live: LivePage, button: Literal["left", "right"]
) -> None:
    page.mouse.move(5, 400)
    page.mouse.down(button=button)

    _calls(page, live, 1)
