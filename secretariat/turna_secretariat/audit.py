"""The audit log's rows: who did what when and what came of it; written once, then searched."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from turna_secretariat.deeds import KINDS, SENTENCES, Noted
from turna_secretariat.people_schema import audit

DONE, REFUSED, FAILED, NOT_KNOWN = OUTCOMES = ("done", "refused", "failed", "not known")
# As the column takes them.
_WHO_MOST, _SENTENCE_MOST, _WHY_MOST, _ADDRESS_MOST = 40, 200, 200, 64
# Before version 3 an outcome was a word or a status of HTTP.
_WAS_DONE = audit.c.came_of_it.in_((DONE, *map(str, range(200, 400))))


@dataclass(frozen=True, slots=True)
class Entry:
    """A line to be written; `who` is an account's name, empty for nobody."""

    who: str
    person: str | None
    deed: Noted
    outcome: str
    address: str
    at_ms: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """What somebody looks for in the log; what is None or empty does not matter."""

    who: str | None = None
    kinds: Sequence[str] = ()
    since_ms: int | None = None
    until_ms: int | None = None
    only_refused: bool = False


def write(connection: Connection, entry: Entry) -> None:
    deed = entry.deed.harmless()
    connection.execute(
        audit.insert().values(
            at_ms=entry.at_ms,
            account=entry.who[:_WHO_MOST],
            person=entry.person,
            deed=deed.code,
            about=json.dumps(dict(deed.about), ensure_ascii=False),
            did=deed.sentence()[:_SENTENCE_MOST],
            came_of_it=entry.outcome,
            why=entry.why[:_WHY_MOST],
            address=entry.address[:_ADDRESS_MOST],
        )
    )


def read(
    connection: Connection, looked: Looked, limit: int, before_id: int | None = None
) -> list[dict[str, Any]]:
    """Return the newest lines of those that are looked for."""
    query = sa.select(audit).order_by(audit.c.id.desc()).limit(limit)
    if before_id is not None:
        query = query.where(audit.c.id < before_id)
    if looked.who is not None:
        query = query.where((audit.c.account == looked.who) | (audit.c.person == looked.who))
    if looked.kinds:
        codes = [code for kind in looked.kinds for code in KINDS[kind]]
        query = query.where(audit.c.deed.in_(codes))
    if looked.since_ms is not None:
        query = query.where(audit.c.at_ms >= looked.since_ms)
    if looked.until_ms is not None:
        query = query.where(audit.c.at_ms < looked.until_ms)
    if looked.only_refused:
        query = query.where(~_WAS_DONE)
    return [_line(row) for row in connection.execute(query).mappings()]


def last_sign_ins(connection: Connection) -> list[tuple[str, int]]:
    """Return when each account last signed in."""
    mine = sa.select(audit.c.account, sa.func.max(audit.c.at_ms))
    mine = mine.where((audit.c.deed == "sign_in") & _WAS_DONE).group_by(audit.c.account)
    return [(name, at_ms) for name, at_ms in connection.execute(mine)]


def outcome_of(status: int) -> str:
    """Return the word for a status of HTTP: 4xx is a refusal, 5xx a failure of ours.

    503 is that of `handing_over`: the deed still waits for its thread and may yet be done.
    """
    if status == 503:
        return NOT_KNOWN
    return DONE if status < 400 else REFUSED if status < 500 else FAILED


def _line(row: RowMapping) -> dict[str, Any]:
    deed = Noted(row["deed"], json.loads(row["about"]))
    came_of_it = row["came_of_it"]
    return {
        "id": row["id"],
        "at_ms": row["at_ms"],
        "account": row["account"],
        "person": row["person"],
        "deed": deed.code,
        "did": deed.sentence(),
        "sentence": SENTENCES[deed.code],
        "about": dict(deed.about),
        "outcome": outcome_of(int(came_of_it)) if came_of_it.isdecimal() else came_of_it,
        "why": row["why"] or "",
        "address": row["address"],
    }
