"""Who may do what on the page, and reads why not: observers, officers, administrators."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.secretariat.field import position, sos
from tests.secretariat.live_page import PASSWORD, LivePage
from turna_protocol import codes
from turna_protocol.reports.message import Message
from turna_secretariat.accounts import ADMINISTRATOR, OBSERVER, OFFICER
from turna_secretariat.audit import Entry
from turna_secretariat.deeds import Noted
from turna_secretariat.signed_in import COOKIE

As = Callable[[str], Page]
WHY_NOT = "Your account may only look"


@pytest.fixture
def sees_as(live: LivePage, browser: Browser) -> Iterator[As]:
    """Open the page as somebody whose role is their name; `tr_officer` sees Turkey's alone."""
    contexts: list[BrowserContext] = []

    def open_as(name: str) -> Page:
        role = {"observer": OBSERVER, "administrator": ADMINISTRATOR}.get(name, OFFICER)
        countries = (name[:2],) if "_" in name else ()
        live.accounts.add(
            name, person=f"A {name}", role=role, password=PASSWORD, countries=countries, now_ms=0
        )
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        contexts.append(context)
        cookie = {"name": COOKIE, "value": live.token_of(name), "url": live.address}
        context.add_cookies([cookie])  # type: ignore[list-item]  # its keys are the needed ones
        page = context.new_page()
        page.goto(live.address)
        expect(page.locator("#health")).to_contain_text("Page live")
        return page

    yield open_as
    for context in contexts:
        context.close()


def test_an_observer_sees_everything_and_reads_why_nothing_can_be_done(
    sees_as: As, live: LivePage
) -> None:
    live.arrives(live.field.carried(sos(1), seq=1))
    live.arrives(live.field.carried(position(), seq=2, key=bytes(32)))
    page = sees_as("observer")

    expect(page.locator("#may-not")).to_contain_text(WHY_NOT)
    expect(page.locator("#sos")).to_contain_text(WHY_NOT)
    for name in ("Accept", "False alarm", "Close it"):
        expect(page.get_by_role("button", name=name).first).to_be_disabled()
    page.locator("#report-rows button").first.click()
    expect(page.locator("#report-may-not")).to_contain_text(WHY_NOT)
    page.locator("#report-close").click()
    page.get_by_role("link", name="Tasks and alerts").click()
    expect(page.locator("#say-cost")).to_contain_text(WHY_NOT)
    expect(page.locator("#say-send")).to_be_disabled()
    page.get_by_role("link", name="Official alerts").click()
    expect(page.locator("#notice-file")).to_be_disabled()
    page.get_by_role("link", name="My account").click()
    expect(page.locator("#administration")).to_be_hidden()


def test_a_lost_handset_loses_its_keys_by_a_reason_and_a_second_click(
    page: Page, live: LivePage
) -> None:
    live.arrives(live.field.carried(position(), seq=1))
    page.get_by_role("button", name="TUR01-1: all about this handset").click()
    dialog = page.locator("#handset")
    expect(dialog).to_contain_text("80 %")

    revoke = page.locator("#revoke")
    revoke.click()
    expect(page.locator("#revoke-note")).to_contain_text("Write why")
    page.fill("#revoke-reason", "left in the school at Antakya")
    revoke.click()
    expect(page.locator("dialog#handset [data-mode-mark]")).to_have_text("EXERCISE")
    expect(page.locator("#sure-title")).to_have_text("Really take its keys away? TUR01-1")
    expect(page.locator("#handset-rows .tag", has_text="revoked")).to_have_count(0)
    page.locator("#sure-yes").click()

    expect(page.locator("#revoked")).to_contain_text("taken away by Aylin Demir")
    expect(page.locator("#revoked")).to_contain_text("left in the school at Antakya")
    expect(page.locator("#revoking")).to_be_hidden()
    page.locator("#handset-close").click()
    expect(page.locator("#handset-rows tr").first).to_contain_text("revoked")
    live.arrives(live.field.carried(position(), seq=2))
    expect(page.locator("#alarm-list")).to_contain_text("it is in wrong hands")
    page.get_by_role("link", name="Tasks and alerts").click()
    expect(page.locator("#say-cost")).to_contain_text("keys are revoked: TUR01-1")
    expect(page.locator('#say-to option[value="device 1"]')).to_have_count(0)


