"""The duty officer's page in a real browser: what a person sees, hears of and does."""

import re
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.secretariat.field import EPOCH_S, position, sos
from tests.secretariat.live_page import LivePage
from turna_protocol import codes, delivery
from turna_protocol.reports import Fix, NodeHealth, Sitrep
from turna_protocol.reports.message import Message
from turna_secretariat import queries
from turna_secretariat.signed_in import COOKIE

FIX = Fix(3_620_500, 3_616_300, 8, 2)
HOSTILE = "<img src=x onerror=document.title='PWNED'><script>1</script>\u202edrow\u202c"


def _sends_sos(live: LivePage, device: int = 1, seq: int = 7) -> None:
    live.arrives(live.field.carried(sos(seq, fix=FIX), device=device, seq=seq))


def test_a_report_appears_without_a_reload_and_its_way_can_be_followed(
    page: Page, live: LivePage
) -> None:
    expect(page.locator("#no-reports")).to_be_visible()
    sitrep = Sitrep(mode=codes.EXERCISE, time_s=EPOCH_S, fix=FIX, trapped=4, text="Çatı çöktü")
    live.arrives(live.field.carried(sitrep, seq=1))

    row = page.locator("#report-rows tr")
    expect(row).to_contain_text("TUR01-1")
    expect(row).to_contain_text("4 trapped")
    expect(row).to_contain_text("“Çatı çöktü”")
    expect(row).to_contain_text("stored at Secretariat")
    row.get_by_role("button").click()
    way = page.locator("#report-body")
    expect(way).to_contain_text("Heard by gateway hatay-1")
    expect(way).to_contain_text("-90 dBm")
    expect(way).to_contain_text("proved to be its sender's")


def test_an_sos_pops_up_and_stays_until_a_named_person_accepts_it(
    page: Page, live: LivePage
) -> None:
    _sends_sos(live)
    panel = page.locator("#sos")
    expect(panel).to_be_visible()
    expect(panel).to_contain_text("TUR01-1")
    expect(page).to_have_title(re.compile(r"EXERCISE · SOS \(1\)"))
    expect(page.locator("#map .distress")).to_contain_text("SOS")

    page.keyboard.press("Escape")
    expect(panel).to_be_visible()
    panel.get_by_role("button", name="Accept as Aylin Demir").click()
    expect(panel).to_be_hidden()
    with live.archive.reader() as connection:
        found = queries.one_report(connection, live.registry, 1)
        assert queries.open_alarms(connection, live.registry) == []
    assert found is not None
    assert [(deed["did"], deed["person"]) for deed in found["actions"]] == [
        ("accepted", "Aylin Demir")
    ]
    assert found["state"] == delivery.READ


def test_several_sos_stay_apart_and_a_cancelled_one_says_so(page: Page, live: LivePage) -> None:
    _sends_sos(live, device=1)
    _sends_sos(live, device=2)
    cards = page.locator("#sos-cards article")
    expect(cards).to_have_count(2)

    cancel = sos(9, phase=codes.CANCEL, reference=7)
    live.arrives(live.field.carried(cancel, device=2, seq=8))

    taken_back = cards.filter(has_text="Taken back by the sender")
    expect(taken_back).to_have_count(1)
    expect(taken_back).to_contain_text("AZE01-1")
    expect(page.locator("#map .distress", has_text="AZE01-1")).to_contain_text("SOS?")


