"""Files what messages carry so that one that cannot be filed never stops the others.

A failure of the archive itself is not handled here: nothing may be acknowledged after it.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from turna_backbone import topics
from turna_backbone.bundle import unpack_bundle
from turna_backbone.down import DownState
from turna_backbone.envelope import GatewayHealth, Presence, ReportEnvelope
from turna_backbone.mqtt import Message
from turna_protocol.errors import MalformedError
from turna_secretariat.archive import is_storage_failure
from turna_secretariat.desk import Desk, GatewayNews, Refusal
from turna_secretariat.ports import Count
from turna_secretariat.receipts import Outgoing
from turna_secretariat.registry import Registry

log = logging.getLogger(__name__)

# Stands for the carrier of a report whose gateway used another's name or is not registered; no
# topic segment has parentheses, so no gateway can be called so.
UNPROVED_GATEWAY = "(unproved)"

_Item = TypeVar("_Item")
_Keeping = Callable[[Sequence[_Item]], list[Outgoing]]


class Intake:
    """Turns a batch of messages into at most a few commits and the receipts that follow."""

    def __init__(self, desk: Desk, registry: Registry, count: Count) -> None:
        self._desk = desk
        self._registry = registry
        self._count = count

    def take(self, messages: Sequence[Message], now_ms: int) -> list[Outgoing]:
        """File every message in one way or another; when this returns, all may be acknowledged."""
        reports: list[ReportEnvelope] = []
        news: list[GatewayNews] = []
        refusals: list[Refusal] = []
        states: list[tuple[str, DownState]] = []
        foreign: set[str] = set()
        for message in messages:
            try:
                understood = self._understand(message, foreign)
            except MalformedError as error:
                refusals.append(Refusal("malformed", message.topic, message.payload))
                log.debug("message refused topic=%r reason=%s", message.topic[:80], error)
            except Exception:
                log.exception("a message that cannot be read topic=%r", message.topic[:80])
                refusals.append(Refusal("unreadable", message.topic, message.payload))
            else:
                if isinstance(understood, list):
                    reports.extend(understood)
                elif isinstance(understood, tuple):
                    states.append(understood)
                else:
                    (news if isinstance(understood, GatewayNews) else refusals).append(understood)  # type: ignore[arg-type]  # each to its own kind
        outgoing = self._file(reports, now_ms)
        words: list[Refusal | GatewayNews] = [*refusals, *news]
        self._keep_words(words, lambda some: self._note(some, now_ms), now_ms)
        self._keep_words(states, lambda some: self._told(some, now_ms), now_ms)
        alarms = sorted(foreign)
        self._keep_words(alarms, lambda some: self._alarm_foreign(some, now_ms), now_ms)
        started = sorted({n.name for n in news if n.connected and n.health is None})
        outgoing += self._keep_words(started, lambda some: self._started(some, now_ms), now_ms)
        if refusals:
            self._count("refused", len(refusals))
            log.warning("messages refused count=%d", len(refusals))
        return outgoing

    def take_up(self, now_ms: int) -> list[Outgoing]:
        """Try anew what could not be filed: perhaps this Turna can."""
        outgoing: list[Outgoing] = []
        for number, payload in self._desk.quarantined():
            try:
                envelope = ReportEnvelope.unpack(payload)
                outgoing += self._desk.file_again(number, envelope, now_ms)
            except Exception as error:
                if is_storage_failure(error):
                    raise
                log.warning("still kept raw number=%d: %s", number, type(error).__name__)
            else:
                log.info("filed what was kept raw device=%d seq=%d", envelope.device, envelope.seq)
                self._count("reports filed", 1)
        return outgoing

    def _note(self, words: Sequence[Refusal | GatewayNews], now_ms: int) -> list[Outgoing]:
        refusals = [word for word in words if isinstance(word, Refusal)]
        self._desk.note(refusals, [w for w in words if isinstance(w, GatewayNews)], now_ms)
        return []

    def _told(self, states: Sequence[tuple[str, DownState]], now_ms: int) -> list[Outgoing]:
        unknown = self._desk.down.told(states, now_ms)
        self._count("states of what was never said", unknown)
        return []

    def _alarm_foreign(self, details: Sequence[str], now_ms: int) -> list[Outgoing]:
        for detail in details:
            self._desk.alarm_once("foreign_gateway", detail, now_ms)
        return []

    def _started(self, gateways: Sequence[str], now_ms: int) -> list[Outgoing]:
        outgoing = []
        for name in gateways:
            self._desk.down.gateway_started(name, now_ms)
            outgoing += self._desk.tell_again(name, now_ms)
        return outgoing

    def _understand(
        self, message: Message, foreign: set[str]
    ) -> list[ReportEnvelope] | tuple[str, DownState] | GatewayNews | Refusal:
        topic = topics.parse(message.topic)
        if topic.side == "u":
            carried = ReportEnvelope.unpack(message.payload)
            return [self._with_proved_gateway(carried, topic.country, foreign)]
        if topic.leaf == "report":
            bundle = unpack_bundle(message.payload, topic.name)
            return [self._with_proved_gateway(one, topic.country, foreign) for one in bundle]
        if self._registry.gateway_country(topic.name) != topic.country:
            return Refusal("foreign_gateway", message.topic, message.payload)
        if topic.leaf == "down-ack":
            return topic.name, DownState.unpack(message.payload)
        if topic.leaf == "conn":
            presence = Presence.unpack(message.payload)
            return GatewayNews(topic.name, topic.country, presence.online)
        if topic.leaf == "health":
            health = GatewayHealth.unpack(message.payload)
            told = {name: getattr(health, name) for name in health.__slots__ if name != "boot_id"}
            return GatewayNews(topic.name, topic.country, connected=True, health=told)
        raise MalformedError("not a topic the Secretariat reads")

    def _with_proved_gateway(
        self, carried: ReportEnvelope, country: str, foreign: set[str]
    ) -> ReportEnvelope:
        """Return the report; if its gateway is not of the topic's country, without its name.

        The broker lets a gateway write into its own country's topics only.  The handset's own tag
        proves the report, so it is filed all the same; no receipt follows, the carrier keeps it.
        """
        if self._registry.gateway_country(carried.gateway) == country:
            return carried
        self._count("reports of an unproved gateway", 1)
        log.warning("no gateway of its topic country=%s name=%r", country, carried.gateway)
        foreign.add(f"a sender in topics of {country!r} uses a name that is no gateway's there")
        return replace(carried, gateway=UNPROVED_GATEWAY)

    def _file(self, reports: Sequence[ReportEnvelope], now_ms: int) -> list[Outgoing]:
        def file(some: Sequence[ReportEnvelope]) -> list[Outgoing]:
            outgoing = self._desk.file(some, now_ms)
            self._count("reports filed", len(some))
            return outgoing

        return keep(reports, file, lambda one, error: self._put_aside(one, error, now_ms))

    def _put_aside(self, carried: ReportEnvelope, error: Exception, now_ms: int) -> list[Outgoing]:
        log.error("report put aside device=%d seq=%d", carried.device, carried.seq, exc_info=error)
        self._count("reports put aside", 1)
        return self._desk.quarantine(carried, type(error).__name__, now_ms)

    def _keep_words(
        self, words: Sequence[_Item], keeping: _Keeping[_Item], now_ms: int
    ) -> list[Outgoing]:
        """Keep what gateways say beside reports; of what cannot be kept, at least that it came."""

        def lose(word: _Item, error: Exception) -> list[Outgoing]:
            log.error("cannot be kept word=%s", type(word).__name__, exc_info=error)
            self._count("words that cannot be kept", 1)
            detail = f"a gateway's word could not be kept: {type(error).__name__}"
            self._desk.alarm_once("quarantined", detail, now_ms)
            return []

        return keep(words, keeping, lose)


def keep(
    items: Sequence[_Item],
    keeping: _Keeping[_Item],
    culprit: Callable[[_Item, Exception], list[Outgoing]],
) -> list[Outgoing]:
    """Keep all in one commit; what breaks it is looked for by halves, the others are kept."""
    if not items:
        return []
    try:
        return keeping(items)
    except Exception as error:
        if is_storage_failure(error):
            raise
        if len(items) == 1:
            return culprit(items[0], error)
        log.warning("one of %d cannot be kept: %s", len(items), type(error).__name__)
    middle = len(items) // 2
    return [
        *keep(items[:middle], keeping, culprit),
        *keep(items[middle:], keeping, culprit),
    ]
