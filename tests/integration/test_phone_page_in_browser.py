"""The handset's page for a phone in a real browser, served by MicroPython."""

import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.simulation.handset_bench import Field
from tests.simulation.test_phone_page import open_page
from turna_protocol.delivery import AT_GATEWAY, STATE_NAMES
from turna_protocol.reports import Sitrep
from turna_protocol.reports.victim import Victim
from turna_protocol.reports.worksite_triage import WorksiteTriage
from turna_simulation.world import World


@pytest.fixture
def field(tmp_path: Path) -> Iterator[Field]:
    with World(seed=1) as world:
        made = Field(world, tmp_path, language="tr")
        open_page(made)
        yield made


def in_browser(field: Field, browser: Browser, language: str) -> Iterator[Page]:
    """Open the page on a small screen, while the board's world runs in another thread."""
    address = field.handset.page_address
    assert address is not None
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale=language)
    page = context.new_page()
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).netloc))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console",
        lambda said: errors.append(said.text) if "Content Security" in said.text else None,
    )
    over = threading.Event()
    runs = threading.Thread(
        target=lambda: field.world.run_paced(until=over.is_set, for_ms=50_000), daemon=True
    )
    runs.start()
    page.goto(address)
    yield page
    context.close()
    over.set()
    runs.join()
    assert set(asked) == {urlsplit(address).netloc}, "a request left the handset"
    assert errors == []


def test_a_rescuer_fills_in_a_report_in_turkish_and_sees_where_it_is(
    field: Field, browser: Browser
) -> None:
    for page in in_browser(field, browser, "tr"):
        expect(page.locator("#who")).to_have_text("TR-USAR-1")
        expect(page.locator("#mode")).to_have_text("TATBİKAT")
        page.select_option("#type", "sitrep")
        page.select_option("[name=team_status]", "on_site")
        page.fill("[name=trapped]", "4")
        page.check("[name=hazards][value=gas]")
        page.fill("[name=text]", "<b>Çatı çöktü</b>")
        page.click("#send")
        expect(page.locator("#said")).to_contain_text("#0")
        expect(page.locator("#journal li")).to_have_count(1)
        page.select_option("#language", "kk")
        expect(page.locator("#mode")).not_to_have_text("TATBİKAT")
    field.world.run_for(5_000)
    ((_, report),) = field.gateway.of_kind(Sitrep)
    assert isinstance(report, Sitrep)
    assert (report.trapped, report.text) == (4, "<b>Çatı çöktü</b>")


# Codes by their places in the wire's lists (docs/protocol.md).
CONCRETE_FRAME, PANCAKE, HELICOPTER = 1, 2, 5
# What a triage form shows in each language, and says of its field that is wrong.
TRIAGE = {
    "kk": ("Жұмыс орнының триажы", "Тірі адамдар, расталған", "темірбетон қаңқа", "Сақталмады"),
    "hu": ("Munkahely-triázs", "Élő áldozat, megerősítve", "vasbeton váz", "Nincs elmentve"),
}


@pytest.mark.parametrize("language", TRIAGE)
def test_a_whole_form_is_filled_in_in_a_rescuers_own_language(
    language: str, field: Field, browser: Browser
) -> None:
    name, live, frame, not_saved = TRIAGE[language]
    for page in in_browser(field, browser, language):
        page.select_option("#language", language)
        expect(page.locator("html")).to_have_attribute("lang", language)
        page.select_option("#type", label=name)
        expect(page.locator("label", has_text=live)).to_have_count(1)
        page.fill("[name=worksite]", "nowhere")
        page.click("#send")
        expect(page.locator("#said")).to_contain_text(not_saved)
        expect(page.locator("[name=worksite]")).to_be_focused()
        page.fill("[name=worksite]", "TUR01-0056")
        page.select_option("[name=triage]", "A")
        page.fill("[name=live]", "2")
        page.select_option("[name=under_12h]", "yes")
        page.fill("[name=missing]", "0")
        page.select_option("[name=construction]", label=frame)
        page.check("[name=collapse][value=pancake]")
        page.check("[name=operations][value=search]")
        page.fill("[name=length_m]", "40")
        page.click("#send")
        expect(page.locator("#journal li")).to_contain_text(f"{name} #0")
        page.select_option("#type", "victim")
        page.fill("[name=worksite]", "TUR01-0056")
        page.fill("[name=number]", "3")
        page.select_option("[name=outcome]", "live")
        page.fill("[name=floor]", "-1")
        page.select_option("[name=handed_to]", "helicopter")
        page.click("#send")
        expect(page.locator("#journal li")).to_have_count(2)
        assert english_on(page) == []
    field.world.run_for(5_000)
    ((_, triage),) = field.gateway.of_kind(WorksiteTriage)
    assert isinstance(triage, WorksiteTriage)
    assert (triage.live, triage.missing, triage.deceased) == (2, 0, None)
    assert (triage.construction, triage.collapse) == (CONCRETE_FRAME, (PANCAKE,))
    ((_, victim),) = field.gateway.of_kind(Victim)
    assert isinstance(victim, Victim)
    assert (victim.number, victim.floor, victim.handed_to) == (3, -1, HELICOPTER)


def english_on(page: Page) -> list[str]:
    """Return the texts of all forms that are words of codes, as a page without words shows them."""
    found: list[str] = []
    for name in page.locator("#type option").evaluate_all("all => all.map(one => one.value)"):
        page.select_option("#type", name)
        found += page.locator("#form").evaluate(UNSAID)
    return found


UNSAID = """form => [...form.querySelectorAll("option, span, legend, button, p")]
    .map((one) => one.textContent).filter((text) => /_|\\w\\.\\w/.test(text) || !text)"""


def test_the_journal_shows_each_state_of_delivery_by_a_sign_and_in_words(
    field: Field, browser: Browser
) -> None:
    gateway, post = field.gateway, field.world.post
    for page in in_browser(field, browser, "en"):
        page.select_option("#language", "en")
        expect(page.locator("html")).to_have_attribute("lang", "en")
        page.select_option("#type", "sitrep")
        page.click("#send")
        shown = page.locator("#journal li")
        expect(shown).to_contain_text("saved here")
        signs = {shown.locator(".sign").text_content()}
        post(lambda: gateway.say_acknowledged(0))
        for state, words in enumerate(STATE_NAMES[1:5], 1):
            if state > AT_GATEWAY:
                post(lambda state=state: gateway.say_receipt(0, state))  # type: ignore[misc]
            while shown.get_attribute("class") != f"state{state}":
                page.evaluate("() => load()")  # as the page does every five seconds
            expect(shown).to_contain_text(words)
            signs.add(shown.locator(".sign").text_content())
        assert len(signs) == 5


def test_what_is_wrong_is_marked_and_every_form_can_be_drawn(
    field: Field, browser: Browser
) -> None:
    for page in in_browser(field, browser, "en"):
        expect(page.locator("#who")).to_have_text("TR-USAR-1")
        expect(page.locator("#type option")).to_have_count(11)
        types = page.locator("#type option").evaluate_all("all => all.map(one => one.value)")
        for name in types:
            page.select_option("#type", name)
            expect(page.locator("#send")).to_be_visible()
        page.select_option("#type", "worksite_triage")
        page.fill("[name=worksite]", "nowhere")
        page.click("#send")
        expect(page.locator("[name=worksite]")).to_have_class("wrong")
        expect(page.locator("#journal li")).to_have_count(0)
