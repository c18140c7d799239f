"""A real mosquitto with the deployed configuration and ACL; only port and folders differ."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Self

import pytest

from tests.integration.certificates import Authority
from tools.places import MOSQUITTO, ROOT
from turna_backbone.child import die_with_parent
from turna_backbone.credentials import Credentials
from turna_backbone.mqtt import Address

PROGRAM = MOSQUITTO / "mosquitto"
DEPLOYED = ROOT / "deploy" / "mosquitto"
TIMEOUT_S = 10.0

needs_mosquitto = pytest.mark.skipif(not PROGRAM.exists(), reason="`make setup` fetches mosquitto")


class Mosquitto:
    """Runs on one port of 127.0.0.1, the same one after a stop and a start."""

    def __init__(
        self, folder: Path, authority: Authority, certificate: Credentials | None = None
    ) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._authority = authority
        self._certificate = certificate or authority.issue("broker", host="127.0.0.1")
        self.address = Address("127.0.0.1", _free_port())
        (folder / "data").mkdir(parents=True, exist_ok=True)
        self.configuration = folder / "mosquitto.conf"
        self.configuration.write_text(self._configured())

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end(signal.SIGTERM)

    def start(self) -> None:
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(PROGRAM), "-c", str(self.configuration)],
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509 - two system calls
            )
        give_up_at = time.monotonic() + TIMEOUT_S
        while not self._answers():
            assert self._process.poll() is None, (self._folder / "log").read_text()
            assert time.monotonic() < give_up_at
            time.sleep(0.02)

    def end(self, how: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(how)
        self._process.wait(TIMEOUT_S)

    def lose_everything(self) -> None:
        """Forget sessions and messages, as a broker does whose disk was replaced."""
        for file in (self._folder / "data").iterdir():
            file.unlink()

    def _configured(self) -> str:
        text = (DEPLOYED / "mosquitto.conf").read_text()
        for deployed, ours in {
            "listener 8883": f"listener {self.address.port} 127.0.0.1",
            "/etc/mosquitto/ca.pem": str(self._authority.certificate),
            "/etc/mosquitto/crl.pem": str(self._authority.crl),
            "/etc/mosquitto/broker.pem": str(self._certificate.certificate),
            "/etc/mosquitto/broker.key": str(self._certificate.key),
            "/etc/mosquitto/acl": str(DEPLOYED / "acl"),
            "/var/lib/mosquitto/": f"{self._folder}/data/",
        }.items():
            assert deployed in text
            text = text.replace(deployed, ours)
        # Started as root it would give up its rights, and with them the test's folder.
        return text + ("user root\n" if os.geteuid() == 0 else "")

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((self.address.host, self.address.port)) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
