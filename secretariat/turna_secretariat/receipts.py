"""Makes the receipts that tell gateways and handsets what became of a report.

Only what is committed with the same transaction is spoken of; only the proved sender is told.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from turna_backbone.envelope import (
    RECEIPTS_LIMIT,
    Receipt,
    ReceiptEnvelope,
    ReportEnvelope,
)
from turna_protocol import acknowledgement, delivery
from turna_secretariat.registry import Registry
from turna_secretariat.transaction import Transaction


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
        return [
            Outgoing(name, ReceiptEnvelope(tuple(self._entries(transaction, some))))
            for name, mine in by_gateway.items()
            for some in _pieces(mine, RECEIPTS_LIMIT)
        ]

    def tell(
        self, transaction: Transaction, report_id: int, gateway: str, state: int, owed_id: int
    ) -> Outgoing:
        """Return a person's word about one report for one gateway that carried it."""
        row = transaction.report_by_id(report_id)
        assert row is not None  # its row is owed, and nothing is ever deleted
        device, generation, seq = row["device"], row["generation"], row["seq"]
        receipt = Receipt(
            device=device,
            generation=generation,
            seq=seq,
            digest=transaction.digests_by_gateway(report_id)[gateway],
            state=state,
            sealed=self._seal(transaction, device, generation, seq, state),
        )
        return Outgoing(gateway, ReceiptEnvelope((receipt,)), owed_id)

    def _entries(self, transaction: Transaction, answers: Sequence[Answer]) -> list[Receipt]:
        spoken_for: dict[tuple[int, int, int], list[int]] = defaultdict(list)
        for answer in answers:
            if answer.state is not None:
                carried = answer.envelope
                spoken_for[carried.device, carried.generation, answer.state].append(carried.seq)
        sealed: dict[tuple[int, int, int], bytes] = {}
        for (device, generation, state), numbers in spoken_for.items():
            for newest, _ in acknowledgement.group(numbers, acknowledgement.RECEIPT_BITS):
                sealed[device, newest, state] = self._seal(
                    transaction, device, generation, newest, state
                )
        return [_receipt(answer, sealed) for answer in answers]

    def _seal(
        self, transaction: Transaction, device: int, generation: int, newest: int, state: int
    ) -> bytes:
        key = self._registry.authentication_key(device, generation)
        if key is None:  # taken out of the register since: nobody there to be told
            return b""
        held = transaction.held_in_window(
            device, generation, newest, acknowledgement.RECEIPT_BITS, state
        )
        bitmap = sum(1 << newest - 1 - seq for seq in held)
        return acknowledgement.seal_receipt(
            acknowledgement.Receipt(device, newest, bitmap, state), key
        )


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
