"""What the Secretariat says to the field: made, given to gateways until they have it, and heard of.

Runs in the subscriber's thread, as the desk does.  Whatever it publishes was committed before; a
handset's own proof, and nothing that a gateway says, makes an order delivered.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from sqlalchemy.engine import RowMapping

from turna_backbone import down
from turna_backbone.down import Down, DownState
from turna_backbone.envelope import GivenOut, ReportEnvelope
from turna_protocol import orders
from turna_protocol.errors import MalformedError
from turna_protocol.revocation import RevocationList, Revocations
from turna_secretariat import alarms
from turna_secretariat.archive import Archive
from turna_secretariat.asked import Asked
from turna_secretariat.down_hearing import answered_item, items_held, require_known
from turna_secretariat.down_making import DownMaking
from turna_secretariat.down_numbers import DownNumbers
from turna_secretariat.down_rows import WITHDRAW, DownRows, Full
from turna_secretariat.down_words import ALARM_PRIORITY, REVOCATION, NotSayableError, Saying
from turna_secretariat.registry import Registry
from turna_secretariat.transaction import Key, Transaction

log = logging.getLogger(__name__)

# Types of report that may answer what went down.
ANSWERS = ("message", "task_status")
FIRST_PATIENCE_MS = 10_000
LONGEST_PATIENCE_MS = 600_000
AT_ONCE = 100
# What a gateway has to say at a time; its queue takes 256, and 16 more for alarms.
QUEUE_MOST, QUEUE_MOST_FOR_ALARMS = 200, 260
LOOK_SOON_MS, LOOK_AGAIN_MS = 1_000, 60_000
_DOUBLINGS_MAX = 16
BY_KIT = "the mission kit"  # who revoked, where `turna deployment revoke` did

Publish = Callable[[str, Down], bool]
_Undelivered = dict[int, dict[int, set[str]]]  # gateways by item, by device


@dataclass(frozen=True, slots=True)
class Withdrawal:
    word_id: int


@dataclass(frozen=True, slots=True)
class Revocation:
    """These handsets' present keys, and all before them, count no more."""

    devices: tuple[int, ...]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class DownDeed(Asked):
    """A person says something down; once it is done, `word_ids`, and what it took back."""

    what: tuple[Saying, ...] | Withdrawal | Revocation
    person: str
    word_ids: list[int] = field(default_factory=list)
    ended_ids: list[int] = field(default_factory=list)


