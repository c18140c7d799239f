"""Virtual boards that stand in for a kit's boards, driven by what a person types."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from turna.__main__ import main
from turna.simulate import lateness

PATIENCE_S = 90

pytestmark = [pytest.mark.timeout(PATIENCE_S + 20), pytest.mark.slow]


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    folder = tmp_path / "kit"
    terms = ["--name", "HATAY 26", "--region", "COMMON433", "--origin", "36.2,36.16"]
    assert main(["deployment", "new", str(folder), *terms]) == 0
    gateway = ["--name", "hatay-1", "--country", "tr"]
    assert main(["deployment", "add-gateway", str(folder), *gateway]) == 0
    handset = ["--team", "TUR01", "--country", "tr", "--virtual"]
    assert main(["deployment", "add-handset", str(folder), *handset]) == 0
    return folder


def simulate(kit: Path, typed: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "turna", "simulate", str(kit), *options]
    return subprocess.run(
        command, input=typed, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )


def test_the_boards_of_a_kit_come_up_and_obey_and_keep_their_flash(kit: Path) -> None:
    for life in (1, 2):
        typed = "tur01-1 screen\nTUR01-1 away\nTUR01-1 back\nTUR01-1 off\nTUR01-1 dance\nend\n"
        ran = simulate(kit, typed)
        assert (ran.returncode, ran.stderr) == (0, ""), life
        for words in (f"modem of hatay-1: {kit}/modem-hatay-1.tty", "TUR01-1: on", "TUR01-1: off"):
            assert words in ran.stdout
    assert (kit / "simulated" / "TUR01-1" / "flash.bin").exists()
    assert (kit / "simulated").stat().st_mode & 0o077 == 0


def test_a_dark_screen_is_said_in_words(kit: Path) -> None:
    ran = simulate(kit, "TUR01-1 off\nTUR01-1 screen\nTUR01-1 on\nTUR01-1 screen\nend\n")
    assert "(dark: it is off)" in ran.stdout
    assert "(dark: press lights it)" in ran.stdout  # it has not lit it yet


def test_the_same_boards_are_not_run_twice_and_leave_no_port_when_terminated(kit: Path) -> None:
    command = [sys.executable, "-m", "turna", "simulate", str(kit)]
    first = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert first.stdout is not None
    assert "modem of hatay-1" in first.stdout.readline()
    port = kit / "modem-hatay-1.tty"
    before = port.readlink()

    second = simulate(kit, "end\n")
    assert second.returncode == 2
    (said,) = second.stderr.splitlines()
    assert "another `turna simulate` runs these boards already" in said
    assert port.readlink() == before
    assert simulate(kit, "end\n", "--blank", "tbeam", "--only-blank").returncode == 0

    first.send_signal(signal.SIGTERM)
    first.communicate(timeout=PATIENCE_S)
    assert not port.is_symlink()
    assert simulate(kit, "end\n").returncode == 0


def test_boards_that_fall_behind_the_clock_are_told_of_with_how_far() -> None:
    assert lateness(0.4) is None
    assert "they are 7 s behind the clock" in str(lateness(7.2))


def test_a_board_without_settings_is_put_up_to_try_provisioning_on(kit: Path) -> None:
    ran = simulate(kit, "end\n", "--blank", "tbeam", "--only-blank")
    assert ran.returncode == 0
    (line,) = ran.stdout.splitlines()
    assert line.startswith("tbeam without settings, hardware id ")
    assert line.endswith(f": {kit}/blank-tbeam.tty")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--gateway", "other"), "there is no gateway other in this kit"),
        (("--only-blank",), "--only-blank needs --blank BOARD"),
    ],
)
def test_what_cannot_be_put_up_is_one_sentence(
    options: tuple[str, ...], words: str, kit: Path
) -> None:
    ran = simulate(kit, "", *options)
    assert ran.returncode == 2
    assert words in ran.stderr
