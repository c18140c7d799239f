"""The parts of the demo that are processes of their own, exactly as they run in the field."""

import json
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from turna_backbone.child import die_with_parent
from turna_secretariat.accounts import ADMINISTRATOR, OBSERVER, OFFICER, Accounts
from turna_secretariat.engines import sqlite_url
from turna_secretariat.signed_in import COOKIE

STOP_TIMEOUT_S = 8.0
ANSWER_TIMEOUT_S = 2.0
USUAL_PAGE_PORT = 8470
# Held by the demo that took the usual port: the Secretariat opens it only seconds later.
_TAKEN = b"\0turna demo, page %d" % USUAL_PAGE_PORT
# Who looks at the demo's page signs in by one of these names; all are made for it and gone with it.
VISITOR = "demo"
VISITORS = {VISITOR: OFFICER, "demo-observer": OBSERVER, "demo-administrator": ADMINISTRATOR}
_DUTY_OFFICER = "duty-officer"
# The last line of a traceback, or of a command that was used wrongly.
_NAMES_AN_ERROR = re.compile(r"turna \w+: |[\w.]+(Error|Exception)\b")
_JSON = {"content-type": "application/json"}


@dataclass(frozen=True, slots=True)
class Pace:
    """Simulated time as every process of the demo reads it."""

    epoch_s: int
    speed: float
    started_monotonic_s: float

    def toml(self) -> str:
        return (
            "[simulated_time]\n"
            f"epoch_s = {self.epoch_s}\n"
            f"speed_permille = {round(self.speed * 1000)}\n"
            f"started_monotonic_us = {round(self.started_monotonic_s * 1_000_000)}\n"
        )


class Service:
    """One `turna ... run` as a child process; its log is kept in the demo's folder."""

    def __init__(
        self,
        name: str,
        directory: Path,
        settings: str,
        port: int,
        headers: Mapping[str, str] | None = None,
        holds: socket.socket | None = None,
    ) -> None:
        self.name = name
        self._headers = headers or {}
        self.port = port
        self.address = f"http://127.0.0.1:{port}"
        self.settings = directory / f"{name}.toml"
        self.settings.write_text(settings, encoding="utf-8")
        self.log = directory / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._holds = holds  # what is to stay open as long as the service is wanted

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "turna", self.name, "run", "--config", str(self.settings)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,  # Ctrl-C in the terminal is the demo's to handle
                preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509  # sets one flag, no more
            )

    def failed(self) -> bool:
        return self._process is not None and self._process.poll() is not None

    def answers(self) -> bool:
        """Tell whether its web server serves."""
        try:
            self.get("/healthz")
        except urllib.error.HTTPError:
            return True  # it answers, if only that it is not well yet
        except OSError:
            return False
        return True

    def get(self, path: str) -> Any:
        """Return the JSON at an address of the service. OSError if it does not answer."""
        return self._ask(path, None)

    def post(self, path: str, words: dict[str, object] | None = None) -> Any:
        """Do what an address of the service stands for. OSError if it does not answer."""
        return self._ask(path, b"" if words is None else json.dumps(words).encode())

    def _ask(self, path: str, body: bytes | None) -> Any:
        request = urllib.request.Request(  # noqa: S310  # our own http address
            self.address + path,
            data=body,
            headers={"origin": self.address, **_JSON, **self._headers},
        )
        with urllib.request.urlopen(  # noqa: S310  # our own http address
            request, timeout=ANSWER_TIMEOUT_S
        ) as answer:
            return json.load(answer)

    def stop(self) -> None:
        """End it in good order, or after a while by force."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._holds is not None:
            self._holds.close()

    def last_words(self) -> str:
        """Return the last line of its log that tells of an error, for an error message."""
        lines = self.log.read_text(errors="replace").strip().splitlines()
        errors = [line for line in lines if " ERROR " in line or _NAMES_AN_ERROR.match(line)]
        return (errors or lines or ["it said nothing"])[-1]


def secretariat(
    directory: Path, *, broker_port: int, pace: Pace, password: str, officer: str
) -> Service:
    """Return the Secretariat with a visitor's account of each role, and the duty officer's."""
    accounts = Accounts(sqlite_url(directory / "people.db"))
    accounts.open()
    now_ms = pace.epoch_s * 1000
    for name, role in (*VISITORS.items(), (_DUTY_OFFICER, OFFICER)):
        person = {VISITOR: "Visitor of the demo", _DUTY_OFFICER: officer}.get(name)
        accounts.add(
            name,
            person=person or f"{role.capitalize()} of the demo",
            role=role,
            password=password,
            is_demo=True,
            now_ms=now_ms,
        )
    token = accounts.begin_session(accounts.named(_DUTY_OFFICER).id, now_ms)
    accounts.close()
    taken = _take_usual_port()
    port = USUAL_PAGE_PORT if taken else _free_port()
    settings = f"""\
[mission]
kit = "kit/mission.json"
keys = "kit/secretariat.keys.json"
[archive]
path = "secretariat.db"
[backbone]
brokers = ["127.0.0.1:{broker_port}"]
[page]
port = {port}
{pace.toml()}"""
    return Service("secretariat", directory, settings, port, {"cookie": f"{COOKIE}={token}"}, taken)


def gateway(
    directory: Path, *, name: str, modem_port: str, broker_port: int, pace: Pace
) -> Service:
    port = _free_port()
    settings = f"""\
[mission]
kit = "kit/mission.json"
keys = "kit/gateway-{name}.keys.json"
[store]
path = "gateway.db"
[modem]
port = "{modem_port}"
[backbone]
brokers = ["127.0.0.1:{broker_port}"]
[status]
port = {port}
{pace.toml()}"""
    return Service("gateway", directory, settings, port)


def _take_usual_port() -> socket.socket | None:
    """Return what keeps the usual port for this demo until it ends; None if it is taken."""
    if not _is_free(USUAL_PAGE_PORT):
        return None
    taken = socket.socket(socket.AF_UNIX)
    try:
        taken.bind(_TAKEN)  # a name without a file: Linux forgets it with the process
    except OSError:
        taken.close()
        return None
    return taken


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
