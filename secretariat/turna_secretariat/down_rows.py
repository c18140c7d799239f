"""The rows of what goes down, inside the archive's transaction; decides nothing."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from turna_backbone import down
from turna_backbone.down import Down, DownState
from turna_backbone.envelope import ReportEnvelope
from turna_protocol import codes
from turna_secretariat.down_numbers import DownNumbers
from turna_secretariat.down_schema import (
    down_answer,
    down_holder,
    down_holding,
    down_item,
    down_sending,
    down_word,
    revocation,
)
from turna_secretariat.down_words import ALARM_PRIORITY, Saying
from turna_secretariat.transaction import Transaction

SAY, WITHDRAW = "say", "withdraw"
_OPEN = (down.QUEUED, down.SENT)


@dataclass(frozen=True, slots=True)
class Due:
    """Something a gateway is to be asked now; `asked` counts how often it was before."""

    item_id: int
    gateway: str
    wanted: str
    asked: int
    down_id: bytes
    payload: bytes
    priority: int


class Full(NamedTuple):
    """Gateways that have enough to say already, so that nothing new is given to them for now."""

    for_others: list[str]
    even_for_alarms: list[str]


class DownRows:
    """Reads and writes in one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._execute = transaction.execute
        self.numbers = DownNumbers(transaction)

    # Words and their items.

    def add_word(
        self, saying: Saying, person: str, at_ms: int, not_after_s: int, airtime_ms: int
    ) -> int:
        audience = saying.audience
        result = self._execute(
            down_word.insert().values(
                kind=saying.kind,
                mode=codes.MODES[saying.mode],
                at_ms=at_ms,
                person=person,
                audience=json.dumps(
                    {
                        "devices": audience.devices,
                        "all": audience.is_all,
                        "named": audience.named,
                    }
                ),
                body=json.dumps(saying.body, ensure_ascii=False),
                priority=saying.priority,
                not_after_s=not_after_s,
                airtime_ms=airtime_ms,
                task=saying.body.get("number") if saying.kind == "task" else None,
            )
        )
        word_id = _inserted_id(result)
        self.note_change(at_ms)
        return word_id

    def add_item(self, word_id: int, one: Down, gateways: Iterable[str], now_ms: int) -> int:
        """Keep what is to be said, and ask these gateways for it."""
        result = self._execute(
            down_item.insert().values(
                word_id=word_id,
                down_id=one.id,
                what=one.what,
                device=one.device,
                generation=one.generation,
                number=one.number,
                parts=len(one.parts),
                payload=one.pack(),
            )
        )
        item_id = _inserted_id(result)
        for name in gateways:
            self.ask(item_id, name, now_ms)
        return item_id

    def ask(self, item_id: int, gateway: str, now_ms: int) -> None:
        self._execute(
            down_sending.insert().values(
                item_id=item_id, gateway=gateway, wanted=SAY, reason="", asked=0, ask_ms=now_ms
            )
        )

    def word(self, word_id: int) -> RowMapping | None:
        query = sa.select(down_word).where(down_word.c.id == word_id)
        return self._execute(query).mappings().first()

    def open_alarms(self, mode: str) -> list[RowMapping]:
        """Return what alarmed somebody in this mode and was not taken back."""
        query = sa.select(down_word).where(down_word.c.withdrawn_ms.is_(None))
        query = query.where((down_word.c.mode == mode) & (down_word.c.kind == "alert"))
        rows = self._execute(query.order_by(down_word.c.id)).mappings()
        return [row for row in rows if json.loads(row["body"])["alert"] != "resume"]

    def item_by_number(
        self, what: int, device: int, generation: int, number: int
    ) -> RowMapping | None:
        query = sa.select(down_item).where(
            (down_item.c.what == what)
            & (down_item.c.device == device)
            & (down_item.c.generation == generation)
            & (down_item.c.number == number)
        )
        return self._execute(query).mappings().first()

    def oldest_waiting_number(self, device: int, generation: int, now_s: int) -> int | None:
        """Return the lowest number of an order that this handset may still take."""
        is_held = sa.select(down_holder.c.item_id).where(
            (down_holder.c.item_id == down_item.c.id) & (down_holder.c.device == device)
        )
        query = (
            sa.select(sa.func.min(down_item.c.number))
            .join(down_word, down_word.c.id == down_item.c.word_id)
            .where((down_item.c.device == device) & (down_item.c.generation == generation))
            .where(down_word.c.withdrawn_ms.is_(None) & (down_word.c.not_after_s >= now_s))
            .where(~is_held.exists())
        )
        found = self._execute(query).scalar()
        return None if found is None else int(found)

    def withdraw(self, word_id: int, person: str, now_ms: int) -> None:
        """Ask every gateway that may still say it to stop."""
        mine = sa.select(down_item.c.id).where(down_item.c.word_id == word_id)
        self._execute(
            down_word.update()
            .where(down_word.c.id == word_id)
            .values(withdrawn_ms=now_ms, withdrawn_by=person)
        )
        self._stop(down_sending.c.item_id.in_(mine), now_ms)
        self.note_change(now_ms)

    def stop_elsewhere(self, item_id: int, gateway: str, now_ms: int) -> None:
        """Ask the other gateways to stop: the handset holds it."""
        others = (down_sending.c.item_id == item_id) & (down_sending.c.gateway != gateway)
        self._stop(others, now_ms)

    def _stop(self, which: sa.ColumnElement[bool], now_ms: int) -> None:
        is_open = down_sending.c.state.is_(None) | down_sending.c.state.in_(_OPEN)
        self._execute(
            down_sending.update()
            .where(which & is_open)
            .values(wanted=WITHDRAW, asked=0, ask_ms=now_ms)
        )

    # What gateways say and are asked.

    def due(self, now_ms: int, longest_wait_ms: int, full: Full, limit: int) -> list[Due]:
        """Return what gateways are to be asked now, what matters most first.

        Who is to be asked later than anybody ever waits was put off before the clock was put back.
        """
        is_new = (down_sending.c.wanted == SAY) & (down_sending.c.asked == 0)
        waits = down_sending.c.gateway.in_(full.even_for_alarms) | (
            down_sending.c.gateway.in_(full.for_others) & (down_word.c.priority < ALARM_PRIORITY)
        )
        is_due = down_sending.c.ask_ms <= now_ms
        is_ahead = down_sending.c.ask_ms > now_ms + longest_wait_ms
        query = (
            sa.select(
                down_sending.c.item_id,
                down_sending.c.gateway,
                down_sending.c.wanted,
                down_sending.c.asked,
                down_item.c.down_id,
                down_item.c.payload,
                down_word.c.priority,
            )
            .join(down_item, down_item.c.id == down_sending.c.item_id)
            .join(down_word, down_word.c.id == down_item.c.word_id)
            .where((is_due | is_ahead) & ~(is_new & waits) & _is_not_over(now_ms // 1000))
            .order_by(down_word.c.priority.desc(), down_sending.c.item_id)
            .limit(limit)
        )
        return [Due(*row) for row in self._execute(query)]

    def next_ask_ms(self, now_ms: int) -> int | None:
        query = (
            sa.select(sa.func.min(down_sending.c.ask_ms))
            .join(down_item, down_item.c.id == down_sending.c.item_id)
            .join(down_word, down_word.c.id == down_item.c.word_id)
            .where(_is_not_over(now_ms // 1000))
        )
        found = self._execute(query).scalar()
        return None if found is None else int(found)

    def in_queues(self, now_ms: int) -> dict[str, int]:
        """Return how much each gateway has to say by now, or was asked to and may have."""
        is_asked = down_sending.c.state.is_(None) & (down_sending.c.asked > 0)
        query = (
            sa.select(down_sending.c.gateway, sa.func.count())
            .join(down_item, down_item.c.id == down_sending.c.item_id)
            .join(down_word, down_word.c.id == down_item.c.word_id)
            .where((is_asked | down_sending.c.state.in_(_OPEN)) & _is_not_over(now_ms // 1000))
            .group_by(down_sending.c.gateway)
        )
        return {str(name): int(number) for name, number in self._execute(query)}

    def asked(self, due: Due, again_ms: int) -> None:
        self._execute(
            down_sending.update()
            .where(_sending(due.item_id, due.gateway))
            .values(asked=due.asked + 1, ask_ms=again_ms)
        )

    def note_state(self, gateway: str, told: DownState, now_ms: int) -> bool:
        """Keep what a gateway tells; return False for something it was never asked."""
        mine = sa.select(down_item.c.id).where(down_item.c.down_id == told.id)
        item_id = self._execute(mine).scalar()
        if item_id is None:
            return False
        row = self._execute(sa.select(down_sending).where(_sending(item_id, gateway))).mappings()
        sending = row.first()
        if sending is None:
            return False
        is_done = sending["wanted"] == SAY or told.state in down.FINAL
        self._execute(
            down_sending.update()
            .where(_sending(item_id, gateway))
            .values(
                state=told.state,
                at_s=told.at_s or None,
                reason=told.reason,
                ask_ms=None if is_done else sending["ask_ms"],
            )
        )
        self.note_change(now_ms)
        return True

    def ask_again(self, gateway: str, now_ms: int, revocation_item: int | None) -> None:
        """Ask a gateway that has just started for all that it has not ended.

        What it was given before waits for no room: it has its place in the gateway's queue.
        """
        is_open = down_sending.c.state.is_(None) | down_sending.c.state.in_(_OPEN)
        was_given = (down_sending.c.asked > 0) | down_sending.c.state.is_not(None)
        which = (
            is_open
            if revocation_item is None
            else is_open | (down_sending.c.item_id == revocation_item)
        )
        self._execute(
            down_sending.update()
            .where((down_sending.c.gateway == gateway) & which & was_given)
            .values(asked=1, ask_ms=now_ms)
        )

    # What the field says.

    def holding_named(self, device: int, generation: int, seq: int) -> RowMapping | None:
        """Return what a handset said to hold under one of its numbers."""
        query = sa.select(down_holding).where(
            (down_holding.c.device == device)
            & (down_holding.c.generation == generation)
            & (down_holding.c.seq == seq)
        )
        return self._execute(query).mappings().first()

    def keep_holding(self, carried: ReportEnvelope, now_ms: int) -> None:
        self._execute(
            down_holding.insert().values(
                device=carried.device,
                generation=carried.generation,
                seq=carried.seq,
                content=carried.content,
                end_to_end_tag=carried.end_to_end_tag,
                gateway=carried.gateway,
                arrived_ms=now_ms,
            )
        )

    def add_holder(self, item_id: int, device: int, now_ms: int) -> bool:
        """Note that a handset holds an item; return whether that is news."""
        same = (down_holder.c.item_id == item_id) & (down_holder.c.device == device)
        if self._execute(sa.select(down_holder.c.item_id).where(same)).first() is not None:
            return False
        self._execute(down_holder.insert().values(item_id=item_id, device=device, held_ms=now_ms))
        self.note_change(now_ms)
        return True

    def item_of_task(self, number: int, device: int) -> RowMapping | None:
        """Return the order by which this handset was given the task of this number."""
        query = (
            sa.select(down_item)
            .join(down_word, down_word.c.id == down_item.c.word_id)
            .where((down_word.c.task == number) & (down_item.c.device == device))
        )
        return self._execute(query).mappings().first()

    def add_answer(self, **values: Any) -> None:  # the table's columns
        self._execute(down_answer.insert().values(**values))
        self.note_change(values["at_ms"])

    # Revocations.

    def revoked(self) -> dict[int, int]:
        rows = self._execute(sa.select(revocation.c.device, revocation.c.generation))
        return {int(device): int(generation) for device, generation in rows}

    def revoke(
        self,
        device: int,
        generation: int,
        version: int,
        person: str,
        now_ms: int,
        reason: str | None,
    ) -> None:
        values = {
            "generation": generation,
            "version": version,
            "at_ms": now_ms,
            "person": person,
            "reason": reason,
        }
        mine = revocation.c.device == device
        if self._execute(revocation.update().where(mine).values(**values)).rowcount == 0:
            self._execute(revocation.insert().values(device=device, **values))

    def newest_item_of(self, kind: str) -> int | None:
        query = (
            sa.select(sa.func.max(down_item.c.id))
            .join(down_word, down_word.c.id == down_item.c.word_id)
            .where(down_word.c.kind == kind)
        )
        found = self._execute(query).scalar()
        return None if found is None else int(found)

    # What is undelivered, for the start.

    def undelivered(self, now_s: int) -> list[tuple[int, int, str]]:
        """Return (device, item, gateway) of every order that may still be said."""
        held = sa.select(down_holder.c.item_id).where(down_holder.c.item_id == down_item.c.id)
        query = (
            sa.select(down_item.c.device, down_item.c.id, down_sending.c.gateway)
            .join(down_word, down_word.c.id == down_item.c.word_id)
            .join(down_sending, down_sending.c.item_id == down_item.c.id)
            .where((down_item.c.what == down.ORDER) & (down_word.c.not_after_s >= now_s))
            .where(down_word.c.withdrawn_ms.is_(None) & ~held.exists())
        )
        return [(int(device), int(item), str(name)) for device, item, name in self._execute(query)]

    def note_change(self, at_ms: int) -> None:
        self._transaction.note_change("down", None, at_ms)


def _is_not_over(now_s: int) -> sa.ColumnElement[bool]:
    return (down_word.c.not_after_s == 0) | (down_word.c.not_after_s >= now_s)


def _sending(item_id: int, gateway: str) -> sa.ColumnElement[bool]:
    return (down_sending.c.item_id == item_id) & (down_sending.c.gateway == gateway)


def _inserted_id(result: sa.CursorResult[*tuple[Any, ...]]) -> int:
    key = result.inserted_primary_key
    assert key is not None  # an INSERT of one row into a table with a primary key
    return int(key[0])
