"""What an MQTT session is told and tells its owner: values only."""

from dataclasses import dataclass
from typing import NamedTuple

# MQTT 5, 2.4: the broker took the publication, and nobody has subscribed to its topic.
NOBODY_LISTENS = 0x10


@dataclass(frozen=True, slots=True)
class Connected:
    """The broker, by its host and port if it has any, accepted connection and subscriptions."""

    session_present: bool
    broker: str = ""


@dataclass(frozen=True, slots=True)
class Disconnected:
    """No connection (any more); nothing unconfirmed will be confirmed.

    `broker` is its address, which the reason does not repeat.
    """

    reason: str
    broker: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A message arrived; hand `token` to `acknowledge` once what it says is safe."""

    topic: str
    payload: bytes
    retained: bool
    token: int


class Published(NamedTuple):
    """The broker answered a publication; `accepted` is False if it said no.

    `code` is MQTT 5's reason; under 3.1.1 a broker that drops a publication says nothing about it.
    After a publication with QoS 0 it says only that the message was sent.
    """

    token: int
    accepted: bool
    code: int = 0


@dataclass(frozen=True, slots=True)
class Address:
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker publishes, retained, when this session dies without a farewell."""

    topic: str
    payload: bytes


MqttEvent = Connected | Disconnected | Message | Published
