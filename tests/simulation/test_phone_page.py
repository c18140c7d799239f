"""The page for a phone, as a program sees it: what it serves, what it refuses, when it closes."""

import gzip
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.pictures import decoded
from tests.simulation.handset_bench import LONG_MS, PRESS_MS, Field, Host
from tools.places import MICROPYTHON_32
from turna_handset import font, form, phone
from turna_protocol import phone_network
from turna_protocol.reports import Sitrep
from turna_protocol.reports.hazard import Hazard
from turna_protocol.reports.worksite_triage import WorksiteTriage
from turna_simulation.esp32 import esp32_heap
from turna_simulation.screen import Screen
from turna_simulation.world import World

GROUND_LEFT_PX = 66  # of turna_handset.phone_code, which only boards can import

TO_PHONE = [PRESS_MS] * (1 + form.MENU_LINES.index("phone"))


@pytest.fixture
def field(tmp_path: Path) -> Iterator[Field]:
    with World(seed=1) as world:
        made = Field(world, tmp_path)
        open_page(made)
        yield made


def open_page(field: Field) -> None:
    field.press(*TO_PHONE, LONG_MS)
    field.world.run_for(4_000)


def asked(field: Field, questions: Callable[["Phone"], None]) -> None:
    """Let a phone ask from a thread of its own while the board answers."""
    failed: list[BaseException] = []
    address = field.handset.page_address
    assert address is not None
    over = threading.Event()

    def ask() -> None:
        try:
            questions(Phone(address))
        except BaseException as error:  # noqa: BLE001 - told to the test below
            failed.append(error)
        finally:
            over.set()

    threading.Thread(target=ask, daemon=True).start()
    field.world.run_paced(until=over.is_set, for_ms=30_000)
    assert over.is_set()
    if failed:
        raise failed[0]


class Phone:
    """A browser without a window."""

    def __init__(self, address: str) -> None:
        self._address = address

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        return self._ask(urllib.request.Request(self._address + path, headers=headers))

    def post(self, form: object, token: str) -> tuple[int, dict[str, Any]]:
        data = form if isinstance(form, bytes) else json.dumps(form).encode()
        headers = {"Content-Type": "application/json", "X-Turna-Token": token}
        request = urllib.request.Request(self._address + "report", data=data, headers=headers)
        status, body = self._ask(request)
        return status, json.loads(body) if body.startswith(b"{") else {}

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.get("state")[1])
        return found

    def _ask(self, request: urllib.request.Request) -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                body = answer.read()
                packed = answer.headers.get("Content-Encoding") == "gzip"
                return answer.status, gzip.decompress(body) if packed else body
        except urllib.error.HTTPError as error:
            return error.code, error.read()


def test_a_report_from_the_page_is_sealed_and_sent_like_one_from_the_keys(field: Field) -> None:
    def fill_in(phone: Phone) -> None:
        token = phone.state()["token"]
        assert phone.post({"type": "sitrep", "team_status": "on_site", "trapped": 3}, token) == (
            200,
            {"seq": 0},
        )
        assert phone.post({"type": "hazard", "hazard": "gas", "text": "koku"}, token)[0] == 200
        (second, first) = phone.state()["reports"]
        assert (first[0], second[0]) == (0, 1)

    asked(field, fill_in)
    field.world.run_for(10_000)
    ((_, sitrep),) = field.gateway.of_kind(Sitrep)
    assert isinstance(sitrep, Sitrep)
    assert (sitrep.trapped, sitrep.rescued) == (3, None)
    ((_, hazard),) = field.gateway.of_kind(Hazard)
    assert isinstance(hazard, Hazard)
    assert hazard.text == "koku"


def test_what_makes_no_sense_is_refused_with_the_field_that_is_wrong(field: Field) -> None:
    def try_all(phone: Phone) -> None:
        token = phone.state()["token"]
        for report, said in (
            ({"type": "sitrep", "trapped": -1}, "trapped"),
            ({"type": "hazard", "hazard": "gas", "bogus": 1}, "bogus"),
            ({"type": "hazard"}, "hazard"),
            ({"type": "worksite_triage", "worksite": "TUR01-0056", "triage": "A"}, "triage"),
            ({"type": "sitrep", "mode": "actual"}, "mode"),
            ({"type": "sitrep", "time": 0}, "time"),
            ({"type": "sos"}, "type"),
            ({"type": "settings", "power": "off"}, "type"),
            (b"[]", "report"),
            (b"\xff\xfe{", "report"),
        ):
            status, answer = phone.post(report, token)
            assert status == 400, report
            assert answer["error"].startswith(said), answer
        assert phone.state()["reports"] == []

    asked(field, try_all)
    assert Host(field).counters()["refused phone report"] == 10


def test_strangers_other_sites_and_long_requests_are_turned_away(field: Field) -> None:
    def try_all(phone: Phone) -> None:
        token = phone.state()["token"]
        assert phone.post({"type": "sitrep"}, "0" * 32)[0] == 403
        assert phone.get("", Host="turna.example")[0] == 403
        assert phone.post(b"x" * 5_000, token)[0] == 413
        assert phone.get("words/../settings.json")[0] == 404
        assert phone.get("settings.json")[0] == 404
        assert phone.state()["reports"] == []

    asked(field, try_all)
    counters = Host(field).counters()
    assert (counters["refused phone token"], counters["refused phone host"]) == (1, 1)