def test_an_administrator_makes_changes_and_disables_an_account(
    sees_as: As, live: LivePage, browser: Browser
) -> None:
    page = sees_as("administrator")
    page.get_by_role("link", name="People").click()
    page.fill("#new-name", "dana")
    page.fill("#new-person", "Dana Seitkali")
    page.locator("#new-role").select_option("observer")
    page.locator("#new-countries").get_by_label("KZ Kazakhstan (no handset yet)").check()
    page.get_by_role("button", name="Add the account").click()
    told = page.locator("#password-told")
    expect(told).to_contain_text("Tell Dana Seitkali this password now")
    password = told.locator("code").inner_text()
    assert len(password) >= 20

    context = browser.new_context()
    theirs = context.new_page()
    theirs.goto(f"{live.address}/login")
    theirs.fill("#name", "dana")
    theirs.fill("#password", password)
    theirs.get_by_role("button", name="Sign in").click()
    expect(theirs.locator("#person")).to_have_text("Dana Seitkali")
    expect(theirs.locator("#role")).to_have_text("observer, only KZ")
    theirs.get_by_role("link", name="My account").click()
    theirs.fill("#own-old", password)
    theirs.fill("#own-new", "a longer one than before")
    theirs.get_by_role("button", name="Change the password").click()
    expect(theirs.locator("#news")).to_contain_text("sign in with the new one")
    context.close()

    card = page.locator("#accounts .card", has_text="Dana Seitkali")
    card.get_by_label("Role of dana").select_option("officer")
    expect(card.get_by_label("Role of dana")).to_have_value("officer")
    card.get_by_role("button", name="Disable").click()
    expect(card).to_contain_text("disabled")
    page.get_by_text("Log of who did what").click()
    expect(page.locator("#log-rows")).to_contain_text("disable the account dana")
    expect(page.locator("#log-rows")).to_contain_text("change the role of dana from observer")
    assert password not in page.locator("#log-rows").inner_text()
    page.locator("#log-kind").select_option("signing_in")
    expect(page.locator("#log-rows tr").first).to_contain_text("Dana Seitkali (dana)")
    expect(page.locator("#log-rows")).not_to_contain_text("disable the account")
    page.locator("#log-refused").check()
    expect(page.locator("#log-none")).to_be_visible()
    page.locator("#language").select_option("tr")
    page.locator("#log-refused").uncheck()
    expect(page.locator("#log-rows")).to_contain_text("dana olarak oturum açma")


def test_the_log_says_codes_in_the_officers_language_and_leaves_what_a_person_wrote(
    sees_as: As, live: LivePage
) -> None:
    now_ms = live.clock.unix_s() * 1000
    for code, about in (
        ("say_task", {"whom": ["everybody"], "what": ["go to", "TUR01-0003", "“go to”"]}),
        ("say_settings", {"whom": ["TUR01"], "what": ["position_min"]}),
        ("download", {"what": ["reports.csv", "mode=exercise&type=sitrep&since=24h"]}),
        ("alarm_closed", {"what": ["foreign gateway", "cihaz", "#3"]}),
    ):
        live.accounts.note(Entry("aylin", "Aylin Demir", Noted(code, about), "done", "", now_ms))
    page = sees_as("administrator")
    page.locator("#language").select_option("tr")
    page.locator("#people-link").click()
    page.locator("#log summary").click()

    rows = page.locator("#log-rows")
    expect(rows).to_contain_text("git, TUR01-0003, “go to”")
    for said in ("herkes", "TATBİKAT, durum raporu, since=24h"):
        expect(rows).to_contain_text(said)
    for english in ("everybody", "position_min", "mode=exercise", "foreign gateway"):
        expect(rows).not_to_contain_text(english)


def test_the_log_is_read_page_by_page_back_to_its_first_line(sees_as: As, live: LivePage) -> None:
    now_ms = live.clock.unix_s() * 1000
    for number in range(120):
        deed = Noted("account_enable", {"name": f"n{number}"})
        live.accounts.note(Entry("root", "Root", deed, "done", "", now_ms))
    page = sees_as("administrator")
    page.get_by_role("link", name="People").click()
    page.get_by_text("Log of who did what").click()
    page.locator("#log-kind").select_option("accounts")

    rows = page.locator("#log-rows tr")
    expect(rows).to_have_count(100)
    expect(page.locator("#log-newest")).to_be_hidden()
    page.get_by_role("button", name="Show older", exact=True).click()
    expect(rows.last).to_contain_text("enable the account n0")
    expect(page.locator("#log-older")).to_be_hidden()
    page.get_by_role("button", name="Back to the newest").last.click()
    expect(rows).to_have_count(100)


def test_an_administrator_limits_an_account_to_countries_that_there_are(
    sees_as: As, live: LivePage
) -> None:
    page = sees_as("administrator")
    page.get_by_role("link", name="People").click()
    card = page.locator("#accounts .card", has_text="Bekzat Omarov")
    card.get_by_text("Change the countries").click()
    assert card.get_by_role("checkbox").count() == 7
    card.get_by_label("AZ Azerbaijan").check()
    card.get_by_role("button", name="Keep the countries").click()
    expect(card).to_contain_text("sees: AZ")
    assert live.accounts.named("bekzat").countries == ("az",)


