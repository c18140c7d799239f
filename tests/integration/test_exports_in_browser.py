"""Downloads, official alerts and situation reports on the page, as an officer uses them."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.secretariat import exported
from tests.secretariat.golden import golden
from tests.secretariat.live_page import LivePage
from turna_protocol import codes
from turna_protocol.reports import Fix, Report, Sitrep
from turna_protocol.reports.area import Area
from turna_secretariat.exports.formats import FORMATS
from turna_secretariat.notices import NOTICE_BYTES_MAX, TEXT_MAX

AVAILABLE = 6
OFFICIAL = golden("sos.cap.xml")
# What would act if it were markup, or turn the line round if it were shown as it is.
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>\u202egnp.exe\u2066"


def _says(live: LivePage, *reports: Report) -> None:
    live.arrives(*(live.field.carried(one, seq=seq) for seq, one in enumerate(reports)))


def _alert(text: str, *, status: str = "Exercise", name: str = "one") -> bytes:
    written = "".join(f"&#{ord(sign)};" for sign in text)
    changed = OFFICIAL.replace(b"trapped, 3 people", written.encode())
    changed = changed.replace(b"<status>Exercise", f"<status>{status}".encode())
    return re.sub(rb"<identifier>[^<]*", f"<identifier>{name}".encode(), changed)


def _bring(page: Page, content: bytes) -> None:
    file = {"name": "alert.xml", "mimeType": "text/xml", "buffer": content}
    page.set_input_files("#notice-file", file)  # type: ignore[arg-type]  # as Playwright wants it


@pytest.fixture
def notices(page: Page) -> Page:
    page.get_by_role("link", name="Official alerts").click()
    return page


def test_ten_thousand_hostile_characters_of_an_official_alert_are_shown_and_do_nothing(
    notices: Page,
) -> None:
    text = (HOSTILE * TEXT_MAX)[:TEXT_MAX]
    _bring(notices, _alert(text))
    card = notices.locator("#notices .card")
    expect(card).to_contain_text("<script>alert(2)</script>")
    said = card.locator(".said").first.inner_text()

    assert len(said) == TEXT_MAX
    assert "\u202e" not in said
    assert card.locator("img, script").count() == 0
    assert notices.evaluate("document.body.scrollWidth <= innerWidth")
    height = card.bounding_box()
    assert height is not None
    assert height["height"] < 900  # it scrolls within the card


def test_a_word_of_ten_thousand_letters_does_not_widen_the_page(notices: Page) -> None:
    _bring(notices, _alert("x" * TEXT_MAX))
    expect(notices.locator("#notices .card")).to_be_visible()

    assert notices.evaluate("document.body.scrollWidth <= innerWidth")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (_alert("x" * (TEXT_MAX + 1)), "description: longer than 10000 characters"),
        (OFFICIAL + b" " * NOTICE_BYTES_MAX, "an alert has at most 262144 bytes"),
        (OFFICIAL[:-20], "not well-formed XML, at line 2"),
        (b"%PDF-1.7", "not well-formed XML, at line 1"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_clear_words(
    notices: Page, content: bytes, why: str
) -> None:
    _bring(notices, content)

    expect(notices.locator("#note")).to_contain_text(why)
    expect(notices.locator("#no-notices")).to_be_visible()


def test_a_real_alert_brought_during_an_exercise_is_shown_apart_and_says_that_it_is_real(
    notices: Page,
) -> None:
    _bring(notices, _alert("flood", status="Actual"))
    apart = notices.locator("#notices-apart .card")

    expect(apart).to_contain_text("REAL")
    expect(notices.locator("#notices-apart-title")).to_contain_text("REAL")
    expect(notices.locator("#no-notices")).to_be_visible()


def test_an_alert_that_is_taken_back_says_so_and_a_bare_cancellation_is_taken(
    notices: Page,
) -> None:
    _bring(notices, _alert("flood"))
    expect(notices.locator("#notices .card")).to_have_count(1)
    bare = re.sub(rb"<info>.*</info>", b"", _alert("", name="two"), flags=re.DOTALL)
    bare = bare.replace(b"<msgType>Alert", b"<msgType>Cancel")
    reference = b"<references>urn:ots:TEST:secretariat,one,2026-09-21T14:13:20-00:00</references>"
    _bring(notices, bare.replace(b"</note>", b"</note>" + reference))

    expect(notices.locator("#notices .card")).to_have_count(2)
    expect(notices.locator("#notices .card").nth(0)).to_contain_text("takes back: urn:ots:TEST")
    expect(notices.locator("#notices .card").nth(1)).to_contain_text("taken back by a later alert")


def test_a_revoked_team_is_not_offered_for_reassignment_and_there_is_a_way_back(
    page: Page, live: LivePage
) -> None:
    _says(live, Sitrep(mode=codes.EXERCISE, team_status=AVAILABLE))
    expect(page.locator("#report-rows tr")).to_have_count(1)
    page.goto(f"{live.address}/situation")
    offered = page.get_by_role("row", name="Teams available for reassignment")
    expect(offered).to_contain_text("TUR01")
    lost = {"devices": [1], "reason": "lost"}
    assert page.request.post(
        f"{live.address}/api/down/revocations", data=lost, headers={"origin": live.address}
    ).ok
    page.reload()

    expect(offered).to_be_visible()
    expect(offered).not_to_contain_text("TUR01")
    expect(page.get_by_role("row", name="Not available, because")).to_contain_text("TUR01")
    page.get_by_role("link", name="Back to the picture").click()
    expect(page.locator("#report-rows")).to_be_visible()


def test_an_undeclared_sector_is_told_with_those_that_are(page: Page, live: LivePage) -> None:
    area = Area(mode=codes.EXERCISE, fix=Fix(3_620_150, 3_616_020, 10, 10), sector=1, radius_m=500)
    _says(live, area, exported.triage())
    expect(page.locator("#report-rows tr")).to_have_count(2)
    page.goto(f"{live.address}/situation?sector=ZZZ")

    expect(page.locator("#problem")).to_contain_text("sector ZZZ: not declared")
    expect(page.locator("#problem")).to_contain_text("have declared A")
    expect(page.locator("#mode")).to_contain_text("EXERCISE")
    expect(page.locator("#form")).to_be_empty()
    page.locator("#sector").select_option("A")
    expect(page.locator("#problem")).to_be_empty()
    expect(page.get_by_role("row", name="TUR01-0056")).to_be_visible()


def test_every_format_is_downloaded_by_a_click_and_its_name_says_exercise(
    page: Page, live: LivePage, tmp_path: Path
) -> None:
    _says(live, exported.sos(), exported.triage())
    expect(page.locator("#report-rows tr")).to_have_count(2)
    page.locator("#export summary").click()
    links = page.locator("#export-links a")
    expect(links).to_have_count(len(FORMATS))
    for number, known in enumerate(FORMATS.values()):
        with page.expect_download() as begun:
            links.nth(number).click()
        begun.value.save_as(tmp_path / "file")

        assert begun.value.suggested_filename == f"turna-EXERCISE-TEST-reports.{known.suffix}"
        assert (tmp_path / "file").stat().st_size > 100
