"""The Secretariat as a process on a real broker: killed between commits, it loses nothing."""

import json
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import pytest

from tests.secretariat.field import Field, position, sos
from tests.secretariat.live_page import PASSWORD, QUICK_HASHER
from tools.postgresql_server import Server
from turna_backbone import topics
from turna_backbone.broker import Broker
from turna_backbone.child import die_with_parent
from turna_backbone.clock import SystemClock
from turna_backbone.envelope import Presence, Receipt, ReceiptEnvelope, ReportEnvelope
from turna_backbone.mqtt import Address, Message, MqttEvent, MqttSession
from turna_protocol import delivery
from turna_secretariat.accounts import OFFICER, Accounts
from turna_secretariat.config import read_config
from turna_secretariat.signed_in import COOKIE

PATIENCE_S = 30.0
RECEIPTS = topics.receipt("tr", "hatay-1")


class Secretariat:
    """`turna secretariat run` as an operator starts it."""

    def __init__(self, directory: Path, broker: Broker, archive: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self._port = probe.getsockname()[1]
        self._settings = directory / "secretariat.toml"
        self._settings.write_text(
            f"""
            [mission]
            kit = "kit/mission.json"
            keys = "kit/secretariat.keys.json"
            [archive]
            {archive}
            [backbone]
            brokers = ["127.0.0.1:{broker.port}"]
            [page]
            port = {self._port}
            """
        )
        accounts = Accounts(read_config(self._settings).people, QUICK_HASHER)
        accounts.open()
        accounts.add("aylin", person="Aylin Demir", role=OFFICER, password=PASSWORD, now_ms=0)
        now_ms = SystemClock().unix_s() * 1000
        token = accounts.begin_session(accounts.named("aylin").id, now_ms)
        accounts.close()
        self._headers = {
            "cookie": f"{COOKIE}={token}",
            "origin": f"http://127.0.0.1:{self._port}",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "turna", "secretariat", "run"]
        self._process = subprocess.Popen(
            [*command, "--config", str(self._settings)],
            preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509  # sets one flag, no more
        )

    def end(self, how: signal.Signals) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        process.send_signal(how)
        return process.wait(PATIENCE_S)

    def fill_its_disk(self) -> None:
        """Let no file of the process grow any more: what a full disk does, for it alone."""
        assert self._process is not None
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (4096, 4096))

    def ends_by_itself(self) -> int:
        assert self._process is not None
        return self._process.wait(PATIENCE_S)

    def get(self, path: str) -> Any:
        return self._ask(path, None)

    def post(self, path: str) -> Any:
        return self._ask(path, b"")

    def _ask(self, path: str, body: bytes | None) -> Any:
        address = f"http://127.0.0.1:{self._port}{path}"
        request = urllib.request.Request(address, data=body, headers=self._headers)
        with urllib.request.urlopen(request, timeout=15) as answer:  # our own http address
            return json.load(answer)

    def is_connected(self) -> bool:
        try:
            return bool(self.get("/api/status")["feed"]["connected"])
        except OSError:
            return False


class Carrier:
    """A gateway as the backbone sees it: sends each report until its receipt has come."""

    def __init__(self, broker: Broker) -> None:
        self._inbox: Queue[MqttEvent] = Queue()
        self.session = MqttSession(
            addresses=(Address(broker.host, broker.port),),
            client_id="hatay-1",
            inbox=self._inbox,
            clock=SystemClock(),
            subscriptions=(RECEIPTS,),
        )
        self.receipts: list[Receipt] = []

    def send(self, carried: ReportEnvelope) -> None:
        wait_for(lambda: self.session.publish(topics.report("tr", "x"), carried.pack()) is not None)

    def states(self) -> dict[int, int]:
        """Return the highest state heard for each number so far."""
        while True:
            try:
                event = self._inbox.get_nowait()
            except Empty:
                break
            if isinstance(event, Message):
                self.receipts += ReceiptEnvelope.unpack(event.payload).receipts
                self.session.acknowledge(event.token)
        highest: dict[int, int] = {}
        for receipt in self.receipts:
            highest[receipt.seq] = max(receipt.state, highest.get(receipt.seq, 0))
        return highest


