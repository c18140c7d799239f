"""What the Secretariat says to the field: numbered, sealed, given to gateways until they have it.

Runs in the subscriber's thread, as the desk does.  Whatever it publishes was committed before; a
handset's own proof, and nothing that a gateway says, makes an order delivered.
"""

import json
import logging
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from threading import Event

from sqlalchemy.engine import RowMapping

from turna_backbone import down
from turna_backbone.down import Down, DownState
from turna_backbone.envelope import ReportEnvelope
from turna_protocol import alerts, codes, downlink, fragments, orders
from turna_protocol.alerts import Alert
from turna_protocol.errors import MalformedError
from turna_protocol.notices import NUMBER_MAX, ORDER_TO_ALL, PART_BYTES, Notice
from turna_protocol.orders import Holding
from turna_protocol.reports.task import NUMBER_HIGH
from turna_protocol.revocation import ENTRIES_MAX, RevocationList, Revocations
from turna_secretariat.archive import Archive
from turna_secretariat.down_cost import cost_of
from turna_secretariat.down_rows import WITHDRAW, DownRows
from turna_secretariat.down_sealing import Authority, contents_of
from turna_secretariat.down_sealing import order as sealed_order
from turna_secretariat.down_words import (
    REVOCATION,
    TASK,
    Audience,
    NotSayableError,
    Saying,
    resumption,
)
from turna_secretariat.receivers import Receivers
from turna_secretariat.registry import Handset, Registry
from turna_secretariat.transaction import Transaction

log = logging.getLogger(__name__)

# Types of report that may answer what went down.
ANSWERS = ("message", "task_status")
FIRST_PATIENCE_MS = 10_000
LONGEST_PATIENCE_MS = 600_000
AT_ONCE = 100
GIVE_UP_PERIOD_MS = 60_000
_DOUBLINGS_MAX = 16
BY_KIT = "the mission kit"  # who revoked, where `turna deployment revoke` did
_NOBODY = "no handset of that description can take it"

Publish = Callable[[str, Down], bool]
_Undelivered = dict[int, dict[int, set[str]]]  # gateways by item, by device


@dataclass(frozen=True, slots=True)
class Withdrawal:
    word_id: int


@dataclass(frozen=True, slots=True)
class Revocation:
    """These handsets' present keys, and all before them, count no more."""

    devices: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DownDeed:
    """A person says something down; once `done` is set, `word_ids` or `errors` are there."""

    what: tuple[Saying, ...] | Withdrawal | Revocation
    person: str
    word_ids: list[int] = field(default_factory=list)
    done: Event = field(default_factory=Event)
    errors: list[Exception] = field(default_factory=list)


