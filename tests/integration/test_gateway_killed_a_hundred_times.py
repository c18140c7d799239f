"""Gateway, broker and Secretariat, real and killed: each report is in the archive just once."""

import random
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.gateway.field import EPOCH_S, MASTER, Handset
from tests.integration.gateway_lives import Lives
from turna.deployment import GatewayPlan, TeamPlan, make_deployment
from turna_backbone.broker import Broker
from turna_backbone.child import die_with_parent

KILLS = 100
HANDSETS = 4
# Beyond the gateway's hundred.
SECRETARIAT_KILLS, BROKER_KILLS = 4, 6
# The gateway's clock runs this fast, so that its patience is short on the wall.
SPEED_PERMILLE = 10_000
TIMEOUT_S = 90.0

GATEWAY = """\
[mission]
kit = "mission.json"
keys = "gateway-hatay-1.keys.json"
[modem]
port = "pipe"
[backbone]
brokers = ["127.0.0.1:{port}"]
[status]
port = 0
[simulated_time]
speed_permille = {speed}
epoch_s = {epoch}
"""
SECRETARIAT = """\
[mission]
kit = "mission.json"
keys = "secretariat.keys.json"
[archive]
path = "archive.db"
[backbone]
brokers = ["127.0.0.1:{port}"]
[page]
port = {page}
"""


class Team(threading.Thread):
    """Handsets that write reports and repeat each until it is acknowledged."""

    def __init__(self, gateway: Lives, handsets: list[Handset]) -> None:
        super().__init__(daemon=True)
        self.acknowledged: set[tuple[int, int]] = set()
        self.waiting: dict[tuple[int, int], bytes] = {}
        self.writing = True
        self._gateway = gateway
        self._handsets = {handset.device: handset for handset in handsets}
        self._stopping = threading.Event()

    def run(self) -> None:
        seq = 0
        while not self._stopping.wait(0.02):
            if self.writing and len(self.waiting) < 200:
                seq += 1
                for handset in self._handsets.values():
                    self.waiting[handset.device, seq] = handset.seal(seq)
            for packet in list(self.waiting.values())[:20]:
                self._gateway.hear(packet)
            while not self._gateway.said.empty():
                self._note(self._gateway.said.get())

    def stop(self) -> None:
        self._stopping.set()
        self.join()

    def _note(self, said: bytes) -> None:
        for device, handset in self._handsets.items():
            for seq in handset.acknowledged(said):
                self.acknowledged.add((device, seq))
                self.waiting.pop((device, seq), None)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_fault_38_a_hundred_kills_under_load_lose_nothing_and_store_nothing_twice(
    tmp_path: Path, seed: int
) -> None:
    seeded = random.Random(seed)
    with Broker(tmp_path / "broker", ack_wait_s=5) as broker:
        settings = write_settings(tmp_path, broker.port)
        secretariat = start_secretariat(tmp_path)
        gateway = Lives(settings)
        team = Team(gateway, [Handset(device) for device in range(1, HANDSETS + 1)])
        team.start()
        try:
            for kill in range(1, KILLS + 1):
                time.sleep(seeded.uniform(0.02, 0.7))  # some lives end before they have begun
                gateway.kill()
                if kill % (KILLS // BROKER_KILLS) == 0:
                    broker.kill()
                    broker.start()
                if kill % (KILLS // SECRETARIAT_KILLS) == 0:
                    end(secretariat, signal.SIGKILL)
                    secretariat = start_secretariat(tmp_path)
                gateway.start()
            team.writing = False
            wait_until(lambda: not team.waiting)
            wait_until(lambda: team.acknowledged <= set(archived(tmp_path)))
            team.stop()
        finally:
            gateway.kill()
            end(secretariat, signal.SIGTERM)

    times = archived(tmp_path)
    assert len(team.acknowledged) > 10 * HANDSETS
    assert team.acknowledged == set(times)
    assert set(times.values()) == {1}


def write_settings(folder: Path, broker_port: int) -> Path:
    ids = tuple(f"{device:012x}" for device in range(1, HANDSETS + 1))
    make_deployment(
        folder,
        name="Hatay",
        mode="exercise",
        origin=(3_620_000, 3_616_000),
        epoch_s=EPOCH_S,
        region="KZ433",  # no duty cycle: the test is about losses, not about patience
        teams=[TeamPlan("AFAD", "tr", hardware_ids=ids)],
        gateways=[GatewayPlan("hatay-1", "tr")],
        master=MASTER,
    )
    with socket.create_server(("127.0.0.1", 0)) as probe:
        page_port = probe.getsockname()[1]
    (folder / "secretariat.toml").write_text(SECRETARIAT.format(port=broker_port, page=page_port))
    settings = folder / "gateway.toml"
    settings.write_text(GATEWAY.format(port=broker_port, speed=SPEED_PERMILLE, epoch=EPOCH_S))
    return settings


def start_secretariat(folder: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "turna", "secretariat", "run"]
    return subprocess.Popen(
        [*command, "--config", str(folder / "secretariat.toml")],
        preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509 - sets one flag, no more
    )


def end(process: "subprocess.Popen[bytes]", how: signal.Signals) -> None:
    process.send_signal(how)
    process.wait(TIMEOUT_S)


def archived(folder: Path) -> dict[tuple[int, int], int]:
    """Return how many reports the archive has under each device and number."""
    try:
        with sqlite3.connect(f"file:{folder}/archive.db?mode=ro", uri=True) as archive:
            counted = archive.execute(
                "SELECT device, seq, COUNT(*) FROM report GROUP BY device, seq"
            ).fetchall()
    except sqlite3.OperationalError:  # not made yet
        return {}
    return {(device, seq): times for device, seq, times in counted}


def wait_until(condition: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < give_up_at, "not reached in time"
        time.sleep(0.1)
