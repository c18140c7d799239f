"""Makes the receipts that tell gateways and handsets what became of a report.

Only what is committed with the same transaction is spoken of; only the proved sender is told.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from turna_backbone.envelope import (
    RECEIPTS_LIMIT,
    Receipt,
    ReceiptEnvelope,
    ReportEnvelope,
)
from turna_protocol import acknowledgement, delivery
from turna_secretariat.judging import ANSWERED, PROVED
from turna_secretariat.registry import Registry
from turna_secretariat.schema import action, carriage, report
from turna_secretariat.transaction import Transaction, Window

# To a gateway that has just started: of a day, and never so many that reports wait for it.
TOLD_AGAIN_MS, TOLD_AGAIN_LIMIT = 86_400_000, 50


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Receipts for one gateway; `owed_id` names the row to settle once the broker has them."""

    gateway: str
    envelope: ReceiptEnvelope
    owed_id: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What one carried report is answered with; `state` None means: retire it, say nothing."""

    envelope: ReportEnvelope
    state: int | None


class Receipts:
    """Seals receipts under the handsets' keys."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def answer(self, transaction: Transaction, answers: Iterable[Answer]) -> list[Outgoing]:
        """Group answers by gateway; one sealed entry speaks for several reports of a handset."""
        by_gateway: dict[str, list[Answer]] = defaultdict(list)
        for answer in answers:
            by_gateway[answer.envelope.gateway].append(answer)
        pieces = [
            (name, some, _windows(some))
            for name, mine in by_gateway.items()
            for some in _pieces(mine, RECEIPTS_LIMIT)
        ]
        held = transaction.held_in_windows(w for _, _, windows in pieces for w in windows)
        return [
            Outgoing(name, ReceiptEnvelope(tuple(self._entries(some, windows, held))))
            for name, some, windows in pieces
        ]

    def tell(
        self,
        transaction: Transaction,
        report_id: int,
        gateway: str,
        state: int,
        owed_id: int | None = None,
    ) -> Outgoing:
        """Return a person's word about one report for one gateway that carried it.

        None is told that names a number under which there is a second report.
        """
        row = transaction.report_by_id(report_id)
        assert row is not None  # its row is owed, and nothing is ever deleted
        device, generation, seq = row["device"], row["generation"], row["seq"]
        named = transaction.reports_named([(device, generation, seq)])
        if sum(each.standing in PROVED for each in named) > 1:
            state = delivery.AT_SECRETARIAT
        window = Window(device, generation, seq, acknowledgement.RECEIPT_BITS, state)
        receipt = Receipt(
            device=device,
            generation=generation,
            seq=seq,
            digest=transaction.digests_by_gateway(report_id)[gateway],
            state=state,
            sealed=self._seal(window, transaction.held_in_windows([window])[window]),
        )
        return Outgoing(gateway, ReceiptEnvelope((receipt,)), owed_id)

    def tell_again(self, transaction: Transaction, gateway: str, since_ms: int) -> list[Outgoing]:
        """Return people's newest words about what a gateway carried: it may have missed them."""
        words = sa.select(report.c.id, report.c.state)
        words = words.join(carriage, carriage.c.report_id == report.c.id)
        words = words.where((carriage.c.gateway == gateway) & report.c.standing.in_(ANSWERED))
        said = sa.select(action.c.report_id).where(action.c.at_ms > since_ms)
        words = words.where(report.c.id.in_(said)).order_by(report.c.id.desc())
        found = transaction.execute(words.limit(TOLD_AGAIN_LIMIT)).all()
        return [self.tell(transaction, row.id, gateway, row.state) for row in found]

    def _entries(
        self, answers: Sequence[Answer], windows: Iterable[Window], held: dict[Window, set[int]]
    ) -> list[Receipt]:
        sealed = {(w.device, w.newest, w.state): self._seal(w, held[w]) for w in windows}
        return [_receipt(answer, sealed) for answer in answers]

    def _seal(self, window: Window, held: Iterable[int]) -> bytes:
        key = self._registry.authentication_key(window.device, window.generation)
        if key is None:  # taken out of the register since: nobody there to be told
            return b""
        bitmap = sum(1 << window.newest - 1 - seq for seq in held)
        return acknowledgement.seal_receipt(
            acknowledgement.Receipt(window.device, window.newest, bitmap, window.state), key
        )


def _windows(answers: Sequence[Answer]) -> list[Window]:
    """Return few windows that hold between them every number that is to be spoken of."""
    spoken_for: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for answer in answers:
        if answer.state is not None:
            carried = answer.envelope
            spoken_for[carried.device, carried.generation, answer.state].append(carried.seq)
    size = acknowledgement.RECEIPT_BITS
    return [
        Window(device, generation, newest, size, state)
        for (device, generation, state), numbers in spoken_for.items()
        for newest, _ in acknowledgement.group(numbers, size)
    ]


def _receipt(answer: Answer, sealed: dict[tuple[int, int, int], bytes]) -> Receipt:
    """Return one row; the entry that speaks for several goes with the newest of them, once."""
    carried, state = answer.envelope, answer.state
    entry = b"" if state is None else sealed.pop((carried.device, carried.seq, state), b"")
    return Receipt(
        device=carried.device,
        generation=carried.generation,
        seq=carried.seq,
        digest=carried.digest,
        state=delivery.AT_SECRETARIAT if state is None else state,
        sealed=entry,
    )


def _pieces(answers: Sequence[Answer], size: int) -> Iterator[Sequence[Answer]]:
    for start in range(0, len(answers), size):
        yield answers[start : start + size]
