"""A session with a real broker, and what arrived for it."""

import queue
from typing import TypeVar

from turna_backbone.mqtt import Disconnected, Message, MqttEvent, MqttSession

TIMEOUT_S = 15.0
E = TypeVar("E", bound=MqttEvent)


class Peer:
    """A session and what arrived for it."""

    def __init__(self, session: MqttSession, inbox: "queue.Queue[MqttEvent]") -> None:
        self.session = session
        self.inbox = inbox

    def next(self, kind: type[E]) -> E:
        """Return the next event of this kind, passing over others."""
        while True:
            event = self.inbox.get(timeout=TIMEOUT_S)
            if isinstance(event, kind):
                return event

    def is_told(self, text: str) -> bool:
        """Wait for a reason that says this; an alert may be lost with the connection it ends."""
        while text not in self.next(Disconnected).reason:
            pass
        return True

    def messages(self) -> list[tuple[str, bytes]]:
        """Return what has been delivered so far."""
        events = [self.inbox.get_nowait() for _ in range(self.inbox.qsize())]
        return [(e.topic, e.payload) for e in events if isinstance(e, Message)]
