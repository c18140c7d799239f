"""A board at its prompt without a serial line: MicroPython, littlefs in memory, power to be cut.

The programs that it is given and the firmware's reader of settings run on the real interpreter.
"""

import json
import subprocess
from typing import Any, Self

from tools.places import MICROPYTHON_64, ROOT
from turna.board_prompt import BoardPrompt
from turna.usage import UsageError
from turna_protocol.modem.messages import HANDSET, HAS_JOURNAL, MODEM, RELAY, Hello

_ROLES = {"handset": HANDSET, "modem": MODEM, "relay": RELAY}
_INSIDE = ROOT / "simulation/turna_simulation/overlay/_local_board.py"


class LocalBoard(BoardPrompt):
    """Its flash outlasts `power_on`; after so many writes to it the power goes."""

    def __init__(self, unique_id: str) -> None:
        super().__init__("the local board")
        firmware, protocol = str(ROOT / "firmware"), str(ROOT / "protocol")
        self._process = subprocess.Popen(
            [str(MICROPYTHON_64 / "micropython"), str(_INSIDE), firmware, protocol, unique_id],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    # What a test does to the board.

    def erase(self, files: dict[str, bytes]) -> None:
        """Make its flash anew, with these files on it."""
        self._tell("erase", {path: content.hex() for path, content in files.items()})

    def power_on(self, writes: int | None = None) -> None:
        """Start it; with `writes`, its power goes when the flash has taken so many."""
        self._tell("power_on", writes)

    def settings(self) -> dict[str, Any]:
        """Return what the firmware would start with: settings, or `refused` and why."""
        found: dict[str, Any] = self._tell("settings", None)
        return found

    # What the command does.

    def reach(self) -> None:
        return

    def run(self, program: str) -> str:
        answer = self._tell("run", program)
        if answer["cut"]:
            raise UsageError(f"the board on {self.port} broke off")
        return str(answer["printed"])

    def reset(self) -> None:
        self.power_on()

    def greeting(self, patience_s: float) -> Hello | None:
        del patience_s
        role = _ROLES.get(self.settings().get("role", ""), 0)
        return Hello(
            role=role or HANDSET,
            unique_id=bytes(8),
            boot_id=bytes(4),
            reset_cause=0,
            capabilities=HAS_JOURNAL if role == HANDSET else 0,
            board="heltec_v3",
            firmware="0",
        )

    def _tell(self, do: str, what: object) -> Any:  # Any: what the board answers, in JSON
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([do, what]) + "\n")
        self._process.stdin.flush()
        said = []
        for line in self._process.stdout:
            if line.startswith("= "):
                return json.loads(line[2:])
            said.append(line)
        raise AssertionError("".join(said))
