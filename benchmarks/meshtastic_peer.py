"""meshtastic/python's way: protobuf, dictionary, JSON, paho; it keeps and proves nothing."""

import json
import threading
import time
from typing import Self

import paho.mqtt.client as paho
from meshtastic.mesh_interface import MeshInterface
from meshtastic.protobuf import mesh_pb2, portnums_pb2
from paho.mqtt.enums import CallbackAPIVersion
from pubsub import pub

TIMEOUT_S = 30.0


class Peer:
    """meshtastic/python with a callback that publishes each packet as JSON and waits for PUBACK."""

    def __init__(self, port: int) -> None:
        self._confirmed = 0
        self._all_confirmed = threading.Event()
        self._wanted = 0
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id="peer")
        self._client.on_publish = self._on_publish
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self._mesh = MeshInterface(noProto=True)
        self._mesh.nodesByNum, self._mesh.nodes = {}, {}  # as after its start with a real board
        pub.subscribe(self._on_receive, "meshtastic.receive")
        self._number = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pub.unsubscribe(self._on_receive, "meshtastic.receive")
        self._client.disconnect()
        self._client.loop_stop()

    def cpu_us(self, count: int, group: int) -> float:
        """Return the CPU of all threads for a packet, in groups."""
        frames = [self._frame() for _ in range(count)]
        began = time.process_time()
        for start in range(0, count, group):
            together = frames[start : start + group]
            self._wanted += len(together)
            self._all_confirmed.clear()
            for frame in together:
                self._mesh._handleFromRadio(frame)
            assert self._all_confirmed.wait(TIMEOUT_S)
        return (time.process_time() - began) / count * 1e6

    def _frame(self) -> bytes:
        self._number += 1
        position = mesh_pb2.Position(
            latitude_i=362000000 + self._number, longitude_i=361600000, altitude=80, time=1790000000
        )
        data = mesh_pb2.Data(
            portnum=portnums_pb2.POSITION_APP, payload=position.SerializeToString()
        )
        packet = mesh_pb2.MeshPacket(
            to=0xFFFFFFFF,
            id=self._number,
            rx_time=1790000000,
            rx_rssi=-100,
            rx_snr=5.0,
            decoded=data,
        )
        setattr(packet, "from", 1)
        frame: bytes = mesh_pb2.FromRadio(packet=packet).SerializeToString()
        return frame

    def _on_receive(self, packet: dict[str, object], interface: object) -> None:
        del interface
        self._client.publish("msh/json", json.dumps(packet, default=str), qos=1)

    def _on_publish(self, *_: object) -> None:
        self._confirmed += 1
        if self._confirmed == self._wanted:
            self._all_confirmed.set()