def wait_for(is_so: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < give_up_at, "waited in vain"
        time.sleep(0.05)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    with Broker(tmp_path / "broker", ack_wait_s=2) as broker:
        yield broker


@pytest.fixture
def carrier(broker: Broker) -> Iterator[Carrier]:
    carrier = Carrier(broker)
    carrier.session.start()
    yield carrier
    carrier.session.stop()


@pytest.fixture
def field(tmp_path: Path) -> Field:
    return Field(tmp_path / "kit")


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def archive(request: pytest.FixtureRequest) -> str:
    """Return the setting that says where the archive is."""
    if request.param == "sqlite":
        return 'path = "archive.db"'
    server: Server = request.getfixturevalue("postgresql")
    return f'postgresql = "{server.create(f"of_{uuid.uuid4().hex}")}"'


@pytest.fixture
def secretariat(tmp_path: Path, broker: Broker, archive: str) -> Iterator[Secretariat]:
    secretariat = Secretariat(tmp_path, broker, archive)
    yield secretariat
    secretariat.end(signal.SIGKILL)


@pytest.mark.slow
def test_fault_74_75_killed_between_reports_and_receipts_it_stores_each_once_and_answers_all(
    broker: Broker, carrier: Carrier, field: Field, secretariat: Secretariat
) -> None:
    reports = {seq: field.carried(position(), seq=seq) for seq in range(60)}
    secretariat.start()
    wait_for(secretariat.is_connected)
    for kill in range(2):
        for seq in range(kill * 20, kill * 20 + 20):
            carrier.send(reports[seq])
        secretariat.end(signal.SIGKILL)
        secretariat.start()
    wait_for(secretariat.is_connected)
    for carried in reports.values():  # a gateway sends again what it has no receipt for
        carrier.send(carried)

    wait_for(lambda: len(carrier.states()) == 60)
    counts = secretariat.get("/api/status")["counts"]
    assert counts["by_standing"] == {"authentic": 60}
    entries = [receipt.sealed for receipt in carrier.receipts if receipt.sealed]
    assert all(field.hears([entry]) for entry in entries)
    assert secretariat.end(signal.SIGTERM) == 0


@pytest.mark.slow
def test_a_persons_word_reaches_the_gateway_even_if_all_is_killed_right_after_it(
    broker: Broker, carrier: Carrier, field: Field, secretariat: Secretariat
) -> None:
    secretariat.start()
    wait_for(secretariat.is_connected)
    carrier.send(field.carried(sos(), seq=3))
    wait_for(lambda: carrier.states().get(3) == delivery.AT_SECRETARIAT)
    broker.kill()
    wait_for(lambda: not secretariat.is_connected())
    answer = secretariat.post("/api/reports/1/accepted")
    assert answer["person"] == "Aylin Demir"
    secretariat.end(signal.SIGKILL)

    broker.start()
    secretariat.start()

    wait_for(lambda: carrier.states().get(3) == delivery.READ)
    assert secretariat.get("/api/alarms") == []


@pytest.mark.slow
@pytest.mark.parametrize("archive", ["sqlite"], indirect=True)
def test_an_acceptance_that_the_broker_confirmed_and_then_forgot_still_reaches_the_gateway(
    tmp_path: Path, broker: Broker, carrier: Carrier, field: Field, secretariat: Secretariat
) -> None:
    secretariat.start()
    wait_for(secretariat.is_connected)
    carrier.send(field.carried(sos(), seq=3))
    wait_for(lambda: carrier.states().get(3) == delivery.AT_SECRETARIAT)
    carrier.session.stop()  # the broker keeps for it what comes
    secretariat.post("/api/reports/1/accepted")
    broker.kill()
    wait_for(lambda: not secretariat.is_connected())
    shutil.rmtree(tmp_path / "broker")  # its disk is a new one
    broker.start()
    wait_for(secretariat.is_connected)

    anew = Carrier(broker)
    anew.session.start()
    try:
        birth = Presence(True, b"boot-id1").pack()
        topic = topics.gateway_connection("tr", "hatay-1")
        wait_for(lambda: anew.session.publish(topic, birth, retain=True) is not None)
        wait_for(lambda: anew.states().get(3) == delivery.READ)
    finally:
        anew.session.stop()


@pytest.mark.slow
@pytest.mark.parametrize("archive", ["sqlite"], indirect=True)
def test_an_archive_put_back_from_a_copy_is_noticed_before_a_handset_can_tell(
    tmp_path: Path, broker: Broker, field: Field, secretariat: Secretariat
) -> None:
    assert field.mission.devices  # its kit is where the Secretariat looks for it
    secretariat.start()
    wait_for(secretariat.is_connected)
    secretariat.end(signal.SIGTERM)
    shutil.copy(tmp_path / "archive.db", tmp_path / "archive.copy")
    secretariat.start()
    wait_for(secretariat.is_connected)
    assert secretariat.get("/api/alarms") == [], "an ordinary start is none"
    secretariat.end(signal.SIGKILL)
    for leftover in tmp_path.glob("archive.db-*"):
        leftover.unlink()
    shutil.copy(tmp_path / "archive.copy", tmp_path / "archive.db")

    secretariat.start()

    wait_for(secretariat.is_connected)
    wait_for(lambda: secretariat.get("/api/alarms") != [])
    assert [one["kind"] for one in secretariat.get("/api/alarms")] == ["unknown_order"]


@pytest.mark.slow
@pytest.mark.parametrize("archive", ["sqlite"], indirect=True)
def test_on_a_full_disk_it_acknowledges_nothing_and_ends_with_1_and_later_goes_on(
    broker: Broker, carrier: Carrier, field: Field, secretariat: Secretariat
) -> None:
    secretariat.start()
    wait_for(secretariat.is_connected)
    secretariat.fill_its_disk()
    carrier.send(field.carried(position(), seq=1))

    assert secretariat.ends_by_itself() == 1
    assert carrier.states() == {}
    secretariat.start()
    wait_for(lambda: carrier.states() == {1: delivery.AT_SECRETARIAT})
