"""Puts a kit's settings on a board over USB: the right board, both slots, read back, then in force.

While it goes on the board carries a mark; a board with the mark has no settings, says so and is
silent.  So whatever is interrupted, no board works under half of its settings, or former ones.
"""

import argparse
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from turna import deployment, labels
from turna.board_prompt import BoardPrompt
from turna.deployment import Kit
from turna.deployment_kit import device_of, read_kit
from turna.usage import UsageError
from turna_protocol.modem.messages import HAS_JOURNAL, MODEM, RELAY
from turna_protocol.settings_slot import BODY_BYTES_MAX, SLOTS, UNFINISHED, pack_slot

GREETING_PATIENCE_S = 30.0
_PLAIN = "/settings.json"  # where settings are that were copied by hand

_FACTS = """
import os, sys, json, machine
def counter(path):
    try:
        with open(path, "rb") as file:
            return int(file.read(64).split(b" ")[3])
    except (OSError, ValueError, IndexError):
        return 0
try:
    import turna_board.board
    firmware = True
except ImportError:
    firmware = False
print("TURNA " + json.dumps({
    "hardware_id": machine.unique_id().hex(),
    "release": ".".join([str(part) for part in sys.implementation[1][:3]]),
    "firmware": firmware,
    "counter": max(counter(path) for path in %(slots)r),
}))
"""
_MARK = """
with open(%(mark)r, "wb"):
    pass
"""
_PUT = """
with open(%(path)r, "wb") as file:
    file.write(%(content)r)
"""
_READ_BACK = """
import hashlib, json, binascii
found = []
for path in %(slots)r:
    with open(path, "rb") as file:
        found.append(binascii.hexlify(hashlib.sha256(file.read()).digest()).decode())
print("TURNA " + json.dumps({"sha256": found}))
"""
_IN_FORCE = """
import os
try:
    os.remove(%(plain)r)
except OSError:
    pass
os.remove(%(mark)r)
print("TURNA {}")
"""


@dataclass(frozen=True)
class Task:
    """Which settings go on which board."""

    name: str
    settings: bytes
    hardware_id: str | None  # None: any board may be this modem


def run(args: argparse.Namespace) -> int:
    """Do `turna deployment provision`; every step is told."""
    kit = read_kit(args.kit)
    if args.relay is None:
        task = _task(args.kit, kit, args.handset, args.modem)
    else:
        settings = json.dumps(deployment.relay_settings(kit.mission, args.relay))
        task = Task("a relay", settings.encode(), None)
    if args.dry_run:
        print("\n".join(_steps(task, args.port)))
        return 0
    put(task, BoardPrompt(args.port), lambda text: print(text, flush=True))
    if args.label is not None and args.handset is not None:
        device = device_of(kit.mission, args.handset)
        args.label.write_text(labels.page(kit, [device]))
        print(f"label: {args.label}")
    return 0


def read_hardware_id(port: str) -> str:
    """Return the unique id of the board on a port."""
    prompt = BoardPrompt(port)
    prompt.reach()
    found = str(_facts(prompt)["hardware_id"])
    prompt.reset()
    return found


def put(task: Task, prompt: BoardPrompt, tell: Callable[[str], None]) -> None:
    """Put the settings on the board and see that it takes them; UsageError if not."""
    prompt.reach()
    facts = _facts(prompt)
    tell(f"board {facts['hardware_id']}, MicroPython {facts['release']}")
    _require_right_board(task, facts)
    prompt.run(_MARK % {"mark": UNFINISHED})
    tell("marked as unfinished: until the end this board has no settings")
    counter = facts["counter"]
    assert isinstance(counter, int)
    slots = [pack_slot(counter + n, task.settings) for n in (1, 2)]
    for path, content in zip(SLOTS, slots, strict=True):
        prompt.run(_PUT % {"path": path, "content": content})
        tell(f"written {path}, {len(content)} bytes")
    _require_read_back(prompt, slots)
    tell("read back: both are as they were sent")
    prompt.ask(_IN_FORCE % {"plain": _PLAIN, "mark": UNFINISHED})
    prompt.reset()
    _require_in_service(prompt, task)
    tell(f"in force: this board is {task.name} now")


def _task(directory: Path, kit: Kit, handset: str | None, modem: str | None) -> Task:
    if handset is not None:
        device = device_of(kit.mission, handset)
        path = deployment.handset_file(directory, device.device)
        task = Task(device.call_sign, path.read_bytes(), device.hardware_id.lower())
    elif modem is not None and kit.mission.gateway(modem) is not None:
        task = Task(f"the modem of {modem}", (directory / f"modem-{modem}.json").read_bytes(), None)
    else:
        raise UsageError(f"there is no gateway {modem} in this kit")
    if len(task.settings) > BODY_BYTES_MAX:
        raise UsageError(f"the settings of {task.name} are longer than a board reads")
    return task


def _steps(task: Task, port: str) -> list[str]:
    board = f"board {task.hardware_id}" if task.hardware_id else "the board"
    return [
        f"would bring {board} on {port} to its MicroPython prompt and compare its unique id",
        f"would make {UNFINISHED} on it: a board with this mark has no settings",
        f"would write {len(task.settings)} bytes of settings to {SLOTS[0]} and {SLOTS[1]}",
        "would read both back and compare",
        f"would remove {_PLAIN} and {UNFINISHED}, restart the board and hear it say who it is",
    ]


def _facts(prompt: BoardPrompt) -> dict[str, object]:
    return prompt.ask(_FACTS % {"slots": SLOTS})


def _require_right_board(task: Task, facts: dict[str, object]) -> None:
    if facts["firmware"] is not True:
        raise UsageError("there is no Turna firmware on this board: `turna flash` puts it there")
    if task.hardware_id is not None and facts["hardware_id"] != task.hardware_id:
        raise UsageError(
            f"{task.name} is made for board {task.hardware_id}, this one is {facts['hardware_id']};"
            f" to give it this one: turna deployment add-handset --replaces {task.name}"
            f" --hardware-id {facts['hardware_id']}"
        )


def _require_read_back(prompt: BoardPrompt, slots: list[bytes]) -> None:
    found = prompt.ask(_READ_BACK % {"slots": SLOTS})["sha256"]
    if found != [hashlib.sha256(content).hexdigest() for content in slots]:
        raise UsageError("what the board holds is not what was sent; it stays without settings")


def _require_in_service(prompt: BoardPrompt, task: Task) -> None:
    hello = prompt.greeting(GREETING_PATIENCE_S)
    if hello is None or not (hello.role in (MODEM, RELAY) or hello.capabilities & HAS_JOURNAL):
        raise UsageError(
            f"{task.name} has its settings, but is not in service with them; what does it show?"
        )
