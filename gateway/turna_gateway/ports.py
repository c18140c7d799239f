"""What the gateway asks of the world: a radio, a backbone, and the events that reach its inbox.

The inbox takes these events and those of `turna_backbone.mqtt`; whoever produces an event only puts
it there and returns.  Everything that decides runs in the one thread that empties it.
"""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from turna_backbone.mqtt import MqttEvent


class PacketHeard(NamedTuple):
    """A packet from the air.  `heard_at_ms` is on the gateway's clock; `number` is for `taken`."""

    packet: bytes
    rssi_dbm: int
    snr_db_x4: int
    heard_at_ms: int
    number: int


@dataclass(frozen=True, slots=True)
class Transmitted:
    """A packet handed to the radio left the antenna (`ok`) or never will."""

    token: int
    ok: bool


@dataclass(frozen=True, slots=True)
class RadioUp:
    """The modem is there and its radio is set as asked; `boot_id` tells its runs apart."""

    board: str
    unique_id: bytes
    boot_id: bytes


@dataclass(frozen=True, slots=True)
class RadioDown:
    """No usable modem, for this reason; what it was handed is kept and sent when one is back."""

    reason: str


@dataclass(frozen=True, slots=True)
class ModemState:
    """One of several modems: which board it is, once it was there, and what is wrong with it."""

    trouble: str
    board: str = ""
    unique_id: str = ""


@dataclass(frozen=True, slots=True)
class RadioCounts:
    """What the serial line swallowed: frames that made no sense, packets the modem had to drop."""

    undecodable: int
    malformed: int
    lost: int


@dataclass(frozen=True, slots=True)
class Stop:
    """Somebody asked the process to end in good order."""


RadioEvent = PacketHeard | Transmitted | RadioUp | RadioDown | RadioCounts
Event = RadioEvent | MqttEvent | Stop


class Inbox(Protocol):
    """Where events go: a `queue.SimpleQueue`; safe from any thread."""

    def put_nowait(self, item: Event) -> None: ...


class RadioInbox(Protocol):
    """Where a modem's own events go."""

    def put_nowait(self, item: RadioEvent) -> None: ...


class Radio(Protocol):
    """The modem as the gateway's one thread uses it; neither call blocks."""

    def transmit(self, packet: bytes, *, priority: int) -> int:
        """Queue a packet, highest priority first; its `Transmitted` carries the returned token."""
        ...

    def taken(self, number: int) -> None:
        """Say that packets heard up to `number` are committed: the modem may forget them."""
        ...


class Modem(Radio, Protocol):
    """A radio with a life of its own: a thread that puts events into the inbox."""

    def start(self) -> None: ...
    def stop(self) -> None: ...

    def alive(self) -> bool:
        """Tell whether its thread still looks after the port."""
        ...


class Uplink(Protocol):
    """The backbone as the gateway's one thread uses it; `MqttSession` is one."""

    def room(self) -> int:
        """Return how many messages may be published now; 0 while there is no backbone."""
        ...

    def publish(
        self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False
    ) -> int | None:
        """Send once; the token that `Published` will carry, or None if there was no room."""
        ...

    def acknowledge(self, token: int) -> None:
        """Tell the broker that a message is safe and need not come again."""
        ...
