"""What the subscriber asks of the world: an MQTT session, and somebody who counts."""

from collections.abc import Callable
from typing import Protocol

Count = Callable[[str, int], None]


class Session(Protocol):
    """What is needed of an MQTT session."""

    def publish(
        self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False
    ) -> int | None: ...
    def acknowledge(self, token: int) -> None: ...
