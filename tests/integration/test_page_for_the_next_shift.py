"""What a colleague who comes on shift has to see, and what nobody may have to guess."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.secretariat.field import sos
from tests.secretariat.golden import golden
from tests.secretariat.live_page import LivePage
from turna_backbone import mqtt, topics
from turna_backbone.envelope import GatewayHealth
from turna_protocol import codes
from turna_protocol.reports import Fix

FIX = Fix(3_620_500, 3_616_300, 8, 2)
SOON_MS = 12_000


def _gateway_speaks(live: LivePage) -> None:
    health = GatewayHealth(b"boot-id1", 0, 60, True, *(0,) * 9)
    live.inbox.put(mqtt.Message(topics.gateway_health("tr", "hatay-1"), health.pack(), False, 1))


def test_an_accepted_sos_stays_on_the_picture_until_somebody_ends_it(
    page: Page, live: LivePage
) -> None:
    live.arrives(live.field.carried(sos(7, fix=FIX), seq=7))
    page.get_by_role("button", name="Accept as Aylin Demir").click()
    expect(page.locator("#sos")).to_be_hidden()
    row = page.locator("#in-hand-list li")
    expect(row).to_have_text(re.compile("SOS.*TUR01-1.*EXERCISE.*accepted by Aylin Demir"))
    expect(row).not_to_contain_text("took it back")

    page.reload()  # as a colleague opens it
    cancel = sos(9, phase=codes.CANCEL, reference=7)
    live.arrives(live.field.carried(cancel, seq=9))
    expect(row).to_contain_text("the sender took it back: call them")
    page.get_by_role("link", name="Book of SOS").click()
    expect(page.locator("#book .stands")).to_contain_text("the sender took it back: call them")
    page.get_by_role("link", name="Picture").click()

    row.get_by_role("button", name="Show").click()
    page.locator("[data-deed=acted]").click()
    page.locator("#sure-yes").click()
    expect(page.locator("#report-body")).to_contain_text("acted on by Aylin Demir")
    page.locator("#report-close").click()
    expect(page.locator("#in-hand")).to_be_hidden()


def test_a_call_in_earnest_stays_in_hand_during_an_exercise_and_is_counted_apart(
    page: Page, live: LivePage
) -> None:
    live.arrives(live.field.carried(sos(7, fix=FIX), seq=7))
    live.arrives(live.field.carried(sos(8, fix=FIX, mode=codes.ACTUAL), device=2, seq=8))
    accept = page.get_by_role("button", name="Accept as Aylin Demir")
    expect(accept).to_have_count(2)
    for left in (1, 0):
        page.locator("[data-accept]:not([aria-disabled])").first.click()
        expect(accept).to_have_count(left)

    expect(page.locator("#in-hand-count")).to_have_text("1 REAL + 1 EXERCISE")
    rows = page.locator("#in-hand-list li")
    expect(rows.nth(0)).to_have_text(re.compile("SOS.*AZE01-1.*REAL.*accepted by Aylin Demir"))
    expect(rows.nth(1)).to_have_text(re.compile("SOS.*TUR01-1.*EXERCISE.*accepted by Aylin"))


def test_an_alarm_without_a_report_wears_the_mode_of_the_mission(
    page: Page, live: LivePage
) -> None:
    with live.archive.transaction() as transaction:
        transaction.raise_alarm("revoked", None, "device 1", 0)
    page.reload()

    expect(page.locator("#alarm-list li")).to_have_text(re.compile("revoked.*EXERCISE"))


def test_what_is_kept_does_not_look_like_what_failed(page: Page, tmp_path: Path) -> None:
    page.get_by_role("link", name="Official alerts").click()
    file = tmp_path / "alert.xml"
    file.write_bytes(golden("sos.cap.xml"))
    sign = "getComputedStyle(document.querySelector('#note'), '::before').content"

    page.set_input_files("#notice-file", file)
    expect(page.locator("#note.done")).to_have_text("The alert is kept.")
    assert "✔" in page.evaluate(sign)
    page.set_input_files("#notice-file", file)
    expect(page.locator("#note:not(.done)")).to_contain_text("Not done")
    assert "✘" in page.evaluate(sign)


def test_what_was_written_for_a_task_is_not_said_in_a_roll_call(page: Page) -> None:
    page.get_by_role("link", name="Tasks and alerts").click()
    page.fill("#say-text", "Köprüden")
    page.locator("#say-kind").select_option("roll_call")
    expect(page.locator("#say-text")).to_have_value("")
    page.fill("#say-text", "Herkes")
    page.locator("#say-kind").select_option("task")
    expect(page.locator("#say-text")).to_have_value("Köprüden")


def test_the_cost_of_an_alert_with_a_text_is_that_of_two_messages(
    page: Page, live: LivePage
) -> None:
    _gateway_speaks(live)
    page.get_by_role("link", name="Tasks and alerts").click()
    page.locator("#say-kind").select_option("alert")
    page.fill("#say-text", "Kuzeye")
    cost = page.locator("#say-cost")
    expect(cost).to_contain_text("Messages that go: 2")
    seconds = [
        float(re.findall(r", ([\d.]+) s on the air", line)[0])
        for line in cost.locator("li").all_inner_texts()
        if "on the air" in line
    ]
    alert_s, text_s, both_s = seconds
    assert abs(alert_s + text_s - both_s) < 0.11  # each is rounded

    page.locator("#say-send").click()
    asked = page.locator("#sure-what")
    for words in ("Messages that go: 2", "alert: packets", "text: packets", "Together", "“Kuzeye”"):
        expect(asked).to_contain_text(words)


def test_a_page_that_is_cut_off_knows_nothing_of_the_backbone(page: Page, live: LivePage) -> None:
    expect(page.locator("#health li.good", has_text="Backbone")).to_have_count(1)
    live.cut_off()
    backbone = page.locator("#health li", has_text="Backbone")
    expect(backbone).to_contain_text("not known", timeout=SOON_MS)
    expect(backbone).to_have_class("bad")
    live.serve()
    expect(backbone).to_contain_text("connected", timeout=SOON_MS)
