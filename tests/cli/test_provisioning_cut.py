"""Settings onto a board whose power goes: after every single write of its flash, none or all.

Programs, file system and the firmware's reader are MicroPython's and ours; flash and line are not
(tests/integration/test_provisioning.py has the line, and a command that is killed).
"""

import json
from collections.abc import Iterator

import pytest

from tests.cli.local_board import LocalBoard
from turna import provisioning
from turna.provisioning import Task
from turna.usage import UsageError
from turna_protocol.settings_slot import SLOTS, pack_slot

ID = "24a1600c0ffe"
BROKE_OFF = {"refused": "setting up broke off"}
OLD = {"role": "handset", "hardware_id": ID, "generation": 1, "call_sign": "T-1"}
NEW = OLD | {"generation": 2, "call_sign": "T-2", "filler": "x" * 700}
TASK = Task("T-2", json.dumps(NEW).encode(), ID)


@pytest.fixture
def board() -> Iterator[LocalBoard]:
    with LocalBoard(ID) as made:
        yield made


def put(board: LocalBoard) -> list[str]:
    """Put the new settings on; return what was told until it was done, or broke off."""
    told: list[str] = []
    try:
        provisioning.put(TASK, board, told.append)
    except UsageError:
        told.append("broke off")
    return told


@pytest.mark.parametrize("before", ["plain", "slots", "none"])
def test_a_power_cut_at_any_write_leaves_a_board_without_settings_or_with_all_of_them(
    before: str, board: LocalBoard
) -> None:
    body = json.dumps(OLD).encode()
    files = {
        "plain": {"/settings.json": body},
        "slots": {path: pack_slot(n, body) for n, path in enumerate(SLOTS, 1)},
        "none": {},
    }[before]
    former = OLD if files else {"refused": "no settings.json"}
    seen, writes, told = set(), 0, ["broke off"]
    while told[-1] == "broke off":
        board.erase(files)
        board.power_on(writes)
        told = put(board)
        board.power_on()
        found = board.settings()
        if "marked as unfinished: until the end this board has no settings" not in told:
            assert found in (former, BROKE_OFF), writes
        elif found != BROKE_OFF:
            assert found == NEW, writes
            assert "read back: both are as they were sent" in told, writes
        seen.add(json.dumps(found))
        if found == BROKE_OFF:
            assert put(board)[-1] == "in force: this board is T-2 now", writes
            assert board.settings() == NEW
        writes += 1
    assert found == NEW
    assert len(seen) == 3
    assert writes > 15


def test_a_board_that_is_not_the_kits_is_refused_before_anything_is_written() -> None:
    with LocalBoard("0102030405aa") as other:
        other.erase({})
        with pytest.raises(UsageError, match=f"made for board {ID}, this one is 0102030405aa"):
            provisioning.put(TASK, other, print)
        assert other.settings() == {"refused": "no settings.json"}


def test_settings_that_did_not_arrive_as_sent_leave_the_board_without(board: LocalBoard) -> None:
    class Damaging(LocalBoard):
        def run(self, program: str) -> str:
            return super().run(program.replace("T-2", "T-3"))

    with Damaging(ID) as wrong:
        wrong.erase({})
        with pytest.raises(UsageError, match="what the board holds is not what was sent"):
            provisioning.put(TASK, wrong, print)
        assert wrong.settings() == BROKE_OFF


def test_a_modem_and_a_relay_say_who_they_are(board: LocalBoard) -> None:
    for role in ("modem", "relay"):
        board.erase({})
        settings = json.dumps({"role": role, "board": "heltec_v3"}).encode()
        told: list[str] = []
        provisioning.put(Task(f"a {role}", settings, None), board, told.append)
        assert told[-1] == f"in force: this board is a {role} now"
