"""The page's search, map, book of SOS, alerts and situation report, as a person uses them."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.secretariat import exported
from tests.secretariat.field import EPOCH_S, position, sos
from tests.secretariat.golden import golden
from tests.secretariat.live_page import LivePage
from turna_backbone import mqtt, topics
from turna_backbone.envelope import GatewayHealth, Presence
from turna_protocol import codes
from turna_protocol.reports import Fix, NodeHealth, Position, Report
from turna_protocol.reports.message import Message
from turna_protocol.reports.task_status import TaskStatus
from turna_secretariat.signed_in import COOKIE

FIX = Fix(3_620_500, 3_616_300, 8, 2)
MINUTE_MS = 60_000


def _says(live: LivePage, *reports: Report, device: int = 1, seq: int = 0) -> None:
    carried = (
        live.field.carried(report, device=device, seq=seq + n) for n, report in enumerate(reports)
    )
    live.arrives(*(replace(each, heard_at_s=live.clock.unix_s()) for each in carried))


def _message(text: str, mode: int = codes.EXERCISE) -> Message:
    return Message(mode=mode, time_s=EPOCH_S, time_quality=codes.TIME_GNSS, text=text)


def _at(fix: Fix, time_s: int = EPOCH_S) -> Position:
    return Position(mode=codes.EXERCISE, time_s=time_s, time_quality=codes.TIME_GNSS, fix=fix)


def _rows(page: Page) -> Locator:
    return page.locator("#report-rows tr")


def test_reports_are_searched_and_the_address_shows_a_colleague_the_same(
    page: Page, live: LivePage
) -> None:
    _says(live, _message("Çatı çöktü"), _message("Kapı açık"))
    _says(live, _message("Çatı sağlam"), device=2)
    expect(_rows(page)).to_have_count(3)

    page.fill("#filter-text", "CATI")
    expect(_rows(page)).to_have_count(2)
    page.get_by_text("More to search by").click()
    page.locator("#filter-country").select_option("az")
    expect(_rows(page)).to_have_count(1)
    expect(_rows(page)).to_contain_text("Çatı sağlam")

    colleague = page.context.new_page()
    colleague.goto(page.url)
    expect(_rows(colleague)).to_have_count(1)
    expect(colleague.locator("#filter-country")).to_have_value("az")
    page.locator("#filter-clear").click()
    expect(_rows(page)).to_have_count(3)


def test_every_filter_finds_and_says_when_nothing_is_like_that(page: Page, live: LivePage) -> None:
    _says(live, _message("x"))
    expect(_rows(page)).to_have_count(1)

    page.get_by_text("More to search by").click()
    for name, other in (("type", "sos"), ("team", "AZE01"), ("mode", "test"), ("state", "4")):
        page.locator(f"#filter-{name}").select_option(other)
        expect(page.locator("#no-reports")).to_have_text("No report is like this.")
        page.locator("#filter-clear").click()
        expect(_rows(page)).to_have_count(1)


def test_device_health_does_not_crowd_the_stream_until_it_is_asked_for(
    page: Page, live: LivePage
) -> None:
    _says(live, NodeHealth(mode=codes.EXERCISE, battery_mv=3900), position())
    expect(_rows(page)).to_have_count(1)

    page.locator("#filter-type").select_option("all")

    expect(_rows(page)).to_have_count(2)


def test_an_actual_report_among_exercises_is_marked_the_loudest(page: Page, live: LivePage) -> None:
    _says(live, _message("x", codes.ACTUAL), _message("y"))

    expect(page.locator("#report-rows .mode-tag")).to_have_text(["EXERCISE", "REAL"])
    expect(page.locator("#report-rows .mode-actual")).to_have_count(1)
    expect(page.locator("#count-stored")).to_have_text("shown: 1 EXERCISE + 1 REAL")
    expect(page.locator("#health .bad", has_text="another mode, REAL")).to_contain_text("1")


def test_trails_worksites_and_hazards_are_on_the_map_and_in_a_list(
    page: Page, live: LivePage
) -> None:
    walk = [
        _at(Fix(3_620_000 + step * 400, 3_616_000, 5, 0), time_s=EPOCH_S + 3600 * step)
        for step in range(5)
    ]
    live.clock.advance(5 * 60 * MINUTE_MS)
    _says(live, *walk, exported.triage(), exported.hazard())
    expect(page.locator("#places-title")).to_have_text("Worksites: 1 · Hazards: 1")
    expect(page.locator("#map .site-A")).to_be_visible()
    with page.expect_response("**/api/trails*") as walked:
        page.locator("#trail").select_option("24h")
    assert len(walked.value.json()["trails"][0]["points"]) == 5  # three at one time are one
    expect(page.locator("#trail-note")).to_have_text(re.compile("one point every [0-9]+ min"))
    expect(page).to_have_url(re.compile("trail=24h"))

    page.locator("#places-title").click()
    page.locator("#places-list").get_by_role("button", name="gas", exact=True).click()
    expect(page.locator("dialog[open]")).to_contain_text("smell of gas")


def test_names_of_teams_at_one_place_do_not_hide_one_another(page: Page, live: LivePage) -> None:
    for device in (1, 2):
        _says(live, _at(FIX), device=device)
    names = page.locator("#map .team > span")
    expect(names).to_have_count(2)
    expect(names.nth(0)).not_to_have_css("transform", "none")
    one, other = (names.nth(number).bounding_box() for number in (0, 1))

    assert one is not None
    assert other is not None
    assert one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]


def test_a_place_fades_with_its_age_and_a_silent_handset_is_an_alarm(
    page: Page, live: LivePage
) -> None:
    _says(live, _at(FIX))
    marker = page.locator("#map .team")
    expect(marker).to_have_css("opacity", "1")

    live.clock.advance(40 * MINUTE_MS)
    expect(marker).to_have_class(re.compile("stale"), timeout=8_000)
    assert 0.6 <= float(marker.evaluate("it => it.style.opacity")) < 1
    expect(page.locator("#alarm-list .is-silence")).to_contain_text("TUR01-1")
    expect(page.locator("#count-silent")).to_contain_text("silent: 1")

    _says(live, position(), seq=5)
    expect(page.locator("#alarm-list .is-silence")).to_have_count(0)


def test_one_report_shows_its_whole_way_and_its_alert(page: Page, live: LivePage) -> None:
    heard = live.field.carried(exported.hazard(), seq=1)
    live.arrives(heard, replace(heard, gateway="hatay-1", hops=2, rssi_dbm=-117, attempt=2))
    page.locator("#report-rows button").click()

    way = page.locator("#report-body")
    for said in ("Written on TUR01-1", "directly", "brought 2 times", "-90 dBm", "SNR 5 dB"):
        expect(way).to_contain_text(said)
    expect(way).to_contain_text(heard.content.hex(" "))
    with page.expect_download() as download:
        way.get_by_role("link", name="As a CAP 1.2 alert").click()
    assert "<status>Exercise</status>" in Path(download.value.path()).read_text("utf-8")


def test_an_official_alert_is_brought_as_a_file_and_shown_harmlessly(
    page: Page, live: LivePage, tmp_path: Path
) -> None:
    page.get_by_role("link", name="Official alerts").click()
    file = tmp_path / "alert.xml"
    long = "&lt;script>document.title='PWNED'&lt;/script>\u202e" + "x" * 9_900
    official = golden("sos.cap.xml").decode("utf-8")
    hostile = re.sub("<headline>.*</headline>", f"<headline>{long}</headline>", official)
    file.write_text(hostile, encoding="utf-8")

    page.set_input_files("#notice-file", file)
    card = page.locator("#notices .card")
    expect(card).to_contain_text("<script>document.title")
    expect(card).to_contain_text("Aylin Demir")
    assert "PWNED" not in page.title()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    expect(page.locator("#note")).to_contain_text("The alert is kept.")

    file.write_text(hostile.replace("x" * 9_900, "x" * 10_000), encoding="utf-8")
    page.set_input_files("#notice-file", file)
    expect(page.locator("#note")).to_contain_text("Not done: headline: longer than 10000")


def test_what_takes_an_official_alert_back_is_not_shown_as_one_in_force(
    page: Page, live: LivePage, tmp_path: Path
) -> None:
    page.get_by_role("link", name="Official alerts").click()
    alert = golden("sos.cap.xml").decode("utf-8")
    names = [re.findall(f"<{name}>(.*)</{name}>", alert)[0] for name in ("sender", "identifier")]
    sent = re.findall("<sent>(.*)</sent>", alert)[0]
    cancel = re.sub("<identifier>.*</identifier>", "<identifier>later</identifier>", alert)
    cancel = cancel.replace("<msgType>Alert", "<msgType>Cancel").replace(
        "<info>", f"<references>{','.join([*names, sent])}</references><info>", 1
    )
    (tmp_path / "alert.xml").write_text(alert, encoding="utf-8")
    (tmp_path / "cancel.xml").write_text(cancel, encoding="utf-8")

    page.set_input_files("#notice-file", tmp_path / "alert.xml")
    cards = page.locator("#notices .card")
    expect(cards).to_contain_text("in force until")
    page.set_input_files("#notice-file", tmp_path / "cancel.xml")

    expect(cards).to_have_count(2)
    expect(cards.first.locator("h3").first).to_have_text("CANCELLED")
    expect(cards.first).not_to_contain_text("in force")
    expect(cards.first).not_to_have_class(re.compile("severity"))


def test_the_book_of_sos_says_where_each_stands_and_who_did_what(
    page: Page, live: LivePage
) -> None:
    _says(live, sos(fix=FIX), seq=1)
    _says(live, sos(fix=FIX), device=2, seq=1)
    _says(live, sos(5, phase=codes.CANCEL, reference=1), device=2, seq=2)
    expect(page.locator("#sos-cards article")).to_have_count(2)
    page.locator("#sos-cards article").nth(0).get_by_role("button", name="Accept").click()
    expect(page.locator("#sos-cards article")).to_have_count(1)
    page.locator("#sos-cards").get_by_role("button", name="False alarm").click()
    page.locator("#sure").get_by_role("button", name="Pressed by mistake").click()
    page.locator("#sure-yes").click()
    expect(page.locator("#sos")).to_be_hidden()

    page.get_by_role("link", name="Book of SOS").click()
    cards = page.locator("#book .card")
    expect(cards.nth(0)).to_contain_text("false alarm")
    expect(cards.nth(0)).to_contain_text("AZE01-1 took it back")
    expect(cards.nth(0)).to_contain_text("called it a false alarm Pressed by mistake")
    expect(cards.nth(1)).to_contain_text("accepted, in hand")
    expect(cards.nth(1)).to_contain_text("Aylin Demir accepted it")


def test_the_situation_report_adds_up_and_prints(page: Page, live: LivePage) -> None:
    forms = (exported.triage(), exported.worksite_report(), exported.hazard())
    _says(live, *forms, exported.sitrep())
    expect(_rows(page)).to_have_count(4)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Situation report").click()
    paper = opened.value

    expect(paper.locator("#mode")).to_contain_text("EXERCISE")
    expect(paper.get_by_role("row", name="pending 1 0 0")).to_be_visible()
    expect(paper.get_by_role("row", name="total identified 2")).to_be_visible()
    expect(paper.get_by_role("row", name="Live contacts 1")).to_be_visible()
    expect(paper.get_by_role("row", name="Safety issues")).to_contain_text("gas")
    expect(paper.get_by_role("row", name="TUR01-0056")).to_contain_text("A")
    expect(paper.locator("#sitreps")).to_contain_text("Not added to the numbers above")
    expect(paper.get_by_role("row", name="red: immediate 2 TUR01-1: 2")).to_be_visible()
    expect(paper.get_by_role("row", name="trapped 0 TUR01-1: 0")).to_be_visible()
    expect(paper.get_by_role("row", name="rescued", exact=True)).to_be_visible()
    paper.emulate_media(media="print")
    expect(paper.locator("#mode")).to_be_visible()
    expect(paper.locator("#choices")).to_be_hidden()


def test_a_call_for_help_says_nothing_that_goes_without_saying(page: Page, live: LivePage) -> None:
    _says(live, sos(fix=FIX), sos(5, phase=codes.CANCEL))
    page.locator("#report-rows tr", has_text="TAKEN BACK").locator("button").click()
    expect(page.locator("#report-body")).to_contain_text("TAKEN BACK by the sender")
    page.locator("#report-close").click()
    page.locator("#report-rows tr").last.locator("button").click()

    says = page.locator("#report-body")
    expect(says).to_contain_text("Raw bytes")
    expect(says).not_to_contain_text("declare")
    expect(says).not_to_contain_text("of the SOS with number")


def test_two_officers_see_each_others_deeds_without_a_reload(
    page: Page, live: LivePage, browser: Browser
) -> None:
    _says(live, sos(fix=FIX))
    context = browser.new_context()
    context.add_cookies([{"name": COOKIE, "value": live.token_of("bekzat"), "url": live.address}])
    other = context.new_page()
    other.goto(live.address)
    expect(other.locator("#person")).to_have_text("Bekzat Omarov")
    expect(other.locator("#sos")).to_be_visible()

    page.locator("#sos").get_by_role("button", name="Accept").click()

    expect(other.locator("#sos")).to_be_hidden()
    expect(other.locator("#report-rows")).to_contain_text("Aylin Demir")
    context.close()


def test_gateways_and_the_feed_have_a_view_of_their_own(page: Page, live: LivePage) -> None:
    _says(live, position())
    health = GatewayHealth(b"boot-id1", EPOCH_S, 2369, True, *(0,) * 9)
    topic = topics.gateway_health("tr", "hatay-1")
    live.inbox.put(mqtt.Message(topic, health.pack(), False, 1))
    page.get_by_role("link", name="Health", exact=True).click()

    expect(page.locator("#gateway-details")).to_contain_text("hatay-1")
    expect(page.locator("#gateway-details")).to_contain_text("running for39 min")
    expect(page.locator("#feed-details")).to_contain_text("proved to be their senders'1")
    page.go_back()
    expect(page.locator("#map")).to_be_visible()


@pytest.mark.parametrize("width", [1280])
def test_the_page_says_everything_in_each_language_and_still_fits(
    page: Page, live: LivePage, width: int
) -> None:
    _says(live, exported.sitrep(text="Kuzeyden gelin", fix=FIX), exported.triage())
    _says(live, sos(fix=FIX), device=2)
    page.set_viewport_size({"width": width, "height": 800})
    expect(page.locator("#sos")).to_be_visible()
    english = page.locator("h2").all_inner_texts()
    tags = page.locator("#language option").evaluate_all("them => them.map(it => it.value)")
    assert len(tags) == 10

    for tag in tags[1:]:
        page.locator("#language").select_option(tag)
        expect(page.locator("html")).to_have_attribute("lang", tag)
        said = page.locator("h2").all_inner_texts()
        shared = {text for text in english if text} & set(said)
        assert shared <= {"SOS"}, (tag, shared)
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(overflow) <= 0, tag
    expect(page.locator("#machine-made")).to_be_visible()


def test_a_task_is_sent_after_its_cost_was_seen_and_followed_by_team(
    page: Page, live: LivePage
) -> None:
    page.get_by_role("link", name="Tasks and alerts").click()
    page.locator("#say-to").select_option("team TUR01")
    page.fill("#say-text", "Okula gidin")
    expect(page.locator("#say-cost")).to_contain_text("cannot be sent now: gateway hatay-1 is down")
    expect(page.locator("#say-cost")).to_contain_text("that it would reach: 1 (TUR01-1)")
    health = GatewayHealth(b"boot-id1", EPOCH_S, 60, True, *(0,) * 9)
    topic = topics.gateway_health("tr", "hatay-1")
    live.inbox.put(mqtt.Message(topic, health.pack(), False, 1))
    expect(page.locator("#say-cost")).to_contain_text("Handsets reached: 1 (TUR01-1)")
    expect(page.locator("#say-cost")).to_contain_text(re.compile(r"hatay-1: [0-9.]+ %"))
    page.locator("#say-send").click()

    card = page.locator("#words .card")
    expect(card).to_contain_text("task 1: go to")
    expect(card).to_contain_text("routine · no time is set")
    expect(card).to_contain_text("held by 0 of 1, answered by 0")
    expect(card).to_contain_text("assigned")
    _says(live, TaskStatus(mode=codes.EXERCISE, number=1, status=4, text="Bitti"), seq=3)
    expect(card).to_contain_text("done “Bitti”")
    expect(card).to_contain_text("answered by 1")

    card.get_by_role("button", name="Take it back").click()
    page.locator("#sure-yes").click()
    expect(card).to_contain_text("taken back by Aylin Demir")


def test_a_gateway_that_is_down_is_an_open_alarm(page: Page, live: LivePage) -> None:
    expect(page.locator("#no-alarms")).to_be_visible()
    topic = topics.gateway_connection("tr", "hatay-1")
    live.inbox.put(mqtt.Message(topic, Presence(False, b"boot-id1").pack(), False, 1))
    expect(page.locator("#alarm-list")).to_contain_text("Gateway hatay-1")
    expect(page.locator("#alarm-list")).to_contain_text("DOWN since")


def test_teams_and_the_small_map_stand_after_the_window_was_resized_behind_another_view(
    page: Page, live: LivePage
) -> None:
    _says(live, _at(Fix(3_620_100, 3_616_100, 10, 10)))
    team = page.locator("#map .team")
    expect(team).to_be_in_viewport()
    page.get_by_role("link", name="Health", exact=True).click()
    page.set_viewport_size({"width": 1000, "height": 700})
    page.get_by_role("link", name="Picture").click()
    page.locator("#map").scroll_into_view_if_needed()
    expect(team).to_be_in_viewport()
    box, name = page.locator("#map").bounding_box(), team.bounding_box()
    assert box is not None
    assert name is not None
    assert box["x"] < name["x"] < box["x"] + box["width"]
    assert box["y"] < name["y"] < box["y"] + box["height"]
    size = "document.querySelector('.overview canvas').clientWidth > 0"
    page.wait_for_function(size)


def test_a_false_alarm_asks_twice_in_the_report_and_an_accepted_call_is_accepted_once(
    page: Page, live: LivePage
) -> None:
    _says(live, sos())
    page.locator("#sos-cards").get_by_role("button", name="The whole report").click()
    report = page.locator("dialog#report")
    expect(report.locator("[data-mode-mark]")).to_have_text("EXERCISE")
    report.get_by_role("button", name="False alarm").click()
    expect(page.locator("#sure-title")).to_have_text("Really a false alarm? TUR01-1")
    expect(page.locator("#sure [data-mode-mark]")).to_have_text("EXERCISE")
    page.locator("#sure-no").click()
    report.get_by_role("button", name="Accept").click()
    expect(report.locator("[data-deed=accepted]")).to_be_hidden()
    expect(report.locator("[data-deed=read]")).to_be_hidden()
    expect(report.locator("[data-deed=acted]")).to_be_visible()


def test_a_slow_answer_changes_no_report_that_was_opened_later(page: Page, live: LivePage) -> None:
    _says(live, position())
    _says(live, sos(fix=FIX), device=2)
    expect(page.locator("#report-rows tr")).to_have_count(2)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/reports/1", hold)
    page.locator("[data-key=report-1]").click()
    page.locator("[data-key=report-2]").click()
    expect(page.locator("#report-title")).to_contain_text("SOS")
    with page.expect_response("**/api/reports/1") as slow:
        held[0].continue_()
    slow.value.finished()
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    expect(page.locator("#report-title")).to_contain_text("SOS")

    late = "the archive did not answer in time; look before you repeat it"
    page.route("**/api/reports/2/read", hold)
    page.locator("[data-deed=read]").click()
    page.locator("#report-close").click()
    held[-1].fulfill(status=503, json={"detail": late})
    expect(page.locator("#note")).to_contain_text(late)
    expect(page.locator("#report")).to_be_hidden()
    expect(page.locator("#report-note")).to_be_empty()


def test_an_alert_asks_twice_and_a_roll_call_shows_who_has_not_answered(
    page: Page, live: LivePage
) -> None:
    page.get_by_role("link", name="Tasks and alerts").click()
    page.locator("#say-kind").select_option("alert")
    expect(page.locator("#say-send")).to_be_enabled()
    page.locator("#say-send").click()
    expect(page.locator("#sure-title")).to_have_text("Really send it? evacuate to everybody")
    expect(page.locator("#words .card")).to_have_count(0)
    page.locator("#sure-yes").click()
    expect(page.locator("#words .word-alert")).to_contain_text("AZE01 0/1")

    page.locator("#say-kind").select_option("roll_call")
    page.locator("#say-send:enabled").click()
    expect(page.locator("#sure-title")).to_have_text("Really send it? roll call to everybody")
    page.locator("#sure-yes").click()
    call = page.locator("#words .word-roll_call")
    expect(call.get_by_role("row", name="TUR01-1")).to_contain_text("no answer yet")
