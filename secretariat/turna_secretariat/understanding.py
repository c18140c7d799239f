"""What messages carry: reports, what gateways say, and what is neither.

Reads and decides from the topic, the payload and the register; keeps nothing.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from turna_backbone import topics
from turna_backbone.bundle import unpack_bundle
from turna_backbone.down import DownState
from turna_backbone.envelope import GatewayHealth, Presence, ReportEnvelope
from turna_backbone.mqtt import Message
from turna_protocol.errors import MalformedError
from turna_secretariat.registry import Registry

log = logging.getLogger(__name__)

# Stands for the carrier of a report whose gateway used another's name or is not registered; no
# topic segment has parentheses, so no gateway can be called so.
UNPROVED_GATEWAY = "(unproved)"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A message that is no report, and why."""

    reason: str
    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class GatewayPresence:
    """A gateway has come or gone."""

    name: str
    country: str
    connected: bool


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """How a gateway is that is there."""

    name: str
    country: str
    health: dict[str, Any]


# What is kept of a message beside reports: that it came, or what a gateway said of itself.
Word = Refusal | GatewayPresence | Heartbeat


@dataclass(slots=True)
class Understood:
    """What a batch of messages carried, each kind in the order in which it came."""

    reports: list[ReportEnvelope] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    news: list[GatewayPresence | Heartbeat] = field(default_factory=list)
    # By whom, and what became of something that goes down.
    states: list[tuple[str, DownState]] = field(default_factory=list)
    # Countries in whose topics a report came under a name that is no gateway's there.
    foreign: set[str] = field(default_factory=set)


def understand(messages: Sequence[Message], registry: Registry) -> Understood:
    """Read every message; what cannot be read is a refusal and stops no other."""
    understood = Understood()
    for message in messages:
        try:
            _read(message, registry, understood)
        except MalformedError as error:
            understood.refusals.append(Refusal("malformed", message.topic, message.payload))
            log.debug("message refused topic=%r reason=%s", message.topic[:80], error)
        except Exception:
            log.exception("a message that cannot be read topic=%r", message.topic[:80])
            understood.refusals.append(Refusal("unreadable", message.topic, message.payload))
    return understood


def _read(message: Message, registry: Registry, understood: Understood) -> None:
    topic = topics.parse(message.topic)
    if topic.side == "u" or topic.leaf == "report":
        carried = _carried(message, topic)
        proved = [_with_proved_gateway(one, topic.country, registry) for one in carried]
        understood.reports.extend(proved)
        if any(one.gateway == UNPROVED_GATEWAY for one in proved):
            understood.foreign.add(topic.country)
    elif registry.gateway_country(topic.name) != topic.country:
        refusal = Refusal("foreign_gateway", message.topic, message.payload)
        understood.refusals.append(refusal)
    elif topic.leaf == "down-ack":
        understood.states.append((topic.name, DownState.unpack(message.payload)))
    elif topic.leaf == "conn":
        online = Presence.unpack(message.payload).online
        understood.news.append(GatewayPresence(topic.name, topic.country, online))
    elif topic.leaf == "health":
        health = GatewayHealth.unpack(message.payload)
        told = {name: getattr(health, name) for name in health.__slots__ if name != "boot_id"}
        understood.news.append(Heartbeat(topic.name, topic.country, told))
    else:
        raise MalformedError("not a topic the Secretariat reads")


def _carried(message: Message, topic: topics.Topic) -> list[ReportEnvelope]:
    """Return the one report on a handset's topic, or the bundle on a gateway's."""
    if topic.side == "u":
        return [ReportEnvelope.unpack(message.payload)]
    return unpack_bundle(message.payload, topic.name)


def _with_proved_gateway(
    carried: ReportEnvelope, country: str, registry: Registry
) -> ReportEnvelope:
    """Return the report; if its gateway is not of the topic's country, without its name.

    The broker lets a gateway write into its own country's topics only.  The handset's own tag
    proves the report, so it is filed all the same; no receipt follows, the carrier keeps it.
    """
    if registry.gateway_country(carried.gateway) == country:
        return carried
    log.warning("no gateway of its topic country=%s name=%r", country, carried.gateway)
    return replace(carried, gateway=UNPROVED_GATEWAY)
