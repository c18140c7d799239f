"""A real gateway process and a real broker: stopped, started twice, on a full disk."""

import os
import queue
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.gateway.field import EPOCH_S, MASTER, Handset, carried, is_authentic, receipt_for
from turna.deployment import GatewayPlan, TeamPlan, make_deployment
from turna_backbone import topics
from turna_backbone.broker import Broker
from turna_backbone.clock import SystemClock
from turna_backbone.envelope import ReceiptEnvelope, ReportEnvelope
from turna_backbone.mqtt import Address, BackOff, Message, MqttEvent, MqttSession

HANDSETS = 4
# The gateway's clock runs this fast, so that its patience is short on the wall.
SPEED_PERMILLE = 20_000
TIMEOUT_S = 60.0

SETTINGS = """\
[mission]
kit = "mission.json"
keys = "gateway-hatay-1.keys.json"
[modem]
port = "lines"
[backbone]
brokers = ["127.0.0.1:{port}"]
[status]
port = 0
[simulated_time]
speed_permille = {speed}
epoch_s = {epoch}
"""


class Secretariat(threading.Thread):
    """Keeps every report, then acknowledges it, then sends its receipt."""

    def __init__(self, port: int, handsets: dict[int, Handset]) -> None:
        super().__init__(daemon=True)
        self.reports: dict[tuple[int, int, bytes], ReportEnvelope] = {}
        self.forged = 0
        self._handsets = handsets
        self._seeded = random.Random(1)
        self._inbox: queue.Queue[MqttEvent] = queue.Queue()
        self._stopping = threading.Event()
        self._session = MqttSession(
            addresses=[Address("127.0.0.1", port)],
            client_id="secretariat",
            inbox=self._inbox,
            clock=SystemClock(),
            subscriptions=topics.REPORT_FILTERS,
            back_off=BackOff(first_ms=50, limit_ms=200),
        )

    def run(self) -> None:
        self._session.start()
        while not self._stopping.is_set():
            try:
                event = self._inbox.get(timeout=0.1)
            except queue.Empty:
                continue
            if isinstance(event, Message):
                self._take(event)
        self._session.stop()

    def stop(self) -> None:
        self._stopping.set()
        self.join()

    def _take(self, message: Message) -> None:
        envelopes = carried(message.topic, message.payload)
        receipts = []
        for envelope in envelopes:
            handset = self._handsets[envelope.device]
            self.forged += not is_authentic(envelope, handset)
            self.reports[envelope.device, envelope.seq, envelope.digest] = envelope
            receipts.append(receipt_for(envelope, handset))
        self._session.acknowledge(message.token)
        gateway = envelopes[0].gateway
        answer = ReceiptEnvelope(tuple(receipts))
        self._session.publish(topics.receipt("tr", gateway), answer.pack())
        # Whatever else is said on the gateway's topics harms nothing.
        garbage = self._seeded.randbytes(self._seeded.randrange(200))
        self._session.publish(topics.receipt("tr", gateway), garbage, qos=0)
        self._session.publish(topics.SECRETARIAT_CONNECTION, garbage, qos=0)


