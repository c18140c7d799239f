"""`turna deployment`: a kit grows, keeps what it gave out, guesses no region, hides its keys."""

import ast
import json
import os
import pty
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from turna import countries
from turna.__main__ import main
from turna.deployment_boards import BOARDS
from turna.deployment_kit import POWER_MODES
from turna_backbone import kit as services_kit
from turna_backbone.configuration import ConfigurationError
from turna_gateway.config import read_config as read_gateway_config
from turna_handset import power
from turna_handset.kit import read_provisioning
from turna_protocol import regions
from turna_secretariat.config import read_config as read_secretariat_config

NEW = ("--name", "HATAY 26", "--region", "COMMON433", "--origin", "36.2,36.16")
KEY_HEX = 64


def deployment(*words: object) -> int:
    return main(["deployment", *map(str, words)])


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    folder = tmp_path / "kit"
    assert deployment("new", folder, *NEW, "--epoch", "2026-08-01T00:00:00Z") == 0
    assert deployment("add-gateway", folder, "--name", "hatay-1", "--country", "tr") == 0
    assert add(folder, "--team", "TUR01", "--country", "tr", "--virtual") == 0
    return folder


def add(folder: Path, *words: str) -> int:
    return deployment("add-handset", folder, *words)


def file(folder: Path, name: str) -> dict[str, object]:
    content: dict[str, object] = json.loads((folder / name).read_text())
    return content


def test_what_was_given_out_stays_valid_when_the_kit_grows(kit: Path) -> None:
    given_out = {path.name: path.read_bytes() for path in kit.glob("*.keys.json")}
    handset = file(kit, "handset-1.json")
    assert add(kit, "--team", "TUR01", "--country", "tr", "--virtual") == 0
    assert add(kit, "--team", "KAZ01", "--country", "kz", "--hardware-id", "AA:BB:CC:DD:EE:FF") == 0
    assert deployment("add-gateway", kit, "--name", "kirikhan", "--country", "tr") == 0

    for name, content in given_out.items():
        assert (kit / name).read_bytes() == content, name
    now = file(kit, "handset-1.json")
    assert {name for name in now if now[name] != handset[name]} == {"gateways"}
    devices = services_kit.read_mission(kit / "mission.json").devices
    assert [(d.device, d.call_sign, d.generation) for d in devices] == [
        (1, "TUR01-1", 1),
        (2, "TUR01-2", 1),
        (3, "KAZ01-1", 1),
    ]


def test_each_handset_has_its_own_board_and_language_and_keeps_them(kit: Path) -> None:
    assert (
        add(
            *(kit, "--team", "KAZ01", "--country", "kz", "--hardware-id", "aabbccddeeff"),
            *("--board", "tbeam", "--language", "kk"),
        )
        == 0
    )
    assert add(kit, "--team", "KAZ01", "--country", "kz", "--virtual") == 0
    two = file(kit, "handset-2.json")
    assert (two["board"], two["language"], two["hardware_id"]) == ("tbeam", "kk", "aabbccddeeff")
    assert file(kit, "handset-1.json")["board"] == "heltec_v3"


def test_a_handset_saves_power_from_the_start_and_hears_orders_at_once(kit: Path) -> None:
    assert file(kit, "handset-1.json")["power"] == power.LISTEN
    assert read_provisioning(file(kit, "handset-1.json")).power == power.LISTEN


def test_a_handset_saves_power_as_it_was_told_also_on_another_board(kit: Path) -> None:
    team = ("--team", "TUR01", "--country", "tr", "--call-sign", "TUR01-P")
    assert add(kit, *team, "--hardware-id", "0102030405bb", "--power", "poll") == 0
    assert add(kit, "--replaces", "TUR01-P", "--hardware-id", "0102030405cc") == 0
    assert file(kit, "handset-2.json")["power"] == power.POLL


