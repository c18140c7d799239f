"""What comes to the one thread that writes: the broker's events, and deeds of people."""

import queue
from dataclasses import dataclass, field
from threading import Event

from turna_backbone.mqtt import MqttEvent
from turna_secretariat.down_desk import DownDeed
from turna_secretariat.emt import Daily

# So much is taken before anything is filed; the broker's own window is not larger.
BATCH_MAX = 200


@dataclass(frozen=True, slots=True)
class Deed:
    """What a person did with a report; `done` is set when it is filed, or `errors` says why not."""

    report_id: int
    did: str
    person: str
    reason: str | None = None
    done: Event = field(default_factory=Event)
    errors: list[Exception] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class AlarmDeed:
    """A person closes an alarm that is no SOS; `done` and `errors` as with a `Deed`."""

    alarm_id: int
    person: str
    done: Event = field(default_factory=Event)
    errors: list[Exception] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class NoticeDeed:
    """A person brings an official alert; `done` and `errors` as with a `Deed`."""

    content: bytes
    person: str
    done: Event = field(default_factory=Event)
    errors: list[Exception] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class EmtDeed:
    """A person enters a medical team's day; `done` and `errors` as with a `Deed`."""

    daily: Daily
    person: str
    done: Event = field(default_factory=Event)
    errors: list[Exception] = field(default_factory=list)


AnyDeed = Deed | AlarmDeed | NoticeDeed | EmtDeed | DownDeed
Incoming = MqttEvent | AnyDeed
Inbox = queue.Queue[Incoming]


def drain(inbox: Inbox, wait_s: float) -> list[Incoming]:
    """Return what is there, waiting for the first."""
    events: list[Incoming] = []
    try:
        events.append(inbox.get(timeout=wait_s))
        while len(events) < BATCH_MAX:
            events.append(inbox.get_nowait())
    except queue.Empty:
        pass
    return events