def test_who_sees_one_country_is_asked_and_told_that_only_its_handsets_are_evacuated(
    sees_as: As,
) -> None:
    page = sees_as("tr_officer")
    page.get_by_role("link", name="Tasks and alerts").click()
    page.locator("#say-kind").select_option("alert")
    page.locator("#say-send:enabled").click()
    title = "Really send it? evacuate to everybody of TR"
    expect(page.locator("#sure-title")).to_have_text(title)
    page.locator("#sure-yes:enabled").click()

    expect(page.locator("#words .word-alert")).to_contain_text("to everybody of TR")
    root = sees_as("administrator")
    root.get_by_role("link", name="Tasks and alerts").click()
    expect(root.locator("#words .word-alert")).to_contain_text("to everybody of TR")
    root.get_by_role("link", name="People").click()
    root.get_by_text("Log of who did what").click()
    expect(root.locator("#log-rows")).to_contain_text("evacuate: TR")


def test_a_person_signs_out_everywhere_at_once(sees_as: As, live: LivePage) -> None:
    page = sees_as("observer")
    left_open = live.token_of("observer")
    page.get_by_role("link", name="My account").click()
    page.get_by_role("button", name="Sign out everywhere").click()
    expect(page.locator("#login")).to_be_visible()
    assert live.accounts.of_session(left_open, live.clock.unix_ms()) is None


def test_an_administrators_own_account_stays_open(sees_as: As) -> None:
    page = sees_as("administrator")
    page.get_by_role("link", name="People").click()

    own = page.locator("#accounts .card", has_text="A administrator")
    expect(own).to_contain_text("somebody else changes your role")
    expect(own.get_by_role("button")).to_have_count(0)


def test_an_officer_of_one_country_sees_its_own_and_hears_of_words_at_once(
    sees_as: As, page: Page, live: LivePage
) -> None:
    live.arrives(live.field.carried(position(), device=1, seq=1))
    live.arrives(live.field.carried(position(), device=2, seq=1))
    theirs = sees_as("az_officer")
    expect(theirs.locator("#role")).to_have_text("officer, only AZ")
    expect(theirs.locator("#handset-rows tr")).to_have_count(1)
    expect(theirs.locator("#handset-rows")).to_contain_text("AZE01-1")
    theirs.get_by_role("link", name="Tasks and alerts").click()
    expect(theirs.locator("#no-words")).to_be_visible()

    page.get_by_role("link", name="Tasks and alerts").click()
    page.locator("#say-to").select_option("team AZE01")
    page.locator("#say-send:enabled").click()

    expect(theirs.locator("#words .word-task")).to_contain_text("AZE01-1")


def test_missing_numbers_and_other_modes_are_figures_of_their_own(
    page: Page, live: LivePage
) -> None:
    live.arrives(*(live.field.carried(position(), seq=seq) for seq in (1, 5)))
    live.arrives(live.field.carried(Message(mode=codes.ACTUAL, text="x"), seq=6))
    row = page.locator("#handset-rows tr").first
    expect(row).to_contain_text("4 missing")
    row.get_by_role("button", name="all about this handset").click()
    expect(page.locator("#handset-facts")).to_contain_text("up to 31 numbers unused")
    page.locator("#handset-close").click()

    page.get_by_role("link", name="Health", exact=True).click()
    expect(page.locator("#gap-details")).to_contain_text("TUR01-14 missing")
    expect(page.locator("#feed-details")).to_contain_text("of another mode, REAL")


def test_a_medical_teams_day_is_copied_from_paper_and_corrected(page: Page, live: LivePage) -> None:
    live.arrives(live.field.carried(position(), seq=1))
    page.get_by_role("link", name="Medical teams").click()
    page.fill("#emt-team", "AZE EMT 1")
    expect(page.get_by_label("4 Major head / spine injury, <5")).to_be_visible()  # as on the form
    page.get_by_label("38 Discharge against medical advice, all").fill("7")
    page.locator("#emt-split").select_option("five")
    page.get_by_label("1 Male, <1").fill("2")
    page.get_by_label("8 Minor injury, 65+").fill("0")
    page.get_by_role("button", name="Keep the form").click()
    expect(page.locator("#emt-country:invalid")).to_have_value(
        ""
    )  # no country is taken for granted
    page.locator("#emt-country").select_option("tr")
    page.get_by_role("button", name="Keep the form").click()
    card = page.locator("#emt-days .card")
    expect(card).to_contain_text("TR")
    expect(card).to_contain_text("1 Male: <1 2")
    expect(card).to_contain_text("8 Minor injury: 65+ 0")
    expect(card).to_contain_text("38 Discharge against medical advice: 7")
    expect(card).to_contain_text("entered by Aylin Demir")

    card.get_by_role("button", name="Correct it").click()
    expect(page.locator("#emt-country")).to_have_value("tr")
    expect(page.get_by_label("8 Minor injury, 65+")).to_have_value("0")
    page.get_by_label("1 Male, <1").fill("3")
    page.get_by_role("button", name="Keep the form").click()
    expect(card).to_contain_text("1 Male: <1 3")
    expect(card).to_contain_text("38 Discharge against medical advice: 7")
    expect(card).to_have_count(1)