def test_every_mode_but_off_can_be_chosen_for_a_handset() -> None:
    assert tuple(mode for mode in power.MODES if mode != power.OFF) == POWER_MODES


def test_a_mission_with_long_preambles_lets_radios_sleep_in_turns(tmp_path: Path) -> None:
    assert deployment("new", tmp_path / "kit", *NEW, "--preamble", "64") == 0
    mission = services_kit.read_mission(tmp_path / "kit" / "mission.json")
    assert mission.channel.preamble_symbols == 64


def test_another_board_for_a_handset_means_new_keys_and_a_higher_generation(kit: Path) -> None:
    before = file(kit, "handset-1.json")
    assert add(kit, "--replaces", "tur01-1", "--hardware-id", "0102030405aa") == 0
    after = file(kit, "handset-1.json")
    assert (after["generation"], after["call_sign"], after["device"]) == (2, "TUR01-1", 1)
    assert before["link_key"] != after["link_key"]
    assert before["authentication_key"] != after["authentication_key"]


def test_a_gateway_with_two_modems_has_handsets_on_either_channel(
    kit: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    two = ("--name", "two", "--country", "tr", "--second-frequency-mhz", "433.675")
    assert deployment("add-gateway", kit, *two) == 0
    team = ("--team", "T", "--country", "tr", "--virtual")
    assert add(kit, *team, "--frequency-mhz", "433.675") == 0
    assert add(kit, *team) == 0
    frequencies = [file(kit, f"handset-{n}.json")["radio"]["freq_hz"] for n in (1, 2, 3)]  # type: ignore[index]
    assert frequencies == [433_175_000, 433_675_000, 433_175_000]
    settings = kit / "gateway-two.toml"
    assert "freq_hz = 433675000" in settings.read_text()
    with pytest.raises(ConfigurationError, match="unique_id"):
        read_gateway_config(settings)
    with_ids = settings.read_text().replace('# unique_id = "a1b2c3', 'unique_id = "a1b2c3')
    settings.write_text(with_ids)
    second = read_gateway_config(settings).second_modem
    assert second is not None
    assert second.freq_hz == 433_675_000
    assert deployment("show", kit) == 0
    assert "a second one on 433.675 MHz" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("mhz", "sentence"),
    [
        ("868.1", "868100000 Hz is outside its bands"),
        ("433.3", "too near the first channel"),
        ("433.575", "no gateway of this kit listens there"),
    ],
)
def test_a_second_channel_that_law_or_kit_do_not_have_is_refused(
    mhz: str, sentence: str, kit: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert add(kit, "--team", "T", "--country", "tr", "--virtual", "--frequency-mhz", mhz) == 2
    assert sentence in capsys.readouterr().err
    assert not (kit / "handset-2.json").exists()


def test_settings_that_a_person_added_to_a_handset_are_kept(kit: Path) -> None:
    settings = file(kit, "handset-1.json") | {"position_interval_s": 60}
    (kit / "handset-1.json").write_text(json.dumps(settings))
    assert deployment("add-gateway", kit, "--name", "other", "--country", "tr") == 0
    assert file(kit, "handset-1.json")["position_interval_s"] == 60


def test_gateway_and_secretariat_start_from_the_kits_own_settings(kit: Path) -> None:
    gateway = read_gateway_config(kit / "gateway-hatay-1.toml")
    assert services_kit.read_gateway_keys(gateway.keys).name == "hatay-1"
    secretariat = read_secretariat_config(kit / "secretariat.toml")
    assert services_kit.read_mission(secretariat.mission).name == "HATAY 26"


def test_settings_of_services_that_a_person_changed_are_kept(kit: Path) -> None:
    (kit / "gateway-hatay-1.toml").write_text("# mine\n")
    assert deployment("add-gateway", kit, "--name", "other", "--country", "tr") == 0
    assert (kit / "gateway-hatay-1.toml").read_text() == "# mine\n"


def test_every_file_with_keys_is_for_its_owner_only_and_nothing_shows_a_key(
    kit: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = {
        value
        for path in kit.glob("*.json")
        if path.name != "mission.json"
        for name, value in file(kit, path.name).items()
        if isinstance(value, str) and len(value) == KEY_HEX and name != "public_key"
    }
    for path in kit.glob("*.json"):
        holds = any(key in path.read_text() for key in secret)
        assert stat.S_IMODE(path.stat().st_mode) == (0o600 if holds else 0o644), path.name
    deployment("show", kit)
    deployment("show", kit, "--json")
    said = capsys.readouterr()
    assert not any(key in said.out + said.err for key in secret)
    assert "TUR01-1" in said.out
    assert "COMMON433: what the rules of AZ" in said.out


def test_a_second_new_does_not_touch_the_keys(
    kit: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (kit / "provisioning.keys.json").read_bytes()
    assert deployment("new", kit, *NEW) == 2
    assert "is a mission kit already" in capsys.readouterr().err
    assert (kit / "provisioning.keys.json").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--name", "x", "--origin", "1,2"), "--region is missing: the region whose rules apply"),
        (
            ("--region", "KG", "--name", "x", "--origin", "1,2"),
            "KG allows no transmission: no text",
        ),
        (("--region", "UNSET", "--name", "x", "--origin", "1,2"), "allows no transmission"),
        (("--region", "EU", "--name", "x", "--origin", "1,2"), "there is no region EU; give"),
        ((*NEW, "--channel-hz", "868100000"), "868100000 Hz is outside its bands"),
        ((*NEW, "--power-dbm", "20"), "region COMMON433: 20.00 dBm EIRP is too strong, 10.00"),
        ((*NEW, "--hops", "4"), "such a deployment would be refused: hops"),
        ((*NEW, "--preamble", "129"), "a preamble has 12 to 128 symbols"),
        ((*NEW, "--epoch", "2026-08-01T00:00:00"), "names no time zone"),
        ((*NEW[:4], "--origin", "north"), "is not LAT,LON in degrees"),
        ((*NEW[:4], "--origin", "36,2"), "may be one number or two: write degrees with dots"),
        ((*NEW[:4], "--origin", "36,2,36,16"), "is not LAT,LON in degrees"),
        (("--name", "x" * 40, *NEW[2:]), "such a deployment would be refused: name"),
    ],
)
def test_wrong_terms_are_one_sentence_and_make_no_kit(
    words: tuple[str, ...], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert deployment("new", tmp_path / "kit", *words) == 2
    (said,) = capsys.readouterr().err.splitlines()
    assert sentence in said
    assert not (tmp_path / "kit").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--team", "T", "--country", "tr"), "--hardware-id is missing: the board's unique id"),
        (("--team", "T", "--country", "Tr", "--virtual"), "a country is two small letters"),
        (("--team", "T", "--country", "xx", "--virtual"), "no country has this code"),
        (("--team", "T", "--country", "tr", "--hardware-id", "12"), "twelve hexadecimal digits"),
        (("--team", "TUR01", "--country", "tr", "--virtual", "--call-sign", "tur01-1"), "another"),
        (("--team", "T", "--country", "tr", "--virtual", "--call-sign", "a b"), "call sign is up"),
        (("--replaces", "KAZ09-1", "--hardware-id", "a" * 12), "no handset is called KAZ09-1"),
        (("--replaces", "TUR01-1", "--virtual"), "--virtual replaces no board"),
    ],
)
def test_a_handset_that_cannot_be_is_one_sentence_and_changes_nothing(
    words: tuple[str, ...], sentence: str, kit: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (kit / "mission.json").read_bytes()
    capsys.readouterr()
    assert add(kit, *words) == 2
    (said,) = capsys.readouterr().err.splitlines()
    assert sentence in said
    assert (kit / "mission.json").read_bytes() == before


@pytest.mark.parametrize("task", ["add-handset", "add-gateway"])
def test_a_country_whose_rules_the_region_does_not_have_is_warned_of(
    task: str, kit: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    given = {"add-handset": ("--team", "T", "--virtual"), "add-gateway": ("--name", "osh-1")}[task]
    assert deployment(task, kit, *given, "--country", "kg") == 0
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith("warning: region COMMON433 has the rules of AZ, KZ, TR, UZ, HU, CY, not")
    assert "in KG transmit only as its own rules" in said


def test_the_common_region_covers_the_countries_that_its_source_names() -> None:
    named = ", ".join(countries.covered_by("COMMON433")[:-1]).upper() + " and CY"
    assert named in regions.REGIONS["COMMON433"].source
    assert countries.warning("TR433", "tr") is None
    assert "has the rules of TR, not of KZ" in str(countries.warning("TR433", "kz"))


def test_the_origin_is_said_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert deployment("new", tmp_path / "kit", *NEW[:4], "--origin", "36.2,-36.16") == 0
    assert "origin 36.20000 N, 36.16000 W\n" in capsys.readouterr().out


def test_a_master_key_that_others_may_read_is_refused(
    kit: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    master = kit / "provisioning.keys.json"
    master.chmod(0o644)
    assert add(kit, "--team", "T", "--country", "tr", "--virtual") == 2
    assert f"others may read these keys; run: chmod 600 {master}" in capsys.readouterr().err
    assert not (kit / "handset-2.json").exists()


def test_git_leaves_a_kit_alone_unless_its_owner_says_otherwise(kit: Path) -> None:
    ignored = kit / ".gitignore"
    assert ignored.read_text() == "*\n"
    ignored.write_text("*.keys.json\n")
    assert deployment("add-gateway", kit, "--name", "other", "--country", "tr") == 0
    assert ignored.read_text() == "*.keys.json\n"


def test_a_board_that_is_a_handset_already_is_not_made_another(
    kit: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board = ("--hardware-id", "0a0b0c0d0e0f")
    assert add(kit, "--team", "T", "--country", "tr", *board) == 0
    assert add(kit, "--team", "T", "--country", "tr", *board) == 2
    assert "this board is T-1 already" in capsys.readouterr().err


def test_a_folder_that_is_no_kit_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert deployment("show", tmp_path) == 2
    assert "is missing; is" in capsys.readouterr().err


def test_a_person_at_a_terminal_is_asked_for_what_is_missing(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    asked = subprocess.Popen(
        [sys.executable, "-m", "turna", "deployment", "new", str(tmp_path / "kit")],
        stdin=theirs,
        stdout=subprocess.PIPE,
        text=True,
    )
    os.close(theirs)
    os.write(ours, b"HATAY 26\nTR433\n36.2,36.16\n\n")
    out, _ = asked.communicate(timeout=60)
    os.close(ours)
    assert asked.returncode == 0
    assert "COMMON433, AZ433" in out
    made = services_kit.read_mission(tmp_path / "kit" / "mission.json")
    assert (made.name, made.region, made.mode) == ("HATAY 26", "TR433", "exercise")


def test_every_region_is_listed_with_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert deployment("regions") == 0
    assert deployment("regions", "--json") == 0
    words, _, as_json = capsys.readouterr().out.partition("[\n")
    listed = {entry["name"]: entry for entry in json.loads("[\n" + as_json)}
    assert set(listed) == set(regions.REGIONS)
    for region in regions.REGIONS.values():
        assert region.source in words
        assert listed[region.name]["transmits"] is bool(region.sub_bands)


def test_the_boards_that_can_be_chosen_are_those_of_the_firmware() -> None:
    source = Path("firmware/turna_board/board.py").read_text()
    (names,) = (
        ast.literal_eval(node.value)
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "BOARDS"
    )
    assert tuple(BOARDS) == names
