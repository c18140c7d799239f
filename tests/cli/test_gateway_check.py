"""`turna gateway check`: what a lone operator is told before the first start."""

import os
import pwd
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from turna.__main__ import main
from turna.deployment import GatewayPlan, TeamPlan, make_deployment

SETTINGS = """\
[mission]
kit = "kit/mission.json"
keys = "kit/gateway-hatay-1.keys.json"
[modem]
port = "{modem}"
[backbone]
brokers = ["127.0.0.1:{broker}"]
"""

Check = Callable[[], tuple[int, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_deployment(
        tmp_path / "kit",
        name="Hatay",
        mode="exercise",
        origin=(3_620_000, 3_616_000),
        epoch_s=1_790_000_000,
        region="TR433",
        teams=[TeamPlan("AFAD", "tr")],
        gateways=[GatewayPlan("hatay-1", "tr")],
    )
    (tmp_path / "gateway.toml").write_text(SETTINGS.format(modem="/dev/null", broker=1))
    return tmp_path


@pytest.fixture
def check(folder: Path, capsys: pytest.CaptureFixture[str]) -> Check:
    def checked() -> tuple[int, str]:
        code = main(["gateway", "check", "--config", str(folder / "gateway.toml")])
        return code, capsys.readouterr().out

    return checked


def test_where_all_is_there_it_says_what_to_do_next(folder: Path, check: Check) -> None:
    with socket.create_server(("127.0.0.1", 0)) as broker:
        port = broker.getsockname()[1]
        (folder / "gateway.toml").write_text(SETTINGS.format(modem="/dev/null", broker=port))
        code, said = check()

    assert code == 0
    assert "gateway hatay-1 of Hatay: 1 handsets, EXERCISE, TR433" in said
    assert "will be made, empty" in said
    assert said.endswith("all is well: sudo systemctl start turna-gateway\n")
    assert not (folder / "gateway.db").exists()


def test_what_may_still_come_is_marked_and_does_not_hold_up_a_start(
    folder: Path, check: Check
) -> None:
    (folder / "gateway.toml").write_text(SETTINGS.format(modem="/dev/nothing*", broker=1))

    code, said = check()

    assert code == 1
    assert "?   modem         no port /dev/nothing*; plug the board in" in said
    assert "127.0.0.1:1: Connection refused; reports are kept until it answers" in said
    assert "it would start" in said


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda f: (f / "gateway.toml").unlink(), "or: turna gateway configfile >"),
        (lambda f: (f / "kit/mission.json").unlink(), "mission.json"),
        (lambda f: (f / "kit/gateway-hatay-1.keys.json").chmod(0o644), "chmod 600"),
        (lambda f: _newer(f / "gateway.db"), "install that version again"),
    ],
    ids=["no settings", "no kit", "open keys", "newer database"],
)
def test_what_it_would_not_start_with_is_said_with_what_to_do(
    folder: Path, check: Check, change: Callable[[Path], None], sentence: str
) -> None:
    change(folder)

    code, said = check()

    assert code == 2
    assert sentence in said
    assert "it would not start" in said


def test_a_missing_folder_for_the_database_is_named(folder: Path, check: Check) -> None:
    settings = folder / "gateway.toml"
    settings.write_text('[store]\npath = "card/gateway.db"\n' + settings.read_text())

    code, said = check()

    assert code == 2
    assert f"there is no folder {folder / 'card'}; make it or correct [store] path" in said


def test_without_a_file_named_the_installed_one_is_meant(
    capsys: pytest.CaptureFixture[str],
) -> None:
    if Path("/etc/turna/gateway.toml").exists():  # a machine that is a gateway
        return
    assert main(["gateway", "check"]) == 2
    assert "there is no /etc/turna/gateway.toml; name yours by --config" in capsys.readouterr().out


def test_a_line_that_others_can_read_is_told(folder: Path, check: Check) -> None:
    settings = folder / "gateway.toml"
    settings.write_text(settings.read_text().replace("127.0.0.1:1", "turna.invalid:1883"))

    code, said = check()

    assert code == 1
    assert "whoever is on the way to turna.invalid can read reports; set ca, certificate" in said


def test_root_looks_with_the_eyes_of_the_service() -> None:
    name = "nobody"
    program = f"import os; from turna.service_user import become; become({name!r})"
    command = [sys.executable, "-c", f"{program}; become('no-such-user'); print(os.getuid())"]
    who = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert int(who) == (pwd.getpwnam(name).pw_uid if os.getuid() == 0 else os.getuid())


def _newer(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