def test_the_exercise_is_seen_in_banner_title_and_each_row(page: Page, live: LivePage) -> None:
    live.arrives(*(live.field.carried(position(), seq=seq) for seq in range(3)))

    expect(page.locator("#report-rows tr")).to_have_count(3)
    expect(page.locator("#mode")).to_contain_text("EXERCISE")
    expect(page).to_have_title(re.compile("^EXERCISE"))
    expect(page.locator("#report-rows .mode-tag")).to_have_text(["EXERCISE"] * 3)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_door_says_in_each_language_that_it_is_a_drill(
    live: LivePage, browser: Browser, scheme: Literal["light", "dark"]
) -> None:
    size = {"width": 390, "height": 844}
    context = browser.new_context(viewport=size, color_scheme=scheme)  # type: ignore[arg-type]
    door = context.new_page()
    door.goto(f"{live.address}/login")
    mark = door.locator("#mode")
    expect(mark).to_contain_text("EXERCISE")
    for tag, said in (("tr", "TATBİKAT"), ("kk", "ЖАТТЫҒУ"), ("hu", "GYAKORLAT")):
        door.locator("#language").select_option(tag)
        expect(mark).to_contain_text(said)
        expect(mark).to_be_in_viewport()
    context.close()


def test_hostile_text_is_shown_as_text(page: Page, live: LivePage) -> None:
    live.arrives(live.field.carried(Message(mode=codes.EXERCISE, text=HOSTILE), seq=1))

    gist = page.locator("#report-rows .gist")
    expect(gist).to_contain_text("<img src=x onerror")
    page.locator("#report-rows button").click()
    expect(page.locator("#report-body")).to_contain_text("<script>1</script>")
    assert page.locator("#report-rows img, #report-body img, #report-body script").count() == 0
    assert "PWNED" not in page.title()
    expect(gist).to_have_css("unicode-bidi", "isolate")


