"""`turna deployment revoke`: the kit's signed list, which gateway and Secretariat both enforce."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.secretariat.live_page import PASSWORD, LivePage
from turna.__main__ import main
from turna_backbone.configuration import ConfigurationError
from turna_backbone.kit import (
    REVOCATIONS_FILE,
    read_mission,
    read_revocations,
    read_secretariat_keys,
)
from turna_gateway.revoked import Revoked
from turna_gateway.store import Store
from turna_secretariat.archive import Archive
from turna_secretariat.down_desk import BY_KIT, DownDesk
from turna_secretariat.down_schema import down_word
from turna_secretariat.registry import Registry

NEW = ("--name", "HATAY 26", "--region", "COMMON433", "--origin", "36.2,36.16")


def deployment(*words: object) -> int:
    return main(["deployment", *map(str, words)])


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    folder = tmp_path / "kit"
    assert deployment("new", folder, *NEW) == 0
    assert deployment("add-gateway", folder, "--name", "hatay-1", "--country", "tr") == 0
    for _ in range(3):
        assert deployment("add-handset", folder, "--team", "T", "--country", "tr", "--virtual") == 0
    return folder


def test_a_gateway_refuses_whom_the_kit_revoked_and_takes_the_handsets_new_keys(kit: Path) -> None:
    assert deployment("revoke", kit, "T-2", "--yes") == 0
    assert deployment("add-handset", kit, "--replaces", "T-2", "--hardware-id", "0102030405aa") == 0
    mission = read_mission(kit / "mission.json")
    revoked = Revoked(Store(kit / "gateway.db"), mission.public_key, read_revocations(kit, mission))
    assert revoked.is_revoked(2, 1)
    assert not revoked.is_revoked(2, 2)
    assert not revoked.is_revoked(1, 1)
    assert revoked.devices() == [2]


def test_the_secretariat_takes_it_over_once_and_tells_its_gateways(kit: Path) -> None:
    assert deployment("revoke", kit, "T-1", "T-3", "--yes") == 0
    archive = Archive.in_file(kit / "archive.db")
    archive.open()
    for _ in range(2):
        mission = read_mission(kit / "mission.json")
        branch = read_secretariat_keys(kit / "secretariat.keys.json").authentication_branch
        desk = DownDesk(archive, Registry(mission, branch, read_revocations(kit, mission)))
        desk.load(now_ms=1_000)
        assert [desk.is_revoked(device, 1) for device in (1, 2, 3)] == [True, False, True]
    with archive.transaction() as transaction:
        said_by = transaction.execute(sa.select(down_word.c.person)).scalars().all()
    assert said_by == [BY_KIT]
    archive.close()


def test_with_a_page_the_secretariat_is_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TURNA_PASSWORD", PASSWORD)
    with LivePage(tmp_path, door_closed=True) as live:
        lost = live.field.mission.devices[0].call_sign
        at_page = ("--page", live.address, "--account", "aylin")
        assert deployment("revoke", tmp_path / "kit", lost, "--yes", *at_page) == 0
    assert f"{lost}: keys up to generation 1 are revoked" in capsys.readouterr().out


def test_what_was_revoked_stays_on_the_list_and_is_shown(
    kit: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert deployment("revoke", kit, "t-2", "--yes") == 0
    assert deployment("revoke", kit, "T-3", "--yes") == 0
    mission = read_mission(kit / "mission.json")
    assert read_revocations(kit, mission).as_list().entries == {2: 1, 3: 1}
    capsys.readouterr()
    assert deployment("show", kit) == 0
    marked = [line for line in capsys.readouterr().out.splitlines() if "REVOKED" in line]
    assert [line.split()[0] for line in marked] == ["T-2", "T-3"]
    assert deployment("revoke", kit, "T-2", "--yes") == 2
    assert "their keys are revoked already" in capsys.readouterr().err


def test_a_list_that_the_kit_did_not_sign_is_refused(kit: Path) -> None:
    assert deployment("revoke", kit, "T-2", "--yes") == 0
    path = kit / REVOCATIONS_FILE
    mission = read_mission(kit / "mission.json")
    content = json.loads(path.read_text())
    for wrong in (
        content | {"content": content["content"][:-2] + "00"},
        {"content": content["content"]},
        content | {"signature": "none"},
    ):
        path.write_text(json.dumps(wrong))
        with pytest.raises(ConfigurationError, match="was not signed with this mission's key"):
            read_revocations(kit, mission)
    assert deployment("show", kit) == 2


def test_nobody_is_revoked_without_a_yes(kit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "turna", "deployment", "revoke", str(kit), "T-1"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, (kit / REVOCATIONS_FILE).exists()) == (2, False)
    assert "say --yes" in done.stderr
    assert deployment("revoke", kit, "T-1", "--yes", "--page", "http://127.0.0.1:1") == 2
    assert "--page and --account go together" in capsys.readouterr().err
    assert deployment("revoke", kit, "T-9", "--yes") == 2
    assert "no handset is called T-9" in capsys.readouterr().err
