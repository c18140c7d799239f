"""The whole Secretariat but its broker, serving on a port of this machine."""

import queue
import socket
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import uvicorn

from tests.secretariat.field import EPOCH_S, Field
from turna.deployment import TeamPlan
from turna_backbone import topics
from turna_backbone.clock import SteppedClock
from turna_backbone.envelope import ReportEnvelope
from turna_backbone.mqtt import Connected, Disconnected, Message
from turna_protocol import keys
from turna_secretariat.archive import Archive
from turna_secretariat.desk import Desk
from turna_secretariat.registry import Registry
from turna_secretariat.subscriber import Inbox, Subscriber
from turna_secretariat.web import create_page

BIRTH = (topics.SECRETARIAT_CONNECTION, b"here")


class SilentBroker:
    """Confirms nothing, keeps what it is given."""

    def __init__(self) -> None:
        self.published: list[tuple[str, bytes]] = []

    def publish(
        self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False
    ) -> int | None:
        del qos, retain
        self.published.append((topic, payload))
        return len(self.published)

    def acknowledge(self, token: int) -> None:
        return


class LivePage:
    """Subscriber, archive and page in threads; a test plays the field."""

    def __init__(self, directory: Path, teams: Sequence[TeamPlan] | None = None) -> None:
        self.field = Field(directory / "kit", *(() if teams is None else (teams,)))
        self.registry = Registry(self.field.mission, keys.authentication_branch(self.field.master))
        self.archive = Archive.in_file(directory / "archive.db")
        self.clock = SteppedClock(epoch_s=EPOCH_S + 60)
        self.inbox: Inbox = queue.Queue()
        self.broker = SilentBroker()
        self._subscriber = Subscriber(
            desk=Desk(self.archive, self.registry, self.field.mission.frame),
            registry=self.registry,
            session=self.broker,
            inbox=self.inbox,
            clock=self.clock,
            birth=BIRTH,
        )
        self._stopping = threading.Event()
        self._worker = threading.Thread(target=self._subscriber.run, args=(self._stopping,))
        self._port = 0
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        self.archive.open()
        self._worker.start()
        self.inbox.put(Connected(session_present=False))
        self.serve()
        return self

    def __exit__(self, *_: object) -> None:
        self.cut_off()
        self._stopping.set()
        self._worker.join()
        self.archive.close()

    def serve(self) -> None:
        """Open the page, on the same port as before if it was open."""
        listening = socket.create_server(("127.0.0.1", self._port))
        self._port = listening.getsockname()[1]
        page = create_page(
            archive=self.archive,
            registry=self.registry,
            inbox=self.inbox,
            clock=self.clock,
            feed=self._subscriber.as_json,
            closing=lambda: server.should_exit,
        )
        config = uvicorn.Config(page, log_config=None, timeout_graceful_shutdown=2)
        self._server = server = uvicorn.Server(config)
        self._thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        self._thread.start()

    def cut_off(self) -> None:
        """Close the page; what arrives meanwhile is filed all the same."""
        assert self._server is not None
        assert self._thread is not None
        self._server.should_exit = True
        self._thread.join()

    def backbone(self, *, up: bool) -> None:
        self.inbox.put(Connected(session_present=True) if up else Disconnected("cut"))

    def arrives(self, *envelopes: ReportEnvelope) -> None:
        for envelope in envelopes:
            topic = topics.report("tr", f"device-{envelope.device}")
            self.inbox.put(Message(topic, envelope.pack(), False, 1))
