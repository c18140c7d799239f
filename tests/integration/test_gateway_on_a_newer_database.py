"""A real gateway process on a database of a later version: it shows, and touches nothing."""

import json
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.faults.storing import checkpoint
from tests.gateway.field import EPOCH_S, SOS, Field, Handset
from turna.__main__ import main
from turna.deployment import GatewayPlan, TeamPlan, make_deployment

SETTINGS = """\
[mission]
kit = "kit/mission.json"
keys = "kit/gateway-hatay-1.keys.json"
[modem]
port = "none"
[backbone]
brokers = ["127.0.0.1:1"]
[status]
port = {port}
"""


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    make_deployment(
        tmp_path / "kit",
        name="Hatay",
        mode="exercise",
        origin=(3_620_000, 3_616_000),
        epoch_s=EPOCH_S,
        region="TR433",
        teams=[TeamPlan("AFAD", "tr")],
        gateways=[GatewayPlan("hatay-1", "tr")],
    )
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    path = tmp_path / "gateway.toml"
    path.write_text(SETTINGS.format(port=port))
    return path


def newer_database(path: Path) -> bytes:
    """Let a gateway hear an SOS, and a later version have taken its database over since."""
    field = Field(path.parent)
    field.hear(Handset(1).seal(1, SOS))
    checkpoint(field.store)
    field.store.close()
    with sqlite3.connect(path) as db:
        db.executescript("PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return path.read_bytes()


def test_fault_43_a_newer_database_is_shown_with_an_alarm_and_left_alone(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = newer_database(settings.parent / "gateway.db")
    command = [sys.executable, "-m", "turna", "gateway", "run", "--config", str(settings)]
    log = (settings.parent / "log").open("wb")
    with log, subprocess.Popen(command, stderr=log, stdout=log) as gateway:
        try:
            gives_up_at = time.monotonic() + 60
            while main(["gateway", "status", "--config", str(settings), "--json"]) != 0:
                assert gateway.poll() is None
                assert time.monotonic() < gives_up_at
                capsys.readouterr()
                time.sleep(0.1)
            status = json.loads(capsys.readouterr().out)
            health = main(["gateway", "healthcheck", "--config", str(settings)])
            said = capsys.readouterr().out
        finally:
            gateway.send_signal(signal.SIGTERM)
        assert gateway.wait(20) == 0

    assert status["waiting"]["sos"] == 1
    names = [alarm["name"] for alarm in status["alarm_details"]]
    assert "newer_store" in names
    assert not {"modem", "backbone"} & set(names), "what follows from it is no trouble of its own"
    assert health == 2
    assert "nothing is heard, stored or sent" in said
    assert (settings.parent / "gateway.db").read_bytes() == before
