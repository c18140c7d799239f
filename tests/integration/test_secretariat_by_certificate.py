"""`turna secretariat run` at the deployed mosquitto: by certificate, with JSON for others."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.integration.mosquitto import needs_mosquitto
from tests.integration.test_mosquitto_tls import Net
from tests.secretariat.field import Field, position
from turna_backbone import topics
from turna_backbone.child import die_with_parent
from turna_backbone.envelope import Presence, ReceiptEnvelope
from turna_backbone.mqtt import Message, Published

pytestmark = needs_mosquitto
PATIENCE_S = 30.0


@pytest.fixture
def net(tmp_path: Path) -> Iterator[Net]:
    with ExitStack() as stack:
        yield Net(tmp_path, stack)


@pytest.fixture
def field(tmp_path: Path) -> Field:
    return Field(tmp_path / "kit")


@pytest.fixture
def secretariat(net: Net, field: Field, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    del field
    ours = net.authority.issue("secretariat")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings = tmp_path / "secretariat.toml"
    settings.write_text(
        f"""
        [mission]
        kit = "kit/mission.json"
        keys = "kit/secretariat.keys.json"
        [archive]
        [backbone]
        brokers = ["{net.broker.address.host}:{net.broker.address.port}"]
        ca = "{ours.ca}"
        certificate = "{ours.certificate}"
        key = "{ours.key}"
        json_feed = true
        [page]
        port = {port}
        """
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "turna", "secretariat", "run", "--config", str(settings)],
        preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509  # sets one flag, no more
    )
    yield process
    process.terminate()
    process.wait(PATIENCE_S)


@pytest.mark.usefixtures("secretariat")
def test_a_gateway_is_receipted_and_a_dashboard_is_told_and_neither_hears_the_others_topics(
    net: Net, field: Field
) -> None:
    told = topics.decoded("tr", "tur01-1", actual=False)
    dashboard = net.member("dashboard", "ots/#")
    gateway = net.member("hatay-1", "ots/#")
    online = gateway.next(Message)
    assert (online.topic, Presence.unpack(online.payload).online) == (
        topics.SECRETARIAT_CONNECTION,
        True,
    )

    report = topics.report("tr", "tur01-1")
    gateway.session.publish(report, field.carried(position(), seq=7).pack())

    decoded = dashboard.next(Message)
    assert (decoded.topic, json.loads(decoded.payload)["seq"]) == (told, 7)
    heard = gateway.next(Message)
    while heard.topic != topics.receipt("tr", "hatay-1"):
        heard = gateway.next(Message)
    assert ReceiptEnvelope.unpack(heard.payload).receipts[0].seq == 7

    for stranger in (gateway, dashboard):
        stranger.session.publish(told, b"{}")
        stranger.next(Published)
    dashboard.session.publish(report, b"forged")
    dashboard.next(Published)
    assert [topic for topic, _ in dashboard.messages()] == []
    assert all("json" not in topic for topic, _ in gateway.messages())
