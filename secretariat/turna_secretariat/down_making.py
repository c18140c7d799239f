"""Makes what goes down: numbered, sealed, written for the gateways that are to say it.

Inside a transaction of the desk's; whatever has a number here was never given another.
"""

import json
import logging
import secrets
from collections.abc import Callable, Sequence
from typing import NamedTuple

from turna_backbone import down
from turna_protocol import alerts, codes, downlink, orders
from turna_protocol.alerts import Alert
from turna_protocol.notices import NUMBER_MAX, ORDER_TO_ALL, Notice
from turna_protocol.reports.task import NUMBER_HIGH
from turna_protocol.revocation import ENTRIES_MAX, VERSION_MAX, RevocationList
from turna_secretariat.archive import Archive
from turna_secretariat.down_cost import cost_of
from turna_secretariat.down_rows import DownRows
from turna_secretariat.down_sealing import Authority, contents_of
from turna_secretariat.down_sealing import order as sealed_order
from turna_secretariat.down_words import (
    ALARM_PRIORITY,
    REVOCATION,
    TASK,
    Audience,
    NotSayableError,
    Saying,
    resumption,
)
from turna_secretariat.receivers import Receivers
from turna_secretariat.registry import Handset, Registry

log = logging.getLogger(__name__)

# Of a handset's window (orders.WINDOW), what only alarms may use.
ROOM_FOR_ALARMS = 8
_NOBODY = "no handset of that description can take it"


class Made(NamedTuple):
    """The word that was made, and the alarms that it took back."""

    word_id: int
    ended_ids: tuple[int, ...] = ()