class GatewayProcess:
    """The gateway, and what its radio said in all its lives."""

    def __init__(self, settings: Path) -> None:
        self._settings = settings
        self._log = (settings.parent / "gateway.log").open("ab")
        self.said: queue.Queue[bytes] = queue.Queue()
        self.start()

    def start(self, file_limit_bytes: int = resource.RLIM_INFINITY) -> None:
        """Start it; no file of its can grow beyond the limit, as on a full disk."""
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.gateway_process", str(self._settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=environment,
        )
        limits = (file_limit_bytes, resource.RLIM_INFINITY)
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, limits)
        threading.Thread(target=self._listen, args=(self._process,), daemon=True).start()

    def hear(self, packet: bytes) -> None:
        """Let a packet arrive; a dead gateway hears nothing."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError, ValueError):  # killed; and its pipe is closed
            self._process.stdin.write(f"heard {packet.hex()}\n".encode())
            self._process.stdin.flush()

    def wait(self) -> int:
        """Return its exit code when it has ended by itself."""
        return self._process.wait(TIMEOUT_S)

    def end(self, how: signal.Signals) -> int:
        self._process.send_signal(how)
        code = self._process.wait(20)
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        return code

    def _listen(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                self.said.put(bytes.fromhex(line.split()[1].decode()))


class Team(threading.Thread):
    """Handsets that write reports and repeat each until it is acknowledged."""

    def __init__(self, gateway: GatewayProcess, handsets: dict[int, Handset]) -> None:
        super().__init__(daemon=True)
        self.acknowledged: set[tuple[int, int]] = set()
        self.waiting: dict[tuple[int, int], bytes] = {}
        self.writing = True
        self._gateway = gateway
        self._handsets = handsets
        self._stopping = threading.Event()

    def run(self) -> None:
        seq = 0
        while not self._stopping.wait(0.02):
            if self.writing:
                seq += 1
                for handset in self._handsets.values():
                    self.waiting[handset.device, seq] = handset.seal(seq)
            for packet in list(self.waiting.values())[:20]:
                self._gateway.hear(packet)
            self._listen()

    def stop(self) -> None:
        self._stopping.set()
        self.join()

    def _listen(self) -> None:
        while True:
            try:
                said = self._gateway.said.get_nowait()
            except queue.Empty:
                return
            for device, handset in self._handsets.items():
                heard = {(device, seq) for seq in handset.acknowledged(said)}
                self.acknowledged |= heard
                for key in heard:
                    self.waiting.pop(key, None)


@pytest.fixture
def handsets(tmp_path: Path) -> dict[int, Handset]:
    made = make_deployment(
        tmp_path,
        name="Hatay",
        mode="exercise",
        origin=(3_620_000, 3_616_000),
        epoch_s=EPOCH_S,
        region="KZ433",  # no duty cycle: the test is about losses, not about patience
        teams=[
            TeamPlan("AFAD", "tr", hardware_ids=tuple(f"{n:012x}" for n in range(1, HANDSETS + 1)))
        ],
        gateways=[GatewayPlan("hatay-1", "tr")],
        master=MASTER,
    )
    return {device.device: Handset(device.device) for device in made.devices}


@contextmanager
def running(tmp_path: Path, broker: Broker) -> Iterator[GatewayProcess]:
    settings = tmp_path / "gateway.toml"
    settings.write_text(SETTINGS.format(port=broker.port, speed=SPEED_PERMILLE, epoch=EPOCH_S))
    gateway = GatewayProcess(settings)
    try:
        yield gateway
    finally:
        gateway.end(signal.SIGKILL)


def test_a_gateway_that_is_asked_to_stop_says_farewell_and_leaves_with_code_0(
    tmp_path: Path, handsets: dict[int, Handset]
) -> None:
    with Broker(tmp_path / "broker") as broker, running(tmp_path, broker) as gateway:
        team = Team(gateway, handsets)
        team.start()
        wait_until(lambda: len(team.acknowledged) > 10)
        team.stop()

        assert gateway.end(signal.SIGTERM) == 0


def test_fault_48_a_full_disk_ends_the_gateway_and_nothing_is_acknowledged_that_is_not_stored(
    tmp_path: Path, handsets: dict[int, Handset]
) -> None:
    with Broker(tmp_path / "broker", ack_wait_s=1) as broker:
        secretariat = Secretariat(broker.port, handsets)
        secretariat.start()
        with running(tmp_path, broker) as gateway:
            gateway.end(signal.SIGKILL)
            gateway.start(file_limit_bytes=250_000)
            team = Team(gateway, handsets)
            team.start()
            assert gateway.wait() == 1
            team.writing = False
            assert team.acknowledged

            gateway.start()
            wait_until(lambda: not team.waiting)
            wait_until(lambda: team.acknowledged <= at_secretariat(secretariat))
            team.stop()
        secretariat.stop()

    assert len(secretariat.reports) == len(team.acknowledged)


def test_fault_42_a_second_gateway_on_the_same_store_is_refused_in_one_sentence(
    tmp_path: Path, handsets: dict[int, Handset]
) -> None:
    with Broker(tmp_path / "broker") as broker, running(tmp_path, broker) as gateway:
        team = Team(gateway, handsets)
        team.start()
        wait_until(lambda: bool(team.acknowledged))

        command = [sys.executable, "-m", "turna", "gateway", "run", "--config"]
        second = subprocess.run(
            [*command, str(tmp_path / "gateway.toml")], capture_output=True, text=True, check=False
        )
        team.stop()

    assert second.returncode == 2
    assert "another gateway process is using it" in second.stderr
    assert len(second.stderr.splitlines()) == 1


def at_secretariat(secretariat: Secretariat) -> set[tuple[int, int]]:
    return {(device, seq) for device, seq, _ in list(secretariat.reports)}


def wait_until(condition: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < give_up_at, "not reached in time"
        time.sleep(0.05)
