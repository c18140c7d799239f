"""Labels to print: a decoder reads their QR code, and nothing secret is on them."""

import json
import re
from pathlib import Path

import pytest

from tests.pictures import code_on
from turna import labels
from turna.__main__ import main
from turna_backbone.kit import read_mission

NEW = ("--name", "HATAY 26 <Ö>", "--region", "COMMON433", "--origin", "36.2,36.16")


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    folder = tmp_path / "kit"
    assert main(["deployment", "new", str(folder), *NEW]) == 0
    for team, country, language in (("TUR01", "tr", "tr"), ("KAZ02", "kz", "kk")):
        words = ["--team", team, "--country", country, "--language", language, "--virtual"]
        assert main(["deployment", "add-handset", str(folder), *words]) == 0
    return folder


def printed(kit: Path, *words: str) -> str:
    out = kit / "labels.html"
    assert main(["deployment", "label", str(kit), "--out", str(out), *words]) == 0
    return out.read_text(encoding="utf-8")


def test_a_phone_reads_from_the_label_whose_the_handset_is(kit: Path) -> None:
    mission = read_mission(kit / "mission.json")
    pictures = re.findall(r"<svg.*?</svg>", printed(kit), re.DOTALL)
    assert len(pictures) == 2
    for picture, device in zip(pictures, mission.devices, strict=True):
        said = code_on(picture)
        assert said == labels.said_by_code(mission, device)
        assert device.call_sign in said
        assert device.hardware_id in said


def test_no_key_is_on_a_label_nor_in_its_code(kit: Path) -> None:
    page = printed(kit)
    read = "".join(code_on(one) for one in re.findall(r"<svg.*?</svg>", page, re.DOTALL))
    settings = json.loads((kit / "handset-1.json").read_text())
    for name in ("link_key", "authentication_key", "broadcast_key"):
        assert settings[name] not in page + read
    assert "HATAY 26 &lt;Ö&gt;" in page


def test_the_gestures_are_said_in_the_bearers_language_and_marked_as_machine_made(
    kit: Path,
) -> None:
    kazakh = printed(kit, "--handset", "KAZ02-1")
    assert "2 с БАСЫП ТҰР: SOS" in kazakh
    assert "machine-made words" in kazakh
    words = ["--team", "HUN01", "--country", "hu", "--virtual"]
    assert main(["deployment", "add-handset", str(kit), *words]) == 0
    english = printed(kit, "--handset", "HUN01-1")
    assert "HOLD 2 s: SOS" in english
    assert "machine-made" not in english


def test_one_handset_is_asked_for_by_call_sign_or_by_the_id_on_its_label(kit: Path) -> None:
    second = read_mission(kit / "mission.json").devices[1]
    for name in ("kaz02-1", second.hardware_id):
        page = printed(kit, "--handset", name)
        assert "KAZ02-1" in page
        assert "TUR01-1" not in page