class DownDesk:
    """Keeps the book of what goes down and asks the gateways."""

    def __init__(self, archive: Archive, registry: Registry) -> None:
        self._archive = archive
        self._registry = registry
        self._making = DownMaking(archive, registry, self.is_revoked)
        self._revoked = Revocations()
        # To be known on the backbone before anything is said that has these numbers.
        self.given_out: GivenOut | None = None
        self._noted: list[tuple[str, Down]] = []
        self._undelivered: _Undelivered = {}
        self._is_sure = True
        self._due_ms: int | None = 0
        self._look_ms = 0

    def load(self, now_ms: int) -> None:
        """Take up what the run before left."""
        with self._archive.transaction() as transaction:
            rows = DownRows(transaction)
            version = rows.numbers.next("revocations", first=1) - 1
            if version:
                self._revoked.accept(RevocationList(version, rows.revoked()))
            by_kit = self._take_over_kit(rows, now_ms)
            self._undelivered = _by_device(rows.undelivered(now_ms // 1000))
            given_out = rows.numbers.given_out()
        self.given_out = given_out
        if by_kit is not None:
            self._revoked.accept(by_kit)

    def _take_over_kit(self, rows: DownRows, now_ms: int) -> RevocationList | None:
        """Tell the gateways whom the kit's owner revoked, as if a person here had done it."""
        by_kit = self._registry.revoked_by_kit.as_list().entries
        handsets = [
            replace(known, generation=generation)
            for device, generation in sorted(by_kit.items())
            if (known := self._registry.handset(device)) is not None
            and not self.is_revoked(device, generation)
        ]
        return self._making.revoke(rows, handsets, BY_KIT, now_ms)[1] if handsets else None

    def is_revoked(self, device: int, generation: int) -> bool:
        return self._revoked.is_revoked(device, generation)

    # What a person does.

    def do(self, deed: DownDeed, now_ms: int) -> None:
        """Carry a deed out: one commit.  KeyError or NotSayableError if it cannot be."""
        what, revoked = deed.what, None
        ended: list[int] = []
        with self._archive.transaction() as transaction:
            rows = DownRows(transaction)
            if isinstance(what, Withdrawal):
                self._withdraw(rows, what.word_id, deed.person, now_ms)
                made = [what.word_id]
            elif isinstance(what, Revocation):
                word_id, revoked = self._revoke(rows, what, deed.person, now_ms)
                made = [word_id]
            else:
                said = [self._making.say(rows, one, deed.person, now_ms) for one in what]
                made = [one.word_id for one in said]
                ended = [word_id for one in said for word_id in one.ended_ids]
            undelivered = _by_device(rows.undelivered(now_ms // 1000))
            given_out = rows.numbers.given_out()
        self._undelivered, self.given_out = undelivered, given_out
        if revoked is not None:
            self._revoked.accept(revoked)
        deed.word_ids.extend(made)
        deed.ended_ids.extend(ended)
        self._due_ms = 0

    def _withdraw(self, rows: DownRows, word_id: int, person: str, now_ms: int) -> None:
        word = rows.word(word_id)
        if word is None:
            raise KeyError(word_id)
        if word["kind"] == REVOCATION:
            raise NotSayableError("revoked keys stay revoked; give the handset new ones")
        if word["withdrawn_ms"] is not None:
            raise NotSayableError(f"{word['withdrawn_by']} has withdrawn it already")
        rows.withdraw(word_id, person, now_ms)

    def _revoke(
        self, rows: DownRows, wanted: Revocation, person: str, now_ms: int
    ) -> tuple[int, RevocationList]:
        handsets = [self._making.handset(device) for device in wanted.devices]
        return self._making.revoke(rows, handsets, person, now_ms, wanted.reason)

    def skip_ahead(self, transaction: Transaction, said: GivenOut) -> bool:
        """Give out nothing that a run has given out unknown to this archive; tell if one has."""
        numbers = DownNumbers(transaction)
        lacking = numbers.lacking(said)
        if not lacking:
            return False
        numbers.skip_ahead(self._registry, lacking)
        numbers.note(said)
        self.given_out = numbers.given_out() or self.given_out
        return True

    # What gateways say.

    def told(self, states: Iterable[tuple[str, DownState]], now_ms: int) -> int:
        """Keep what gateways tell, and let them know; return how much was never asked for."""
        unknown = 0
        heard = list(states)
        with self._archive.transaction() as transaction:
            rows = DownRows(transaction)
            for gateway, state in heard:
                unknown += not rows.note_state(gateway, state, now_ms)
        self._due_ms = 0  # some queue may have room again
        # Even what is unknown here: it would be told for ever.
        self._noted.extend((gateway, down.noted(state)) for gateway, state in heard)
        return unknown

    def gateway_started(self, gateway: str, now_ms: int) -> None:
        """Ask a gateway again: it may have lost its store, or never got the message."""
        with self._archive.transaction() as transaction:
            rows = DownRows(transaction)
            rows.ask_again(gateway, now_ms, rows.newest_item_of(REVOCATION))
        self._due_ms = 0

    def connected(self) -> None:
        self._due_ms = 0

    def pump(self, now_ms: int, publish: Publish) -> None:
        """Ask gateways for what is due, as far as the connection takes it."""
        while self._noted and publish(*self._noted[0]):
            self._noted.pop(0)
        if not 0 < self._look_ms - now_ms <= LOOK_AGAIN_MS:  # its time, or the clock was put back
            # What is over is let go of, what only a wrong clock ended is taken up again.
            self._look_ms = now_ms + LOOK_AGAIN_MS
            self._is_sure, self._due_ms = False, 0
        if self._due_ms is None or now_ms < self._due_ms:
            return
        with self._archive.transaction() as transaction:
            self._due_ms = self._ask(DownRows(transaction), now_ms, publish)

    def _ask(self, rows: DownRows, now_ms: int, publish: Publish) -> int | None:
        """Ask gateways for what is due; return when to ask again."""
        in_queues = Counter(rows.in_queues(now_ms))
        due = rows.due(now_ms, LONGEST_PATIENCE_MS, _full(in_queues), AT_ONCE)
        for each in due:
            is_new = each.wanted != WITHDRAW and not each.asked
            if is_new and in_queues[each.gateway] >= _most(each.priority):
                continue
            in_queues[each.gateway] += is_new
            one = Down.unpack(each.payload)
            one = down.withdraw(one.id) if each.wanted == WITHDRAW else one
            if not publish(each.gateway, one):
                return now_ms + LOOK_SOON_MS
            patience_ms = FIRST_PATIENCE_MS << min(each.asked, _DOUBLINGS_MAX)
            rows.asked(each, now_ms + min(patience_ms, LONGEST_PATIENCE_MS))
        next_ms = rows.next_ask_ms(now_ms)
        # What waits for room in a queue is due all the time.
        waits = next_ms is not None and next_ms <= now_ms and len(due) < AT_ONCE
        return now_ms + LOOK_SOON_MS if waits else next_ms

    def deadline_ms(self) -> int | None:
        return self._due_ms

    # What handsets say; inside the desk's transaction.

    def rolled_back(self) -> None:
        """Doubt what was noted of handsets since the last commit."""
        self._is_sure = False

    def begin(self, transaction: Transaction, now_ms: int) -> None:
        """Be sure again of what waits for whom."""
        if not self._is_sure:
            rows = DownRows(transaction).undelivered(now_ms // 1000)
            self._undelivered, self._is_sure = _by_device(rows), True

    def heard(self, transaction: Transaction, carried: ReportEnvelope, now_ms: int) -> None:
        """Let the gateway that hears a handset say what waits for it, too."""
        for item_id, gateways in self._undelivered.get(carried.device, {}).items():
            if carried.gateway in gateways:
                continue
            if self._registry.gateway_country(carried.gateway) is not None:
                DownRows(transaction).ask(item_id, carried.gateway, now_ms)
                gateways.add(carried.gateway)
                self._due_ms = 0

    def held(self, transaction: Transaction, carried: ReportEnvelope, now_ms: int) -> None:
        """Take a handset's proved word on what it holds."""
        rows = DownRows(transaction)
        key = (carried.device, carried.generation, carried.seq)
        known = rows.holding_named(*key)
        is_second = known is None and alarms.is_proved(transaction, *key)
        if is_second or (known is not None and known["content"] != carried.content):
            alarms.clone(transaction, carried.device, now_ms)
        if known is not None:
            return
        rows.keep_holding(carried, now_ms)
        try:
            holding = orders.unpack_holding(carried.content)
            require_known(transaction, rows, carried, holding, now_ms)
        except MalformedError:
            log.warning("a holding that says nothing device=%d", carried.device)
            return
        for item in items_held(rows, carried, holding):
            # The gateway that brought it has understood it as well.
            self._has(rows, item, carried.device, carried.gateway, now_ms)

    def _has(self, rows: DownRows, item: RowMapping, device: int, knows: str, now_ms: int) -> None:
        """Note that a handset has an item, and let gateways but the one that knows stop."""
        if rows.add_holder(item["id"], device, now_ms) and item["device"]:
            rows.stop_elsewhere(item["id"], knows, now_ms)
            self._undelivered.get(device, {}).pop(item["id"], None)
            self._due_ms = 0

    def answered(
        self,
        transaction: Transaction,
        key: Key,
        report_id: int,
        body: dict[str, object],
        now_ms: int,
    ) -> None:
        """Keep what a proved report answers of what went down, if it does."""
        rows = DownRows(transaction)
        item = answered_item(rows, key, body)
        if item is None:
            return
        text = body.get("text")
        # Whoever answers it has it, although its holding may have been lost.
        device, _, seq = key
        self._has(rows, item, device, "", now_ms)
        rows.add_answer(
            word_id=item["word_id"],
            device=device,
            seq=seq,
            report_id=report_id,
            at_ms=now_ms,
            said=str(body["status"] if body["type"] == "task_status" else body["phrase"]),
            text=None if text is None else str(text),
        )


def _most(priority: int) -> int:
    return QUEUE_MOST_FOR_ALARMS if priority >= ALARM_PRIORITY else QUEUE_MOST


def _full(in_queues: dict[str, int]) -> Full:
    return Full(
        [name for name, number in in_queues.items() if number >= QUEUE_MOST],
        [name for name, number in in_queues.items() if number >= QUEUE_MOST_FOR_ALARMS],
    )


def _by_device(rows: Iterable[tuple[int, int, str]]) -> _Undelivered:
    undelivered: _Undelivered = {}
    for device, item_id, gateway in rows:
        undelivered.setdefault(device, {}).setdefault(item_id, set()).add(gateway)
    return undelivered
