"""Settings over USB onto a board: command, mpremote, MicroPython and its file system are real.

The board is virtual: the unmodified firmware on MicroPython's unix port with a littlefs image,
behind a pseudo-terminal.  That port has no raw REPL, so the prompt that mpremote talks to is a
stand-in (turna_simulation/overlay/_repl.py); the programs it is given run on the real interpreter.
A cut at every write of the flash: tests/cli/test_provisioning_cut.py.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from turna.__main__ import main
from turna.deployment import handset_file
from turna_handset import font
from turna_protocol.settings_slot import SLOTS, UNFINISHED, unpack_slot
from turna_simulation.board import Board
from turna_simulation.world import World

SPEED = 4.0  # what waits for the board waits less; the host's own patience is as on the wall
PATIENCE_S = 100
OWN_ID = "24a1600c0ffe"

pytestmark = [pytest.mark.timeout(PATIENCE_S + 20), pytest.mark.slow]


class Bench:
    """A board on a serial port, and the command line beside it."""

    def __init__(self, folder: Path) -> None:
        self.kit = folder / "kit"
        self.world = World()
        self.board: Board | None = None
        terms = ("--name", "HATAY 26", "--region", "COMMON433", "--origin", "36.2,36.16")
        assert main(["deployment", "new", str(self.kit), *terms]) == 0
        gateway = ["--name", "g", "--country", "tr"]
        assert main(["deployment", "add-gateway", str(self.kit), *gateway]) == 0
        self.add_handset("TUR01", OWN_ID)

    def add_handset(self, team: str, hardware_id: str) -> None:
        words = ["--team", team, "--country", "tr", "--hardware-id", hardware_id]
        assert main(["deployment", "add-handset", str(self.kit), *words]) == 0

    def plug_in(self, files: dict[str, bytes] | None = None) -> str:
        """Power a board; return its port."""
        self.board = self.world.add_board(
            "board", files=files or {}, unique_id=bytes.fromhex(OWN_ID)
        )
        port = self.board.open_pty()
        self.board.power_on()
        self.world.run_for(5_000)
        return port

    def provision(
        self, port: str, *what: str, meanwhile: Callable[[str], bool] = lambda _told: False
    ) -> tuple[int, str, str]:
        """Run the command while the world turns; `meanwhile` hears what it told, True kills it."""
        return self.run("provision", "--port", port, *what, meanwhile=meanwhile)

    def run(
        self, task: str, *options: str, meanwhile: Callable[[str], bool] = lambda _told: False
    ) -> tuple[int, str, str]:
        words = ["deployment", task, str(self.kit), *options]
        out, err = self.kit / "told", self.kit / "errors"
        with out.open("w") as told, err.open("w") as errors:
            command = subprocess.Popen(
                [sys.executable, "-m", "turna", *words],
                stdout=told,
                stderr=errors,
                start_new_session=True,
            )
        give_up_s = time.monotonic() + PATIENCE_S
        while command.poll() is None and time.monotonic() < give_up_s:
            self.world.run_paced(SPEED, for_ms=400)
            if meanwhile(out.read_text()):
                os.killpg(command.pid, signal.SIGKILL)  # mpremote too, as a cable that comes off
        return command.wait(1), out.read_text(), err.read_text()

    def shown(self) -> str:
        assert self.board is not None
        return "\n".join(self.board.screen().text(font))

    def file(self, path: str) -> bytes | None:
        assert self.board is not None
        return self.board.read_file(path)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    try:
        yield made
    finally:
        made.world.close()


def test_a_new_board_is_the_handset_when_the_command_says_so(bench: Bench, tmp_path: Path) -> None:
    port = bench.plug_in()
    assert "NOT SET UP" in bench.shown()
    label = tmp_path / "label.html"

    code, told, errors = bench.provision(port, "--handset", "TUR01-1", "--label", str(label))
    assert (code, errors) == (0, "")
    assert "read back: both are as they were sent" in told
    assert "in force: this board is TUR01-1 now" in told
    assert "TUR01-1" in bench.shown()
    settings = handset_file(bench.kit, 1).read_bytes()
    assert [unpack_slot(bench.file(path) or b"") for path in SLOTS] == [
        (1, settings),
        (2, settings),
    ]
    assert bench.file(UNFINISHED) is None
    key = json.loads(settings)["link_key"]
    assert key not in told
    assert "TUR01-1" in label.read_text()
    assert key not in label.read_text()


def test_a_handset_whose_provisioning_is_killed_has_no_settings_says_so_and_takes_them_later(
    bench: Bench,
) -> None:
    port = bench.plug_in({"/settings.json": handset_file(bench.kit, 1).read_bytes()})
    code, told, _ = bench.provision(
        port, "--handset", "TUR01-1", meanwhile=lambda told: "written /settings-a" in told
    )
    assert code == -signal.SIGKILL
    assert "in force" not in told
    assert bench.board is not None
    bench.world.run_for(2_000)
    bench.board.power_cut()
    bench.board.power_on()
    sent_before = len(bench.world.ether.log)
    bench.world.run_for(60_000)
    assert "NOT SET UP" in bench.shown()
    assert "setting up broke off" in bench.shown()
    assert len(bench.world.ether.log) == sent_before

    code, told, errors = bench.provision(port, "--handset", "TUR01-1")
    assert (code, errors) == (0, "")
    assert bench.file("/settings.json") is None
    assert "TUR01-1" in bench.shown()


def test_a_board_becomes_a_relay(bench: Bench) -> None:
    port = bench.plug_in()
    code, told, errors = bench.provision(port, "--relay", "heltec_v3")
    assert (code, errors) == (0, "")
    assert "in force: this board is a relay now" in told


def test_a_board_is_asked_for_its_unique_id(bench: Bench) -> None:
    port = bench.plug_in()
    words = ("--team", "UZB01", "--country", "uz", "--port", port)
    code, _, errors = bench.run("add-handset", *words)
    assert (code, errors) == (2, "turna deployment: this board is TUR01-1 already\n")


def test_a_dry_run_tells_the_steps_and_touches_no_port(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--handset", "TUR01-1", "--port", "/dev/nowhere", "--dry-run"]
    assert main(["deployment", "provision", str(bench.kit), *words]) == 0
    told = capsys.readouterr().out
    assert f"would bring board {OWN_ID} on /dev/nowhere" in told
    assert "would read both back and compare" in told


def test_a_port_that_is_not_there_is_one_sentence(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--handset", "TUR01-1", "--port", "/dev/nowhere"]
    assert main(["deployment", "provision", str(bench.kit), *words]) == 2
    (sentence,) = capsys.readouterr().err.splitlines()
    assert "/dev/nowhere cannot be opened (No such file or directory): is the board" in sentence
    assert sentence.count("/dev/nowhere") == 1
