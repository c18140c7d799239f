"""Files a group of carried reports in one transaction: as many statements for many as for one.

Each is judged in the order in which they came, against what is stored and what came before it in
the group; alarms and answers follow in the same order, when all are stored.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from turna_backbone.envelope import ReportEnvelope
from turna_protocol import delivery
from turna_secretariat import alarms
from turna_secretariat.down_desk import ANSWERS, DownDesk
from turna_secretariat.judging import ANSWERED, PROVED, Judge, fingerprint_of
from turna_secretariat.receipts import Answer
from turna_secretariat.transaction import Carriage, Key, NewReport, Transaction


@dataclass(slots=True)
class _Kept:
    """A report that the archive holds, or will with this group; then its `id` comes last."""

    fingerprint: bytes
    standing: str
    state: int
    id: int = 0


class Filing:
    """Files one group, once."""

    def __init__(self, transaction: Transaction, judge: Judge, down: DownDesk, now_ms: int) -> None:
        self._transaction = transaction
        self._judge = judge
        self._down = down
        self._now_ms = now_ms
        self._kept: dict[Key, list[_Kept]] = defaultdict(list)
        self._new: list[tuple[_Kept, NewReport, ReportEnvelope]] = []
        self._ways: list[tuple[_Kept, Carriage]] = []

    def file(self, envelopes: Sequence[ReportEnvelope]) -> list[Answer]:
        """Store all, new or repeated, and return what each is answered with."""
        self._down.begin(self._transaction, self._now_ms)
        for row in self._transaction.reports_named({_key(carried) for carried in envelopes}):
            kept = _Kept(row.fingerprint, row.standing, row.state, row.id)
            self._kept[row.device, row.generation, row.seq].append(kept)
        answers = [self._take(carried) for carried in envelopes]
        self._store()
        for kept, new, carried in self._new:
            alarms.raise_for(self._transaction, self._judge.registry, kept.id, new, self._now_ms)
            if new.standing == "authentic" and new.type in ANSWERS:
                said = json.loads(new.body)
                self._down.answered(self._transaction, _key(carried), kept.id, said, self._now_ms)
        return answers

    def _take(self, carried: ReportEnvelope) -> Answer:
        if self._judge.is_holding(carried):
            self._take_holding(carried)
            return Answer(carried, None)
        kept = self._kept_as(carried)
        self._ways.append((kept, _carriage(carried, self._now_ms)))
        # A report that is not proved to be its sender's is kept, and never confirmed to the field.
        if kept.standing not in ANSWERED:
            return Answer(carried, None)
        self._down.heard(self._transaction, carried, self._now_ms)
        return Answer(carried, self._state_of_number(carried, kept))

    def _state_of_number(self, carried: ReportEnvelope, kept: _Kept) -> int:
        """Return what may be said of a number: no person's word if it has two reports."""
        named = self._kept[_key(carried)]
        is_sole = sum(each.standing in PROVED for each in named) == 1
        return kept.state if is_sole else delivery.AT_SECRETARIAT

    def _take_holding(self, carried: ReportEnvelope) -> None:
        self._transaction.note_number(carried.device, carried.generation, carried.seq, self._now_ms)
        self._down.heard(self._transaction, carried, self._now_ms)
        self._down.held(self._transaction, carried, self._now_ms)

    def _kept_as(self, carried: ReportEnvelope) -> _Kept:
        """Return what it is kept as, after judging it if it is new."""
        fingerprint = fingerprint_of(carried)
        known = self._kept[_key(carried)]
        for kept in known:
            if kept.fingerprint == fingerprint:
                return kept
        new = self._judge.report(
            carried,
            fingerprint,
            is_second=any(kept.standing in PROVED for kept in known),
            now_ms=self._now_ms,
        )
        kept = _Kept(fingerprint, new.standing, new.state)
        known.append(kept)
        self._new.append((kept, new, carried))
        return kept

    def _store(self) -> None:
        numbers = self._transaction.insert_reports([new for _, new, _ in self._new], self._now_ms)
        for (kept, _, _), number in zip(self._new, numbers, strict=True):
            kept.id = number
        self._transaction.note_carriages([(kept.id, way) for kept, way in self._ways])


def _key(carried: ReportEnvelope) -> Key:
    return carried.device, carried.generation, carried.seq


def _carriage(carried: ReportEnvelope, now_ms: int) -> Carriage:
    return Carriage(
        gateway=carried.gateway,
        boot_id=carried.boot_id,
        digest=carried.digest,
        heard_ms=carried.heard_at_s * 1000,
        arrived_ms=now_ms,
        rssi_dbm=carried.rssi_dbm,
        snr_db_x4=carried.snr_db_x4,
        hops=carried.hops,
    )
