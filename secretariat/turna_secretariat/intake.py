"""Files what messages carry so that one that cannot be filed never stops the others.

A failure of the archive itself is not handled here: nothing may be acknowledged after it.
"""

import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

from turna_backbone.down import DownState
from turna_backbone.envelope import ReportEnvelope
from turna_backbone.mqtt import Message
from turna_secretariat.archive import is_storage_failure
from turna_secretariat.desk import Desk
from turna_secretariat.ports import Count
from turna_secretariat.receipts import Outgoing
from turna_secretariat.registry import Registry
from turna_secretariat.understanding import UNPROVED_GATEWAY, GatewayPresence, Word, understand

log = logging.getLogger(__name__)

# As many reports as one commit takes up late; a start with more takes more commits.
PROVED_AT_ONCE = 500

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
        came = understand(messages, self._registry)
        outgoing = self._file(came.reports, now_ms)
        words: list[Word] = [*came.refusals, *came.news]
        self._keep_words(words, lambda some: self._note(some, now_ms), now_ms)
        self._keep_words(came.states, lambda some: self._told(some, now_ms), now_ms)
        foreign = sorted(came.foreign)
        self._keep_words(foreign, lambda some: self._alarm_foreign(some, now_ms), now_ms)
        born = {one.name for one in came.news if isinstance(one, GatewayPresence) and one.connected}
        outgoing += self._keep_words(sorted(born), lambda some: self._started(some, now_ms), now_ms)
        if came.refusals:
            self._count("refused", len(came.refusals))
            log.warning("messages refused count=%d", len(came.refusals))
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

    def prove_late(self, now_ms: int) -> None:
        """Prove what came of handsets before the kit knew them."""

        def prove(some: Sequence[int]) -> list[Outgoing]:
            self._count("reports proved late", self._desk.prove_late(some, now_ms))
            return []

        def leave(report_id: int, error: Exception) -> list[Outgoing]:
            log.error("cannot be proved late report=%d", report_id, exc_info=error)
            self._count("reports that cannot be proved late", 1)
            detail = f"report {report_id} could not be proved late: {type(error).__name__}"
            self._desk.alarm_once("quarantined", detail, now_ms)
            return []

        unproved = self._desk.unproved()
        for first in range(0, len(unproved), PROVED_AT_ONCE):
            keep(unproved[first : first + PROVED_AT_ONCE], prove, leave)

    def _note(self, words: Sequence[Word], now_ms: int) -> list[Outgoing]:
        self._desk.note(words, now_ms)
        return []

    def _told(self, states: Sequence[tuple[str, DownState]], now_ms: int) -> list[Outgoing]:
        unknown = self._desk.down.told(states, now_ms)
        self._count("states of what was never said", unknown)
        return []

    def _alarm_foreign(self, countries: Sequence[str], now_ms: int) -> list[Outgoing]:
        for country in countries:
            detail = f"a sender in topics of {country!r} uses a name that is no gateway's there"
            self._desk.alarm_once("foreign_gateway", detail, now_ms)
        return []

    def _started(self, gateways: Sequence[str], now_ms: int) -> list[Outgoing]:
        outgoing = []
        for name in gateways:
            self._desk.down.gateway_started(name, now_ms)
            outgoing += self._desk.officers.tell_again(name, now_ms)
        return outgoing

    def _file(self, reports: Sequence[ReportEnvelope], now_ms: int) -> list[Outgoing]:
        def file(some: Sequence[ReportEnvelope]) -> list[Outgoing]:
            outgoing = self._desk.file(some, now_ms)
            self._count("reports filed", len(some))
            return outgoing

        unproved = sum(one.gateway == UNPROVED_GATEWAY for one in reports)
        if unproved:
            self._count("reports of an unproved gateway", unproved)
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
