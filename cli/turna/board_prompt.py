"""Brings a board on a serial port to its MicroPython prompt; runs programs there by mpremote."""

import errno
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TypeVar

import serial

from turna.usage import UsageError
from turna_protocol.modem.device_client import DeviceClient
from turna_protocol.modem.messages import Accepted, Hello

Event = TypeVar("Event", Hello, Accepted)

_BAUD = 115_200
_READ_S = 0.1
# A board that starts listens to Ctrl-C for 1.5 s (turna_board.usb_serial), 1 s after its power.
_BREAK_FOR_S, _BREAK_EVERY_S = 3.0, 0.3
_ASK_FOR_S = 12.0
_PROMPT = b">>> "
_BREAK = b"\r\x03"
_PROGRAM_TIMEOUT_S = 600.0  # a whole firmware at 115200 baud takes a minute or two
_REMEDIES: dict[int | None, str] = {
    errno.EACCES: "become one of its group (dialout on Debian), then sign in anew",
    errno.EAGAIN: "another program has it open; end that one",
    errno.EBUSY: "another program has it open; end that one",
}
_ANSWER = re.compile(r"^TURNA (.*?)\r?$", re.MULTILINE)


class BoardPrompt:
    """The prompt of the board on a serial port."""

    def __init__(self, port: str) -> None:
        self.port = port

    def reach(self) -> None:
        """Leave the board at its prompt: a new one by Ctrl-C, one with our firmware by asking."""
        with _opened(self.port) as line:
            if not _break(line) and not _ask(line):
                raise UsageError(
                    f"the board on {self.port} shows no MicroPython prompt. A handset that saves"
                    " power sleeps: press RST (or take its power away) and try again within 20 s."
                    " Is MicroPython on it (`turna flash`), and no other program on the port?"
                )

    def greeting(self, patience_s: float) -> Hello | None:
        """Return who the board says it is, once its firmware runs; None if it does not say."""
        with _opened(self.port) as line:
            return _hear(line, _client(), Hello, patience_s)

    def run(self, program: str) -> str:
        """Run a program on a board that is at its prompt; return what it printed."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "program.py"
            path.touch(mode=0o600)  # it may hold keys, which no command line may
            path.write_text(program, encoding="utf-8")
            return _mpremote(self.port, "run", str(path))

    def ask(self, program: str) -> dict[str, object]:
        """Run a program that prints an answer: a line of JSON after "TURNA "."""
        printed = self.run(program)
        found = _ANSWER.findall(printed)
        try:
            answer = json.loads(found[-1])
        except (IndexError, ValueError):
            raise UsageError(
                f"the board on {self.port} answered something else: {printed[-80:]!r}"
            ) from None
        assert isinstance(answer, dict)
        return answer

    def copy(self, files: list[str], place: str) -> None:
        """Copy files or folders to a place on a board that is at its prompt."""
        _mpremote(self.port, "fs", "-r", "cp", *files, f":{place}")

    def reset(self) -> None:
        """Restart a board that is at its prompt."""
        _mpremote(self.port, "reset")


def _mpremote(port: str, *words: str) -> str:
    command = [sys.executable, "-m", "mpremote", "connect", port, "resume", *words]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=_PROGRAM_TIMEOUT_S
        )
    except subprocess.TimeoutExpired:
        raise UsageError(f"the board on {port} does not answer any more") from None
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["it does not say why"]
        raise UsageError(f"the board on {port} broke off: {lines[-1]}")
    return done.stdout


def _opened(port: str) -> serial.Serial:
    try:
        return serial.Serial(port, _BAUD, timeout=_READ_S, exclusive=True)
    except serial.SerialException as error:
        reason = os.strerror(error.errno) if error.errno else "it is no serial port"
        remedy = _REMEDIES.get(error.errno, "is the board plugged in, and is this its port?")
        raise UsageError(f"{port} cannot be opened ({reason}): {remedy}") from None


def _break(line: serial.Serial) -> bool:
    seen, give_up_s, next_s = b"", time.monotonic() + _BREAK_FOR_S, 0.0
    while time.monotonic() < give_up_s:
        if time.monotonic() >= next_s:
            next_s = time.monotonic() + _BREAK_EVERY_S
            line.write(_BREAK)
        seen = (seen + line.read(256))[-1024:]
        if seen.endswith(_PROMPT):
            return True
    return False


def _ask(line: serial.Serial) -> bool:
    client = _client()
    client.ask_prompt()
    return _hear(line, client, Accepted, _ASK_FOR_S) is not None and _break(line)


def _client() -> DeviceClient:
    return DeviceClient(random.SystemRandom().getrandbits(32))


def _hear(
    line: serial.Serial, client: DeviceClient, kind: type[Event], for_s: float
) -> Event | None:
    """Talk to the firmware until it says something of this kind; None if it does not."""
    client.opened(_now_ms())
    give_up_s = time.monotonic() + for_s
    while time.monotonic() < give_up_s:
        line.write(client.to_send(_now_ms()))
        client.receive(line.read(256), _now_ms())
        if client.is_closed:
            client.opened(_now_ms())
        while (event := client.next_event()) is not None:
            if isinstance(event, kind):
                return event
    return None


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000
