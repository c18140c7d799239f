"""The hardware map of `make hil`: what it names is what the tests on boards get, and no more."""

import json
import shlex
import sys
from pathlib import Path

import pytest

from hil_tests.rig import CannotError, RealBoard, RealRig

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "hil_tests" / "hil.example.toml"


def note(path: Path, *words: str) -> str:
    """Return a shell command that appends words to a file."""
    program = "import sys; open(sys.argv[1], 'a').write(' '.join(sys.argv[2:]) + '\\n')"
    return shlex.join([sys.executable, "-c", program, str(path), *words])


def rig_of(tmp_path: Path, **means: str) -> RealRig:
    words = {"id": tmp_path.name, "role": "relay", "serial": "/dev/nowhere", **means}
    lines = [f"{name} = {json.dumps(value)}" for name, value in words.items()]
    (tmp_path / "hil.toml").write_text("\n".join(["[[board]]", *lines]))
    return RealRig(tmp_path / "hil.toml", None)


def test_the_example_names_boards_of_each_role_and_one_can_be_asked_for_alone() -> None:
    rig = RealRig(EXAMPLE, None)
    rig.close()
    assert {board.role for board in rig.boards} == {"modem", "handset", "relay"}
    assert sum(board.role == "modem" for board in rig.boards) == 2
    alone = RealRig(EXAMPLE, "tbeam-c")
    alone.close()
    assert [board.id for board in alone.boards] == ["tbeam-c"]


def test_a_board_is_tested_by_one_at_a_time(tmp_path: Path) -> None:
    rig = rig_of(tmp_path)
    try:
        with pytest.raises(CannotError, match="somebody else tests on board"):
            rig_of(tmp_path)
    finally:
        rig.close()
    rig_of(tmp_path).close()


def test_what_the_map_has_no_means_for_is_said(tmp_path: Path) -> None:
    rig = rig_of(tmp_path)
    try:
        with pytest.raises(CannotError, match="no press for board"):
            rig.boards[0].press("user", 100)
        with pytest.raises(CannotError, match="no power_off"):
            rig.boards[0].power_cut(0.0)
    finally:
        rig.close()


def test_the_means_of_the_map_are_used(tmp_path: Path) -> None:
    done = tmp_path / "done"
    rig = rig_of(
        tmp_path,
        reset=note(done, "reset"),
        power_off=note(done, "off"),
        power_on=note(done, "on"),
        press=note(done, "press", "{button}", "{hold_ms}"),
    )
    try:
        (board,) = rig.boards
        assert isinstance(board, RealBoard)
        board.reset()
        board.power_cut(0.0)
        board.press("user", 900)
    finally:
        rig.close()
    assert done.read_text().splitlines() == ["reset", "off", "on", "press user 900"]
