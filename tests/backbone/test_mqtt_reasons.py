"""Why there is no connection, in one sentence that names no address twice."""

import queue
import socket

from turna_backbone.clock import SystemClock
from turna_backbone.mqtt import Address, Disconnected, MqttEvent, MqttSession


def test_a_broker_that_is_not_there_is_named_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        address = Address("127.0.0.1", probe.getsockname()[1])
    inbox: queue.SimpleQueue[MqttEvent] = queue.SimpleQueue()
    session = MqttSession(addresses=[address], client_id="lone", inbox=inbox, clock=SystemClock())
    session.start()
    told = inbox.get(timeout=20)
    session.stop()

    assert told == Disconnected("Connection refused", f"127.0.0.1:{address.port}")