class DownDesk:
    """Keeps the book of what goes down and asks the gateways."""

    def __init__(self, archive: Archive, registry: Registry) -> None:
        self._archive = archive
        self._registry = registry
        self._authority = Authority(registry.authentication_branch)
        self._receivers = Receivers(archive, registry)
        self._revoked = Revocations()
        self._noted: list[tuple[str, Down]] = []
        self._after_commit: list[Callable[[], object]] = []
        self._undelivered: _Undelivered = {}
        self._due_ms: int | None = 0
        self._give_up_ms = 0

    def load(self, now_ms: int) -> None:
        """Take up what the run before left."""
        with self._archive.transaction() as transaction:
            rows = DownRows(transaction)
            version = rows.next_number("revocations", first=1) - 1
            if version:
                self._revoked.accept(RevocationList(version, rows.revoked()))
            self._after_commit = []
            self._take_over_kit(rows, now_ms)
            self._undelivered = _by_device(rows.undelivered(now_ms // 1000))
        for settle in self._after_commit:
            settle()

    def _take_over_kit(self, rows: DownRows, now_ms: int) -> None:
        """Tell the gateways whom the kit's owner revoked, as if a person here had done it."""
        by_kit = self._registry.revoked_by_kit.as_list().entries
        handsets = [
            replace(known, generation=generation)
            for device, generation in sorted(by_kit.items())
            if (known := self._registry.handset(device)) is not None
            and not self.is_revoked(device, generation)
        ]
        if handsets:
            self._revoke(rows, handsets, BY_KIT, now_ms)

    def is_revoked(self, device: int, generation: int) -> bool:
        return self._revoked.is_revoked(device, generation)

    # What a person does.

    def do(self, deed: DownDeed, now_ms: int) -> None:
        """Carry a deed out: one commit.  KeyError or NotSayableError if it cannot be."""
        self._after_commit = []
        with self._archive.transaction() as transaction:
            rows = DownRows(transaction)
            if isinstance(deed.what, Withdrawal):
                self._withdraw(rows, deed.what.word_id, deed.person, now_ms)
                made = [deed.what.word_id]
            elif isinstance(deed.what, Revocation):
                handsets = [self._handset(device) for device in deed.what.devices]
                made = [self._revoke(rows, handsets, deed.person, now_ms)]
            else:
                made = [self._say(rows, saying, deed.person, now_ms) for saying in deed.what]
            undelivered = _by_device(rows.undelivered(now_ms // 1000))
        self._undelivered = undelivered
        for settle in self._after_commit:
            settle()
        deed.word_ids.extend(made)
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

    def _say(self, rows: DownRows, saying: Saying, person: str, now_ms: int) -> int:
        if saying.kind == TASK:
            number = rows.take_numbers("task", 1, first=1)
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
        if saying.body.get("alert") == "resume":
            self._end_alarms(rows, word_id, saying, person, not_after_s, now_ms)
        return word_id

    def _orders(
        self, rows: DownRows, word_id: int, saying: Saying, not_after_s: int, now_ms: int
    ) -> None:
        contents = contents_of(saying, self._registry.mission.frame)
        handsets = [self._handset(device) for device in saying.audience.devices]
        usable = [one for one in handsets if not self.is_revoked(one.device, one.generation)]
        if not usable:
            raise NotSayableError(_NOBODY)
        for handset in usable:
            number = self._order_numbers(rows, handset, len(contents.parts), now_ms)
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

    def _order_numbers(self, rows: DownRows, handset: Handset, count: int, now_ms: int) -> int:
        """Return new numbers that leave what still waits within the handset's window."""
        name = f"order {handset.device} {handset.generation}"
        first = rows.take_numbers(name, count)
        if first + count - 1 > downlink.ORDER_NUMBER_MAX:
            raise NotSayableError(
                f"{handset.call_sign} needs new keys: its orders are numbered out"
            )
        oldest = rows.oldest_waiting_number(handset.device, handset.generation, now_ms // 1000)
        if oldest is not None and first + count - oldest > orders.WINDOW:
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
        number = rows.take_numbers("notice", 1)
        if number > NUMBER_MAX:
            raise NotSayableError("this mission has given out every notice number")
        return number

    def _alert(
        self, rows: DownRows, word_id: int, saying: Saying, not_after_s: int, now_ms: int
    ) -> None:
        code = saying.alert
        assert code is not None  # what makes it an alert
        number = rows.take_numbers(f"alert {saying.mode} {code}", 1, first=1)
        if number > alerts.NUMBERS_PER_CHAIN:
            raise NotSayableError("this mission's alerts of that kind are used up: make a new kit")
        evacuations, cessations = (
            rows.next_number(f"alert {saying.mode} {ended}", first=1) - 1
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
    ) -> None:
        """Let gateways say no more what a resumption ends, and whom orders alarmed hear of it.

        To all it ends every alarm of its mode, to some what was said to none but them.
        """
        alarmed: set[int] = set()
        for alarm in rows.open_alarms(codes.MODES[saying.mode]):
            audience = json.loads(alarm["audience"])
            devices = set(audience["devices"])
            if saying.audience.is_all or (
                not audience["all"] and devices <= set(saying.audience.devices)
            ):
                rows.withdraw(alarm["id"], person, now_ms)
                alarmed |= set() if audience["all"] else devices
        if saying.audience.is_all and alarmed:
            # An all-clear ends what alerts began; what orders began ends by an order.
            each = resumption(saying, tuple(sorted(alarmed)), now_ms // 1000)
            self._orders(rows, word_id, each, not_after_s, now_ms)

    def _revoke(self, rows: DownRows, handsets: Sequence[Handset], person: str, now_ms: int) -> int:
        if not handsets or all(self.is_revoked(h.device, h.generation) for h in handsets):
            raise NotSayableError("their keys are revoked already")
        version = rows.take_numbers("revocations", 1, first=1)
        entries = rows.revoked() | {h.device: h.generation for h in handsets}
        if len(entries) > ENTRIES_MAX:
            raise NotSayableError("more handsets than a list holds: make a new kit")
        for one in handsets:
            rows.revoke(one.device, one.generation, version, person, now_ms)
        revoked = RevocationList(version, entries)
        word_id = self._revocation_word(rows, handsets, version, person, now_ms)
        number = self._notice_number(rows)
        item = self._authority.revocations(_new_id(), number, revoked)
        rows.add_item(word_id, item, self._receivers.all_gateways(), now_ms)
        self._after_commit.append(lambda: self._revoked.accept(revoked))
        devices = [one.device for one in handsets]
        log.warning("keys revoked by=%s devices=%s version=%d", person, devices, version)
        return word_id

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

    def _handset(self, device: int) -> Handset:
        known = self._registry.handset(device)
        if known is None:
            raise NotSayableError(f"there is no handset {device} in this mission")
        return known

    # What gateways say.

    def told(self, states: Iterable[tuple[str, DownState]], now_ms: int) -> int:
        """Keep what gateways tell, and let them know; return how much was never asked for."""
        unknown = 0
        heard = list(states)
        with self._archive.transaction() as transaction:
            rows = DownRows(transaction)
            for gateway, state in heard:
                unknown += not rows.note_state(gateway, state, now_ms)
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
        if now_ms >= self._give_up_ms:
            self._give_up(now_ms)
        if self._due_ms is None or now_ms < self._due_ms:
            return
        with self._archive.transaction() as transaction:
            rows = DownRows(transaction)
            for due in rows.due(now_ms, AT_ONCE):
                one = Down.unpack(due.payload)
                one = down.withdraw(one.id) if due.wanted == WITHDRAW else one
                if not publish(due.gateway, one):
                    self._due_ms = now_ms + 1_000
                    return
                patience_ms = FIRST_PATIENCE_MS << min(due.asked, _DOUBLINGS_MAX)
                rows.asked(due, now_ms + min(patience_ms, LONGEST_PATIENCE_MS))
            self._due_ms = rows.next_ask_ms()

    def _give_up(self, now_ms: int) -> None:
        """Let go of what is over by now."""
        self._give_up_ms = now_ms + GIVE_UP_PERIOD_MS
        if not self._undelivered and self._due_ms is None:
            return
        with self._archive.transaction() as transaction:
            rows = DownRows(transaction)
            rows.give_up(now_ms // 1000)
            undelivered = _by_device(rows.undelivered(now_ms // 1000))
        self._undelivered = undelivered

    def deadline_ms(self) -> int | None:
        return self._due_ms

    # What handsets say; inside the desk's transaction.

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
        if not rows.keep_holding(carried, now_ms):
            return
        try:
            holding = orders.unpack_holding(carried.content)
        except MalformedError:
            log.warning("a holding that says nothing device=%d", carried.device)
            return
        for item in self._items_held(rows, carried, holding):
            if rows.add_holder(item["id"], carried.device, now_ms) and item["device"]:
                rows.stop_elsewhere(item["id"], carried.gateway, now_ms)
                self._undelivered.get(carried.device, {}).pop(item["id"], None)
                self._due_ms = 0
        self._require_known(transaction, rows, carried, holding, now_ms)

    def _items_held(
        self, rows: DownRows, carried: ReportEnvelope, holding: Holding
    ) -> list[RowMapping]:
        key = (carried.device, carried.generation)
        if holding.stream == orders.ORDERS:
            back = [i for i in range(orders.HOLDING_BITS_MAX) if holding.bitmap >> i & 1]
            numbers = [holding.number, *(holding.number - 1 - i for i in back)]
            found = [rows.item_by_number(down.ORDER, *key, number) for number in numbers]
            return [item for item in found if item is not None and item["parts"] == 1]
        item = {
            orders.ORDER_PARTS: lambda: rows.item_by_number(down.ORDER, *key, holding.number),
            orders.NOTICE_PARTS: lambda: rows.item_by_number(down.NOTICE, 0, 0, holding.number),
            orders.ALERTS: lambda: rows.item_by_number(down.ALERT, 0, 0, holding.number),
        }[holding.stream]()
        if item is None:
            return []
        parts = _parts_of(item) if holding.stream != orders.ALERTS else 0
        return [] if fragments.missing(holding.bitmap, parts) else [item]

    def _require_known(
        self,
        transaction: Transaction,
        rows: DownRows,
        carried: ReportEnvelope,
        holding: Holding,
        now_ms: int,
    ) -> None:
        """Never number anew what a handset took already: the archive is an older copy."""
        if holding.stream not in (orders.ORDERS, orders.ORDER_PARTS):
            return
        name = f"order {carried.device} {carried.generation}"
        if rows.skip_to(name, holding.number + 1):
            detail = f"device {carried.device} holds order {holding.number}, which is not in here"
            if not transaction.is_alarmed("unknown_order", detail):
                transaction.raise_alarm("unknown_order", None, detail, now_ms)

    def answered(
        self,
        transaction: Transaction,
        carried: ReportEnvelope,
        report_id: int,
        body: dict[str, object],
        now_ms: int,
    ) -> None:
        """Keep what a proved report answers of what went down, if it does."""
        rows = DownRows(transaction)
        word_id = self._answered_word(rows, carried, body)
        if word_id is None:
            return
        text = body.get("text")
        rows.add_answer(
            word_id=word_id,
            device=carried.device,
            seq=carried.seq,
            report_id=report_id,
            at_ms=now_ms,
            said=str(body["status"] if body["type"] == "task_status" else body["phrase"]),
            text=None if text is None else str(text),
        )

    def _answered_word(
        self, rows: DownRows, carried: ReportEnvelope, body: dict[str, object]
    ) -> int | None:
        if body["type"] == "task_status":
            return rows.word_of_task(int(str(body["number"])), carried.device)
        reference = body.get("answers")
        if body["type"] != "message" or not isinstance(reference, int):
            return None
        try:
            what, number = downlink.what_is_answered(reference)
        except MalformedError:
            return None
        if what == downlink.ORDER:
            key = (carried.device, carried.generation)
            item = rows.item_by_number(down.ORDER, *key, number)
        else:
            kind = down.NOTICE if what == downlink.NOTICE else down.ALERT
            item = rows.item_by_number(kind, 0, 0, number)
        return None if item is None else int(item["word_id"])


def _parts_of(item: RowMapping) -> int:
    """Return of how many parts a whole one is, as it goes on the air."""
    if item["what"] != down.NOTICE:
        return int(item["parts"])
    (part,) = Down.unpack(item["payload"]).parts
    return -(-(len(part.content) + len(part.tag)) // PART_BYTES)


def _by_device(rows: Iterable[tuple[int, int, str]]) -> _Undelivered:
    undelivered: _Undelivered = {}
    for device, item_id, gateway in rows:
        undelivered.setdefault(device, {}).setdefault(item_id, set()).add(gateway)
    return undelivered


def _new_id() -> bytes:
    return secrets.token_bytes(down.ID_BYTES)
