"""Two officers at once: what one says to the field or takes away, the other's page tells."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from tests.secretariat.field import sos
from tests.secretariat.first_view import teams
from tests.secretariat.live_page import PASSWORD, LivePage
from turna_secretariat.accounts import OFFICER
from turna_secretariat.signed_in import COOKIE


@pytest.fixture
def watching(page: Page, live: LivePage) -> Page:
    """Return a page that has seen what stood when it was opened."""
    page.goto("about:blank")
    with page.expect_response("**/api/down/alerts"), page.expect_response("**/api/sos"):
        page.goto(live.address)
    return page


def test_an_evacuation_that_another_officer_ends_is_told_with_their_name_until_it_is_seen(
    watching: Page, live: LivePage
) -> None:
    live.alerts("aylin", "evacuate")
    live.alerts("bekzat", "resume")

    told = watching.locator("#others-list li")
    ended = re.compile(r"evacuate \(EXERCISE\) to everybody: taken back by Bekzat Omarov, [\d:]+")
    expect(told.filter(has_text=ended)).to_have_count(1)
    resumed = re.compile(r"resume \(EXERCISE\) to everybody: ordered by Bekzat Omarov, [\d:]+ UTC")
    expect(told.filter(has_text=resumed)).to_have_count(1)
    expect(told).to_have_count(2)  # one's own deed is no news
    expect(watching.locator("#others")).to_be_in_viewport()
    watching.locator("#others-seen").click()
    expect(watching.locator("#others")).to_be_hidden()

    stop = {"kind": "alert", "form": {"code": "cease_work"}, "to": {"all": True}}
    live.does("bekzat", "down", stop | {"mode": "actual"})
    expect(told).to_have_text(re.compile(r"cease work \(REAL\) to everybody: ordered by Bekzat"))
    watching.get_by_role("link", name="Tasks and alerts").click()
    expect(watching.locator("#words .mode-actual")).to_have_count(1)


def test_a_revocation_by_another_officer_is_told_in_an_open_window_too(
    watching: Page, live: LivePage
) -> None:
    watching.get_by_role("button", name="TUR01-1: all about this handset").click()
    live.does("bekzat", "down/revocations", {"devices": [2], "reason": "lost at Antakya"})

    words = re.compile("AZE01-1: Its keys were taken away by Bekzat Omarov.*“lost at Antakya”")
    expect(watching.locator("#handset [data-others]")).to_have_text(words)
    watching.locator("#handset-close").click()
    expect(watching.locator("#others-list li")).to_have_text(words)


@pytest.mark.parametrize("size", [(1366, 768), (390, 844)])
def test_whatever_others_did_covers_no_call_for_help(
    tmp_path: Path, browser: Browser, size: tuple[int, int]
) -> None:
    with LivePage(tmp_path, teams(1, 32)) as live:
        page = browser.new_page(viewport={"width": size[0], "height": size[1]})
        with page.expect_response("**/api/down/alerts"), page.expect_response("**/api/sos"):
            page.goto(live.address)
        live.arrives(live.field.carried(sos(7), device=32, seq=7))
        accept = page.get_by_role("button", name="Accept as Aylin Demir")
        expect(accept).to_be_enabled()
        for device in range(1, 25):
            reason = f"lost at Antakya, {device} of all that went there"
            live.does("bekzat", "down/revocations", {"devices": [device], "reason": reason})
        told = page.locator("#others-list li")
        expect(told).to_have_count(24)
        accept.click(trial=True)
        page.locator("#sos-cards").get_by_role("button", name="False alarm").click()
        expect(page.locator("#sure [data-others]")).to_have_text(
            re.compile(r"24 of .*and 21 more$")
        )
        page.locator("#sure-no").click()

        page.locator("#others-seen").click()
        at_once = {"devices": list(range(25, 32 + 1)), "reason": "a lorry was robbed"}
        live.does("bekzat", "down/revocations", at_once)
        expect(told).to_have_text(
            re.compile(
                r"^\S+, \S+, \S+, \S+, \S+, \S+, and 2 more: Their keys were taken away by "
                r"Bekzat Omarov, [\d:]+ UTC\. “a lorry was robbed”$"
            )
        )
        page.close()


def _ends(live: LivePage, name: str, did: str, reason: str | None = None) -> None:
    live.does(name, f"reports/{live.calls()[0]['id']}/{did}", {"reason": reason} if reason else {})


def test_what_another_officer_does_with_a_call_is_told_also_where_one_is_about_to_end_it(
    watching: Page, live: LivePage
) -> None:
    live.arrives(live.field.carried(sos(7), seq=7))
    watching.locator("#sos-cards").get_by_role("button", name="False alarm").click()
    expect(watching.locator("#sure-title")).to_contain_text("Really a false alarm?")
    _ends(live, "bekzat", "accepted")

    words = re.compile(r"SOS of TUR01-1 \(EXERCISE\): Bekzat Omarov accepted it, [\d:]+ UTC")
    expect(watching.locator("#sure [data-others]")).to_have_text(words)
    watching.locator("#sure-no").click()
    told = watching.locator("#others-list li")
    expect(told).to_have_text(words)
    _ends(live, "bekzat", "false_alarm", "pressed by mistake")
    last = re.compile("Bekzat Omarov called it a false alarm.*“pressed by mistake”")
    expect(told).to_have_text(last)  # the last word alone
    watching.locator("#others-seen").click()
    expect(watching.locator("#others")).to_be_hidden()


def test_an_open_report_follows_what_another_officer_does_with_it(
    watching: Page, live: LivePage
) -> None:
    live.arrives(live.field.carried(sos(7), seq=7))
    watching.locator("#report-rows button").click()
    expect(watching.locator("[data-deed=accepted]")).to_be_visible()
    watching.get_by_role("link", name="As a CAP 1.2 alert").focus()
    _ends(live, "bekzat", "accepted")

    expect(watching.locator("[data-deed=accepted]")).to_be_hidden()
    expect(watching.locator("#report-body")).to_contain_text("accepted by Bekzat Omarov")
    expect(watching.get_by_role("link", name="As a CAP 1.2 alert")).to_be_focused()


def _says_that_it_is_accepted(answer: Response) -> bool:
    return answer.url.endswith("/api/sos") and answer.json()[0]["stands"] == "accepted"


def test_what_one_does_with_a_call_oneself_is_no_news(watching: Page, live: LivePage) -> None:
    live.arrives(live.field.carried(sos(7), seq=7))
    with watching.expect_response(_says_that_it_is_accepted):
        watching.get_by_role("button", name="Accept as Aylin Demir").click()
    expect(watching.locator("#sos")).to_be_hidden()
    told = watching.locator("#others-list li")
    live.alerts("bekzat", "evacuate")
    expect(told).to_have_text(re.compile("^evacuate"))  # and that alone

    _ends(live, "bekzat", "refused", "another unit has it")
    expect(told.last).to_have_text(re.compile("Bekzat Omarov refused it"))


def test_who_sees_one_country_counts_only_its_handsets_and_takes_back_only_what_went_to_them(
    live: LivePage, browser: Browser
) -> None:
    live.accounts.add(
        "baku", person="B", role=OFFICER, countries=["az"], password=PASSWORD, now_ms=0
    )
    live.alerts("aylin", "evacuate")
    live.does("aylin", "down", {"kind": "text", "form": {"text": "?"}, "to": {"teams": ["AZE01"]}})
    context = browser.new_context()
    context.add_cookies([{"name": COOKIE, "value": live.token_of("baku"), "url": live.address}])
    page = context.new_page()
    page.goto(f"{live.address}/?view=down")

    shared = page.locator("#words .word-alert .held")
    expect(shared).to_contain_text("held by 0 of 1")
    expect(shared).to_contain_text("only handsets of AZ are counted")
    expect(page.locator("#words .word-text .held")).to_contain_text("held by 0 of 1")
    expect(page.locator("#words .word-text .held")).not_to_contain_text("only handsets")
    back = page.get_by_role("button", name="Take it back")
    expect(page.locator("#words .word-text").locator(back)).to_be_enabled()
    expect(page.locator("#words .word-alert").locator(back)).to_be_disabled()
    expect(page.locator("#words .word-alert")).to_contain_text("countries that are not yours")
    context.close()
