"""What comes to the one thread that writes: the broker's events, and deeds of people."""

import queue
from dataclasses import dataclass

from turna_backbone.mqtt import MqttEvent
from turna_secretariat.asked import Asked
from turna_secretariat.down_desk import DownDeed
from turna_secretariat.emt import Daily

# So much is taken before anything is filed; the broker's own window is not larger.
BATCH_MAX = 200


@dataclass(frozen=True, slots=True)
class Deed(Asked):
    """What a person did with a report."""

    report_id: int
    did: str
    person: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class AlarmDeed(Asked):
    """A person closes an alarm that is no SOS."""

    alarm_id: int
    person: str


@dataclass(frozen=True, slots=True)
class NoticeDeed(Asked):
    """A person brings an official alert."""

    content: bytes
    person: str


@dataclass(frozen=True, slots=True)
class EmtDeed(Asked):
    """A person enters a medical team's day."""

    daily: Daily
    person: str


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