class DownMaking:
    """Turns what a person says into what gateways are given."""

    def __init__(
        self, archive: Archive, registry: Registry, is_revoked: Callable[[int, int], bool]
    ) -> None:
        self._registry = registry
        self._is_revoked = is_revoked
        self._authority = Authority(registry.authentication_branch)
        self._receivers = Receivers(archive, registry)

    def say(self, rows: DownRows, saying: Saying, person: str, now_ms: int) -> Made:
        if saying.kind == TASK:
            number = rows.numbers.take("task", 1, first=1)
            if number > NUMBER_HIGH:
                raise NotSayableError("this mission has given out every task number")
            saying = saying.numbered(number)
        mission = self._registry.mission
        cost = cost_of(saying, mission, mission.frame)
        not_after_s = now_ms // 1000 + 60 * saying.lasts_min
        word_id = rows.add_word(saying, person, now_ms, not_after_s, cost.airtime_ms)
        if saying.alert is not None:
            self._alert(rows, word_id, saying, not_after_s, now_ms)
        elif saying.for_all_at_once:
            self._notice(rows, word_id, saying, not_after_s, now_ms)
        else:
            self._orders(rows, word_id, saying, not_after_s, now_ms)
        if saying.body.get("alert") != "resume":
            return Made(word_id)
        return Made(word_id, self._end_alarms(rows, word_id, saying, person, not_after_s, now_ms))

    def _orders(
        self, rows: DownRows, word_id: int, saying: Saying, not_after_s: int, now_ms: int
    ) -> None:
        contents = contents_of(saying, self._registry.mission.frame)
        handsets = [self.handset(device) for device in saying.audience.devices]
        usable = [one for one in handsets if not self._is_revoked(one.device, one.generation)]
        if not usable:
            raise NotSayableError(_NOBODY)
        for handset in usable:
            is_alarm = saying.priority >= ALARM_PRIORITY
            count = len(contents.parts)
            number = self._order_numbers(rows, handset, count, now_ms, is_alarm=is_alarm)
            key = self._registry.authentication_key(handset.device, handset.generation)
            assert key is not None  # of the registry's own generation
            one = sealed_order(
                _new_id(),
                saying,
                contents,
                device=handset.device,
                generation=handset.generation,
                number=number,
                key=key,
                not_after_s=not_after_s,
            )
            gateways = self._receivers.for_handset(handset.device, now_ms)
            rows.add_item(word_id, one, gateways, now_ms)

    def _order_numbers(
        self, rows: DownRows, handset: Handset, count: int, now_ms: int, *, is_alarm: bool
    ) -> int:
        """Return new numbers that leave what still waits within the handset's window.

        An alarm is never refused for what waits: beyond its room the oldest order is too old.
        """
        name = f"order {handset.device} {handset.generation}"
        first = rows.numbers.take(name, count)
        if first + count - 1 > downlink.ORDER_NUMBER_MAX:
            raise NotSayableError(
                f"{handset.call_sign} needs new keys: its orders are numbered out"
            )
        oldest = rows.oldest_waiting_number(handset.device, handset.generation, now_ms // 1000)
        if is_alarm or oldest is None:
            return first
        if first + count - oldest > orders.WINDOW - ROOM_FOR_ALARMS:
            raise NotSayableError(
                f"too much waits for {handset.call_sign} already: withdraw what is no longer needed"
            )
        return first

    def _notice(
        self, rows: DownRows, word_id: int, saying: Saying, not_after_s: int, now_ms: int
    ) -> None:
        number = self._notice_number(rows)
        (body,) = contents_of(saying, self._registry.mission.frame).parts
        said = Notice(number, ORDER_TO_ALL, body)
        one = self._authority.notice(_new_id(), said, saying.priority, not_after_s)
        rows.add_item(word_id, one, self._receivers.all_gateways(), now_ms)

    def _notice_number(self, rows: DownRows) -> int:
        number = rows.numbers.take("notice", 1)
        if number > NUMBER_MAX:
            raise NotSayableError("this mission has given out every notice number")
        return number

    def _alert(
        self, rows: DownRows, word_id: int, saying: Saying, not_after_s: int, now_ms: int
    ) -> None:
        code = saying.alert
        assert code is not None  # what makes it an alert
        number = rows.numbers.take(f"alert {saying.mode} {code}", 1, first=1)
        if number > alerts.NUMBERS_PER_CHAIN:
            raise NotSayableError("this mission's alerts of that kind are used up: make a new kit")
        evacuations, cessations = (
            rows.numbers.next(f"alert {saying.mode} {ended}", first=1) - 1
            for ended in (alerts.EVACUATE, alerts.CEASE_WORK)
        )
        said = Alert(code, number, mode=saying.mode)
        if code == alerts.RESUME:
            said = Alert(code, number, evacuations, cessations, saying.mode)
        one = self._authority.alert(_new_id(), said, not_after_s)
        rows.add_item(word_id, one, self._receivers.all_gateways(), now_ms)

    def _end_alarms(
        self,
        rows: DownRows,
        word_id: int,
        saying: Saying,
        person: str,
        not_after_s: int,
        now_ms: int,
    ) -> tuple[int, ...]:
        """Let gateways say no more what a resumption ends, and whom orders alarmed hear of it.

        To all it ends every alarm of its mode, to some what was said to none but them.  Return
        which alarms it took back.
        """
        alarmed: set[int] = set()
        ended: list[int] = []
        for alarm in rows.open_alarms(codes.MODES[saying.mode]):
            audience = json.loads(alarm["audience"])
            devices = set(audience["devices"])
            if saying.audience.is_all or (
                not audience["all"] and devices <= set(saying.audience.devices)
            ):
                rows.withdraw(alarm["id"], person, now_ms)
                ended.append(alarm["id"])
                alarmed |= set() if audience["all"] else devices
        reached = tuple(device for device in sorted(alarmed) if self._can_be_told(device))
        if saying.audience.is_all and reached:
            # An all-clear ends what alerts began; what orders began ends by an order.
            each = resumption(saying, reached, now_ms // 1000)
            self._orders(rows, word_id, each, not_after_s, now_ms)
        return tuple(sorted(ended))

    def revoke(
        self,
        rows: DownRows,
        handsets: Sequence[Handset],
        person: str,
        now_ms: int,
        reason: str | None = None,
    ) -> tuple[int, RevocationList]:
        """Return the word, and the list that holds from the commit on."""
        if not handsets or all(self._is_revoked(h.device, h.generation) for h in handsets):
            raise NotSayableError("their keys are revoked already")
        # By time: an archive put back from a copy must not call a list by a number that gateways
        # have heard, or they would take it for an old one.
        minutes = (now_ms // 1000 - self._registry.mission.frame.epoch_s) // 60
        rows.numbers.skip_to("revocations", max(1, min(minutes, VERSION_MAX // 2)))
        version = rows.numbers.take("revocations", 1)
        entries = rows.revoked() | {h.device: h.generation for h in handsets}
        if len(entries) > ENTRIES_MAX:
            raise NotSayableError("more handsets than a list holds: make a new kit")
        for one in handsets:
            rows.revoke(one.device, one.generation, version, person, now_ms, reason)
        revoked = RevocationList(version, entries)
        word_id = self._revocation_word(rows, handsets, version, person, now_ms)
        number = self._notice_number(rows)
        item = self._authority.revocations(_new_id(), number, revoked)
        rows.add_item(word_id, item, self._receivers.all_gateways(), now_ms)
        devices = [one.device for one in handsets]
        log.warning("keys revoked by=%s devices=%s version=%d", person, devices, version)
        return word_id, revoked

    def _revocation_word(
        self, rows: DownRows, handsets: Sequence[Handset], version: int, person: str, now_ms: int
    ) -> int:
        names = [one.call_sign for one in handsets]
        numbers = tuple(one.device for one in handsets)
        saying = Saying(
            kind=REVOCATION,
            mode=0,  # keys are revoked in earnest, whatever the mission's mode
            audience=Audience(numbers, False, {"devices": names}),
            lasts_min=0,
            priority=down.PRIORITIES - 1,
            body={"revoked": names, "version": version},
        )
        return rows.add_word(saying, person, now_ms, not_after_s=0, airtime_ms=0)

    def _can_be_told(self, device: int) -> bool:
        known = self._registry.handset(device)
        return known is not None and not self._is_revoked(known.device, known.generation)

    def handset(self, device: int) -> Handset:
        known = self._registry.handset(device)
        if known is None:
            raise NotSayableError(f"there is no handset {device} in this mission")
        return known


def _new_id() -> bytes:
    return secrets.token_bytes(down.ID_BYTES)