def test_everything_can_be_done_by_keyboard_alone(page: Page, live: LivePage) -> None:
    _sends_sos(live)
    expect(page.locator("#sos")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#sos")).to_be_visible()
    expect(page.locator("#sos button.primary:not([aria-disabled])")).to_have_count(1)  # at rest

    page.locator("#sign-out").focus()
    for _ in range(14):  # language, sound, the views, the panel's first card
        page.keyboard.press("Tab")
        if page.locator("#sos button.primary").evaluate("it => it === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("#sos")).to_be_hidden()

    page.locator("#report-rows button").focus()
    page.keyboard.press("Enter")
    expect(page.locator("dialog[open]")).to_contain_text("accepted by Aylin Demir")
    page.keyboard.press("Escape")
    expect(page.locator("#report-rows button")).to_be_focused()


def test_who_reads_by_keyboard_is_not_thrown_out_by_news(page: Page, live: LivePage) -> None:
    live.arrives(live.field.carried(position(), seq=1))
    page.locator("#report-rows button").focus()

    live.arrives(live.field.carried(position(), seq=2))

    expect(page.locator("#report-rows tr")).to_have_count(2)
    expect(page.locator("#report-rows button").nth(1)).to_be_focused()


def test_a_cut_off_page_says_so_and_afterwards_shows_what_was_missed(
    page: Page, live: LivePage
) -> None:
    live.arrives(live.field.carried(position(), seq=1))
    expect(page.locator("#report-rows tr")).to_have_count(1)

    live.cut_off()
    expect(page.locator("#cut-off")).to_contain_text("CUT OFF", timeout=8_000)
    _sends_sos(live)
    live.arrives(live.field.carried(position(), seq=8))
    live.serve()

    expect(page.locator("#missed")).to_contain_text("cut off: 2", timeout=10_000)
    expect(page.locator("#cut-off")).to_be_hidden()
    expect(page.locator("#sos")).to_be_visible()
    expect(page.locator("#report-rows tr.was-missed")).to_have_count(2)


def test_a_backbone_that_is_down_is_unmistakable(page: Page, live: LivePage) -> None:
    live.backbone(up=False)
    expect(page.locator("#cut-off")).to_contain_text("BACKBONE IS DOWN")

    live.backbone(up=True)
    expect(page.locator("#cut-off")).to_be_hidden()


def test_what_one_officer_accepted_is_not_offered_to_another(
    page: Page, live: LivePage, browser: Browser
) -> None:
    _sends_sos(live)
    page.get_by_role("button", name="Accept", exact=False).first.click()
    expect(page.locator("#sos")).to_be_hidden()

    context = browser.new_context()
    context.add_cookies([{"name": COOKIE, "value": live.token_of("bekzat"), "url": live.address}])
    other = context.new_page()
    other.goto(live.address)
    other.locator("#report-rows button").click()
    expect(other.get_by_role("dialog")).to_contain_text("Aylin Demir")
    expect(other.locator("[data-deed=accepted]")).to_be_hidden()
    context.close()


def test_the_page_fits_a_phone(live: LivePage, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True)
    phone = context.new_page()
    _sends_sos(live)
    phone.goto(live.address)

    expect(phone.locator("#sos")).to_be_in_viewport()
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert phone.evaluate(overflow) <= 0
    accept = phone.locator("#sos button.primary:not([aria-disabled])")  # it is at rest
    expect(accept).to_be_visible()
    assert accept.evaluate("button => button.getBoundingClientRect().height") >= 34
    context.close()


def test_what_the_page_is_made_of_is_asked_for_at_once(page: Page) -> None:
    said = page.locator("link[rel=modulepreload]").evaluate_all("them => them.map(it => it.href)")
    asked = page.evaluate("performance.getEntriesByType('resource').map(it => it.name)")
    scripts = {url for url in asked if "/static/" in url and url.endswith(".js")}

    assert {url.rpartition("/")[2] for url in scripts - set(said)} == {"page.js"}


def test_a_gateway_that_is_down_and_an_alarm_about_it_are_seen_and_closed_by_name(
    page: Page, live: LivePage
) -> None:
    expect(page.locator("#health")).to_contain_text("Gateway hatay-1 not heard yet")
    live.arrives(live.field.carried(position(), key=bytes(32)))
    alarm = page.locator("#alarm-list li")
    expect(alarm).to_contain_text("not authentic")
    expect(page.locator("#report-rows")).to_contain_text("⚠ not authentic")

    alarm.get_by_role("button", name="Close it").click()
    expect(alarm).to_have_count(0)


def test_the_map_shows_coasts_and_each_team_without_asking_anybody_else(
    page: Page, live: LivePage
) -> None:
    with page.expect_response("**/map/base.json") as answer:
        live.arrives(live.field.carried(sos(1, fix=FIX), seq=1))
        page.reload()
    assert answer.value.ok
    expect(page.locator("#map .team")).to_have_count(1)
    expect(page.locator("#map .overview")).to_be_visible()
    page.get_by_text("About this map").click()
    expect(page.locator("#map-source")).to_contain_text("no opinion on the status of any")


def test_figures_are_shown_with_their_units(page: Page, live: LivePage) -> None:
    live.arrives(live.field.carried(NodeHealth(mode=codes.EXERCISE, battery_mv=3900), seq=1))
    page.locator("#filter-type").select_option("node_health")

    expect(page.locator("#report-rows .gist")).to_contain_text("battery 3.90 V")


def test_the_officer_reads_reports_in_their_own_language(page: Page, live: LivePage) -> None:
    sitrep = Sitrep(
        mode=codes.EXERCISE,
        time_s=EPOCH_S,
        fix=FIX,
        team_status=codes.TEAM_STATUSES.index("on_site"),
        hazards=(codes.HAZARDS.index("gas"),),
        needs=((codes.NEED_ITEMS.index("blankets"), 20),),
    )
    live.arrives(live.field.carried(sitrep, seq=1))
    row = page.locator("#report-rows tr")
    expect(row).to_contain_text("on site · hazards: gas · needs 20 blankets")
    expect(page.locator("#machine-made")).to_be_hidden()

    page.locator("#language").select_option("tr")

    expect(row).to_contain_text("olay yerinde · Tehlikeler: gaz · İhtiyaçlar 20 battaniye")
    expect(row).to_contain_text("TATBİKAT")
    expect(row).to_contain_text("Sekretaryada kayıtlı")
    expect(page.locator("#machine-made")).to_be_visible()
    page.reload()
    expect(row).to_contain_text("olay yerinde")

    page.locator("#language").select_option("en")
    expect(row).to_contain_text("on site")
