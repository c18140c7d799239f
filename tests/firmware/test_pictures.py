"""Golden pictures of the main screens in each language, one sheet for each.

After a change that is meant: pytest tests/firmware/test_pictures.py --rewrite-pictures, and look at
what git says has changed.
"""

import struct
import subprocess
import zlib
from pathlib import Path

import pytest

from tools.places import MICROPYTHON_64
from turna_handset import font, font_large
from turna_handset.catalogue import load
from turna_handset.languages import LANGUAGES
from turna_simulation.screen import Screen, as_read

FOLDER = Path(__file__).parent
GOLDEN = FOLDER / "golden"
CODES = [code for code, _ in LANGUAGES]
WIDTH, HEIGHT, ACROSS, GAP = 128, 64, 4, 4
SCALE = 2


@pytest.mark.parametrize("code", CODES)
def test_the_screens_look_as_they_did(code: str, request: pytest.FixtureRequest) -> None:
    sheet = _sheet(list(_drawn(code).values()))
    golden = GOLDEN / f"{code}.png"
    if request.config.getoption("--rewrite-pictures"):
        golden.write_bytes(sheet.png(SCALE))
    assert _pixels(golden.read_bytes()) == _pixels(sheet.png(SCALE)), f"not as in {golden.name}"


@pytest.mark.parametrize("code", CODES)
def test_what_stands_on_the_screens_can_be_read(code: str) -> None:
    catalogue, drawn = load(code), _drawn(code)
    for name, label in (
        ("home", "state.2"),
        ("menu", "menu.message"),
        ("team status", "team_status.on_site"),
        ("situation report", "summary.send"),
        ("hazards", "hazard.flood_water"),
        ("needs", "need.blankets"),
        ("one report", "report.back"),
        ("phone page", "phone.close"),
        ("phone page, no memory", "phone.no_room"),
        ("SOS, active", "sos.held"),
        ("home, new order", "inbox.new"),
        ("task", "task_urgency.immediate"),
        ("task, answers", "task_status.under_way"),
        ("drill: evacuate", "alarm.exercise"),
        ("canned text", "phrase.need_relief"),
        ("SOS, cancel?", "sos.cancel.no"),
    ):
        lines = drawn[name].text(font)
        expected = as_read(catalogue.text(label), font)
        assert any(expected in line for line in lines), (name, expected, lines)
        exercise = as_read(catalogue.text("mode.exercise"), font)
        assert lines[0].endswith(exercise), (name, lines)
    assert drawn["SOS, countdown"].text(font_large) == ["4"]
    assert drawn["count"].text(font_large) == ["> 7 <"]


def _drawn(code: str) -> dict[str, Screen]:
    """Return each screen as the firmware's raster draws it on MicroPython."""
    command = [f"{MICROPYTHON_64}/micropython", f"{FOLDER}/draw_screens.py", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    return {name: _screen(bytes.fromhex(buffer)) for name, buffer in lines}


def _screen(buffer: bytes) -> Screen:
    """Return the picture of a display's buffer: a byte is eight rows of one column."""
    pixels = [buffer[y // 8 * WIDTH + x] >> y % 8 & 1 for y in range(HEIGHT) for x in range(WIDTH)]
    return Screen(WIDTH, HEIGHT, bytes(pixels))


def _sheet(screens: list[Screen]) -> Screen:
    """Return all screens in one picture, a lit frame between them."""
    down = (len(screens) + ACROSS - 1) // ACROSS
    wide, high = ACROSS * (WIDTH + GAP) + GAP, down * (HEIGHT + GAP) + GAP
    pixels = bytearray(b"\x01" * (wide * high))
    for number, screen in enumerate(screens):
        left = GAP + number % ACROSS * (WIDTH + GAP)
        top = GAP + number // ACROSS * (HEIGHT + GAP)
        for y in range(HEIGHT):
            start = (top + y) * wide + left
            pixels[start : start + WIDTH] = screen.pixels[y * WIDTH : (y + 1) * WIDTH]
    return Screen(wide, high, bytes(pixels))


def _pixels(png: bytes) -> bytes:
    """Return what is compressed in a PNG of ours, whatever zlib compressed it."""
    at, packed = 8, b""
    while at < len(png):
        (size,) = struct.unpack_from(">I", png, at)
        if png[at + 4 : at + 8] == b"IDAT":
            packed += png[at + 8 : at + 8 + size]
        at += 12 + size
    return zlib.decompress(packed)
