"""The demo as a newcomer runs it: real processes, serial port, broker and stores."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

FOR_S = 32
SPEED = 8  # what a machine with other work keeps up with
# Starting, stopping and a busy machine come on top.
PATIENCE_S = 110

pytestmark = pytest.mark.timeout(PATIENCE_S + 10)


# As a shell starts what it puts into the background.
WITHOUT_CTRL_C = ("sh", "-c", 'trap "" INT; exec "$@"', "-")


def _demo(scratch: Path, *options: str, before: Sequence[str] = ()) -> subprocess.Popen[str]:
    command = [*before, sys.executable, "-m", "turna", "demo", *options]
    environment = {"TMPDIR": str(scratch), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _children_with(scratch: Path) -> list[str]:
    """Return the command lines of all processes that still use the scratch folder."""
    lines = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            link = str((process / "cwd").readlink())
        except OSError:
            continue
        if str(scratch) in line or link.startswith(str(scratch)):
            lines.append(line)
    return lines


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    scratch = tmp_path_factory.mktemp("demo")
    demo = _demo(scratch, "--for", str(FOR_S), "--speed", str(SPEED), "--seed", "7", "--json")
    out, errors = demo.communicate(timeout=PATIENCE_S)
    assert demo.returncode == 0, errors
    counted: dict[str, Any] = json.loads(out.splitlines()[-1])
    counted["left behind"] = [str(path) for path in scratch.iterdir()] + _children_with(scratch)
    return counted


def test_nothing_is_lost_and_nothing_is_stored_twice(outcome: dict[str, Any]) -> None:
    assert outcome["lost"] == 0
    assert outcome["duplicates_at_secretariat"] == 0
    assert outcome["reports_sent"] >= outcome["at_gateway"] >= outcome["at_secretariat"]
    assert outcome["at_secretariat"] >= outcome["receipts_at_handset"] > 0


def test_a_report_of_each_kind_comes_back_as_receipted(outcome: dict[str, Any]) -> None:
    receipted = {name: counts["receipted"] for name, counts in outcome["by_type"].items()}
    for name in ("sitrep", "sos", "position", "node_health"):
        assert receipted[name], receipted


def test_the_sos_reaches_the_secretariat_within_a_minute_of_simulated_time(
    outcome: dict[str, Any],
) -> None:
    assert 0 <= outcome["sos_latency_s"] < 60


def test_the_end_leaves_no_process_and_no_file_behind(outcome: dict[str, Any]) -> None:
    assert outcome["left behind"] == []


@pytest.mark.parametrize(
    ("before", "how"),
    [
        ((), [signal.SIGINT]),
        (WITHOUT_CTRL_C, [signal.SIGTERM, signal.SIGTERM]),  # twice, as one does to a whole group
    ],
)
def test_it_can_be_stopped_at_any_time_and_leaves_nothing_behind(
    tmp_path: Path, before: Sequence[str], how: Sequence[signal.Signals]
) -> None:
    demo = _demo(tmp_path, "--speed", "10", "--json", before=before)
    assert demo.stderr is not None
    while "the exercise begins" not in demo.stderr.readline():
        assert demo.poll() is None
    time.sleep(2)
    for number in how:
        demo.send_signal(number)
    out, errors = demo.communicate(timeout=PATIENCE_S)

    assert demo.returncode == 0, errors
    assert json.loads(out.splitlines()[-1])["lost"] == 0
    assert [str(path) for path in tmp_path.iterdir()] + _children_with(tmp_path) == []


def test_a_killed_exercise_leaves_no_process_and_the_next_removes_its_folder(
    tmp_path: Path,
) -> None:
    demo = _demo(tmp_path, "--speed", "10", "--json")
    assert demo.stderr is not None
    while "the exercise begins" not in demo.stderr.readline():
        assert demo.poll() is None
    demo.kill()
    demo.communicate(timeout=PATIENCE_S)
    give_up_s = time.monotonic() + PATIENCE_S / 2
    while _children_with(tmp_path) and time.monotonic() < give_up_s:
        time.sleep(0.1)
    assert _children_with(tmp_path) == []

    following = _demo(tmp_path, "--for", "5", "--speed", "1", "--json")
    _, told = following.communicate(timeout=PATIENCE_S)
    assert "removed what 1 killed exercise had left behind" in told
    assert list(tmp_path.iterdir()) == []


def test_a_disk_without_room_is_one_clear_sentence(tmp_path: Path) -> None:
    small = 'ulimit -f 64; exec "$@"'  # no file may grow beyond that
    demo = subprocess.run(
        ["bash", "-c", small, "-", sys.executable, "-m", "turna", "demo", "--for", "5", "--json"],
        env={"TMPDIR": str(tmp_path), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert demo.returncode == 1
    assert "File too large; free some, or name another folder in TMPDIR" in demo.stderr
    assert "Traceback" not in demo.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--handsets", "2"), "--handsets must be from 6 to 40"),
        (("--speed", "0"), "--speed must be from"),
        (("--for", "1"), "--for must be from 5 to 86400 seconds"),
        (("--for", "nan"), "--for must be from"),
        (("--for", "inf"), "--for must be from"),
        (("--speed", "nan"), "--speed must be from 0.1 to 50"),
        (("--picture", "nowhere/demo.svg"), "there is no folder nowhere"),
    ],
)
def test_a_wrong_option_is_one_clear_sentence_and_exit_code_2(
    tmp_path: Path, options: tuple[str, ...], words: str
) -> None:
    demo = _demo(tmp_path, *options)
    out, errors = demo.communicate(timeout=PATIENCE_S)

    assert demo.returncode == 2
    assert out == ""
    assert words in errors
    assert "Traceback" not in errors