def test_a_camera_reads_from_the_screen_the_network_and_a_person_reads_the_same(
    field: Field,
) -> None:
    screen = field.handset.screen()
    said = decoded([[screen.lit(x, y) for x in range(128)] for y in range(64)])
    key = field.gateway.authentication_key
    assert said == phone_network.join_text("TR-USAR-1", key)
    password = phone_network.password_of(key)
    words = ["EXERCISE", "TR-USAR-1", password[:6], password[6:], "192.168.4.1"]
    assert words_beside_the_code(field) == words


def test_without_a_code_in_its_settings_a_handset_says_it_in_words(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path, phone_code="")
        open_page(field)
        assert field.handset.page_address is not None
        assert field.shows("http://192.168.4.1")
        assert field.shows(phone_network.password_of(field.gateway.authentication_key))


def test_the_page_closes_by_itself_and_the_access_point_with_it(field: Field) -> None:
    assert on_the_air(field)
    field.world.run_for(phone.IDLE_MS + 5_000)
    assert field.handset.page_address is None
    assert not on_the_air(field)
    assert not field.shows("192.168.4.1")


def test_a_key_closes_the_page_at_once(field: Field) -> None:
    assert "192.168.4.1" in words_beside_the_code(field)
    field.press(PRESS_MS)
    assert not on_the_air(field)


def test_a_handset_that_saves_power_is_awake_while_the_page_is_open(tmp_path: Path) -> None:
    with World(seed=1) as world:
        field = Field(world, tmp_path, power="poll")
        world.run_for(40_000)
        field.press(PRESS_MS)  # in the dark it only lights the screen
        open_page(field)
        asked(field, fill_in_one)
        assert field.handset.faults == []


def test_each_handset_has_a_password_of_its_own_that_leads_to_no_key() -> None:
    one, other = (
        phone_network.password_of(bytes(32)),
        phone_network.password_of(bytes([1]) + bytes(31)),
    )
    assert one != other
    assert phone_network.password_of(bytes(32)) == one
    assert len(one) == phone_network.PASSWORD_LETTERS


@pytest.mark.parametrize("heap", ["ESP32", "148K"])
def test_without_the_memory_for_it_the_page_stays_closed_says_so_and_all_else_goes_on(
    tmp_path: Path, heap: str
) -> None:
    unavailable = MICROPYTHON_32 / "UNAVAILABLE"
    if unavailable.exists():
        pytest.skip(unavailable.read_text().strip())
    with World(seed=1) as world:
        narrow = MICROPYTHON_32 / "micropython"
        field = Field(
            world,
            tmp_path,
            heap=esp32_heap() if heap == "ESP32" else heap,
            micropython=narrow,
            rom=True,
        )
        open_page(field)
        if heap != "148K":
            assert field.handset.page_address is None
            assert field.shows("no memory for it")
        else:
            asked(field, fill_in_the_longest)
        field.press(PRESS_MS)
        field.send_sitrep()
        world.run_for(3_000)
        assert field.gateway.of_kind(Sitrep)
        assert bool(field.gateway.of_kind(WorksiteTriage)) is (heap == "148K")
        counters = Host(field).counters()
        assert not [name for name in counters if name.startswith(("failed", "lost"))], counters


def fill_in_one(phone: Phone) -> None:
    token = phone.state()["token"]
    assert phone.get("page.js")[0] == 200
    assert phone.get("words/kk")[0] == 200
    assert phone.post({"type": "sitrep", "team_status": "on_site"}, token)[0] == 200


def fill_in_the_longest(phone: Phone) -> None:
    """Send a form with all its fields, and read all that a phone reads."""
    token = phone.state()["token"]
    for path in ("", "page.js", "page.css", "words/ru"):
        assert phone.get(path)[0] == 200
    counts: dict[str, object] = dict.fromkeys(("live", "missing", "deceased"), 9999)
    building = {"use": "apartments", "construction": "brick_concrete_slab", "void": "small"}
    size = {"length_m": 310, "width_m": 310, "floors": 62, "basements": 9, "damage_pct": 100}
    many = {
        "collapse": ["inclined", "overturn", "pancake", "debris_heap"],
        "operations": ["search", "shoring", "breaking", "medical"],
        "hazards": ["gas", "electricity", "fire", "explosive", "other"],
    }
    form = counts | building | size | many | {"text": "Қ" * 120, "under_12h": False}
    form |= {"type": "worksite_triage", "worksite": "TUR01-0056", "triage": "B"}
    assert phone.post(form, token)[0] == 200


def words_beside_the_code(field: Field) -> list[str]:
    screen = field.handset.screen()
    pixels = [x < GROUND_LEFT_PX and screen.lit(x, y) for y in range(64) for x in range(128)]
    return Screen(128, 64, bytes(pixels)).text(font)


def on_the_air(field: Field) -> bool:
    return field.handset.mcu.access_point
