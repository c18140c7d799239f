"""What went down, as the page and the command line show it: each word, and how far it is by team.

`state` of a handset: waiting (no gateway has it yet), queued, sent, delivered (proved by the
handset itself: it says that it holds it, or answers), expired, refused, withdrawn.
`task_state`: assigned, seen, accepted, working, done, refused, failed or cancelled, as the team
says.
"""

import itertools
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from turna_backbone import down
from turna_secretariat.down_named import named_to, said_to
from turna_secretariat.down_schema import (
    down_answer,
    down_holder,
    down_item,
    down_sending,
    down_word,
    revocation,
)
from turna_secretariat.down_words import ALERT
from turna_secretariat.queries import revoked_generations
from turna_secretariat.registry import Registry
from turna_secretariat.uncollected import uncollected

WORDS_LIMIT = 1_000
ALERTS_LIMIT = 20
_AT_ONCE = 100
_TASK_STATES = {"under_way": "working"}
# How far a gateway is, the furthest last.
_PROGRESS = (down.REFUSED, down.EXPIRED, down.WITHDRAWN, None, down.QUEUED, down.SENT)
_OF_ANSWERS = ("report_id", "at_ms", "said", "text")
_Row = dict[str, Any]


class _Sending(NamedTuple):
    """One part of a word at one gateway, as the gateway told it."""

    device: int
    gateway: str
    state: int | None
    at_s: int | None
    reason: str
    asked: int


def words(
    connection: Connection,
    registry: Registry,
    *,
    mode: str | None = None,
    limit: int = 50,
    before_id: int | None = None,
    devices: frozenset[int] | None = None,
    now_s: int = 0,
) -> list[_Row]:
    """Return what was said, newest first; `devices` are those that one may see (None: all).

    Without a mode that of every mode: each says its own.
    """
    query = sa.select(down_word).order_by(down_word.c.id.desc())
    if mode is not None:
        query = query.where(down_word.c.mode == mode)
    if before_id is not None:
        query = query.where(down_word.c.id < before_id)
    rows = _in_view(connection, query, devices, min(limit, WORDS_LIMIT))
    with uncollected:
        told = _Told(connection, [row["id"] for row in rows])
        return [_word(told, registry, row, devices, now_s) for row in rows]


def one_word(
    connection: Connection,
    registry: Registry,
    word_id: int,
    devices: frozenset[int] | None = None,
    now_s: int = 0,
) -> _Row | None:
    """Return one, with what each gateway told of it; None if there is none for these eyes."""
    query = sa.select(down_word).where(down_word.c.id == word_id)
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    told = _Told(connection, [word_id])
    word = _word(told, registry, row, devices, now_s)
    if not word["handsets"]:
        return None
    return word | {"gateways": _gateways(told, word_id, devices)}


def alerts(
    connection: Connection, registry: Registry, devices: frozenset[int] | None = None
) -> list[_Row]:
    """Return the alerts of every mode that were said or taken back last, not how far each is."""
    touched_ms = sa.func.coalesce(down_word.c.withdrawn_ms, down_word.c.at_ms)
    query = sa.select(down_word).where(down_word.c.kind == ALERT)
    query = query.order_by(touched_ms.desc(), down_word.c.id.desc())
    rows = _in_view(connection, query, devices, ALERTS_LIMIT)
    return [_as_said(registry, row, devices) for row in rows]


def revocations(
    connection: Connection, registry: Registry, devices: frozenset[int] | None = None
) -> list[_Row]:
    """Return whose keys are revoked, and by whom; `devices` as above."""
    rows = connection.execute(sa.select(revocation).order_by(revocation.c.device)).mappings()
    return [
        dict(row) | {"call_sign": registry.call_sign(row["device"])}
        for row in rows
        if devices is None or row["device"] in devices
    ]


def alarmed_by_orders(connection: Connection, mode: str) -> set[int]:
    """Return whom an order has alarmed in this mode that nobody has taken back."""
    query = sa.select(down_word.c.audience, down_word.c.body).where(
        (down_word.c.mode == mode)
        & (down_word.c.kind == ALERT)
        & down_word.c.withdrawn_ms.is_(None)
    )
    alarmed: set[int] = set()
    for row in connection.execute(query):
        audience = json.loads(row.audience)
        if not audience["all"] and json.loads(row.body)["alert"] != "resume":
            alarmed.update(audience["devices"])
    return alarmed


def answered_by(connection: Connection, report_id: int) -> str | None:
    """Return in a few words what a report answers; None if nothing that is known here."""
    query = sa.select(down_word.c.id, down_word.c.kind, down_word.c.body)
    query = query.join_from(down_word, down_answer, down_answer.c.word_id == down_word.c.id)
    row = connection.execute(query.where(down_answer.c.report_id == report_id)).first()
    if row is None:
        return None
    body = json.loads(row.body)
    return f"#{row.id} {body.get('alert') or row.kind}".replace("_", " ")


def _in_view(
    connection: Connection,
    query: sa.Select[tuple[Any, ...]],
    devices: frozenset[int] | None,
    limit: int,
) -> list[RowMapping]:
    """Return the first words that are for any of the devices (None: of all the first)."""
    if devices is None:
        return list(connection.execute(query.limit(limit)).mappings())
    with connection.execute(query.execution_options(yield_per=_AT_ONCE)) as rows:
        seen = (row for row in rows.mappings() if _is_for(row, devices))
        return list(itertools.islice(seen, limit))


def _is_for(row: RowMapping, devices: frozenset[int]) -> bool:
    return not devices.isdisjoint(json.loads(row["audience"])["devices"])


class _Told:
    """What gateways and handsets told of some words, by word: asked for all of them at once."""

    def __init__(self, connection: Connection, word_ids: Sequence[int]) -> None:
        mine = down_item.c.word_id.in_(word_ids)
        self.sendings: dict[int, list[_Sending]] = defaultdict(list)
        shown = (down_sending.c[name] for name in ("gateway", "state", "at_s", "reason", "asked"))
        query = sa.select(down_item.c.word_id, down_item.c.device, *shown).join(down_sending)
        query = query.where(mine).order_by(down_sending.c.gateway, down_item.c.device)
        for word_id, *sending in connection.execute(query):
            self.sendings[word_id].append(_Sending(*sending))
        self.items: dict[int, Counter[int]] = defaultdict(Counter)
        query = sa.select(down_item.c.word_id, down_item.c.device)
        for word_id, device in connection.execute(query.where(mine)):
            self.items[word_id][device] += 1
        self.held: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        held = sa.select(down_item.c.word_id, down_holder.c.device, down_holder.c.held_ms)
        held = held.join(down_item, down_item.c.id == down_holder.c.item_id)
        for word_id, device, at_ms in connection.execute(held.where(mine)):
            self.held[word_id][device].append(at_ms)
        self.answers: dict[int, dict[int, list[_Row]]] = defaultdict(lambda: defaultdict(list))
        said = sa.select(
            *(down_answer.c.word_id, down_answer.c.device),
            *(down_answer.c[name] for name in _OF_ANSWERS),
        ).where(down_answer.c.word_id.in_(word_ids))
        # By the handset's own count: a status that was delayed is no newer for that.
        for word_id, device, *answer in connection.execute(said.order_by(down_answer.c.seq)):
            answered = dict(zip(_OF_ANSWERS, answer, strict=True))
            self.answers[word_id][device].append(answered)
        self.revoked = revoked_generations(connection)


def _word(
    told: _Told, registry: Registry, row: RowMapping, devices: frozenset[int] | None, now_s: int
) -> _Row:
    said = _as_said(registry, row, devices)
    is_over = 0 < row["not_after_s"] < (now_s or row["at_ms"] // 1000)
    states = _States(told, row, is_over=is_over)
    handsets = [_handset(registry, row["kind"], device, states) for device in said["devices"]]
    _mark_revoked(told.revoked, registry, handsets)
    return said | {
        "is_over": is_over,
        "handsets": handsets,
        "teams": _teams(handsets),
        "by_gateway": _by_gateway(_gateways(told, row["id"], devices)),
    }


def _as_said(registry: Registry, row: RowMapping, devices: frozenset[int] | None) -> _Row:
    """Return what was said to whom, and who took it back; `devices` as above."""
    audience = json.loads(row["audience"])
    shown = (
        *("id", "kind", "mode", "at_ms", "person", "priority", "not_after_s", "airtime_ms"),
        *("task", "withdrawn_ms", "withdrawn_by"),
    )
    return {name: row[name] for name in shown} | {
        "said": said_to(registry, json.loads(row["body"]), devices),
        "to": named_to(registry, audience, devices),
        "to_all": audience["all"],
        "devices": [d for d in audience["devices"] if devices is None or d in devices],
        "beyond_view": devices is not None and not devices.issuperset(audience["devices"]),
    }


class _States:
    """How far one word is at each handset; `of` is asked for hundreds."""

    def __init__(self, told: _Told, word: RowMapping, *, is_over: bool) -> None:
        sendings: dict[int, list[int | None]] = defaultdict(list)
        for sending in told.sendings[word["id"]]:
            sendings[sending.device].append(_as_told(sending.state))
        self._is_over, self._is_withdrawn = is_over, word["withdrawn_ms"] is not None
        self._furthest = {
            device: max(states, key=_PROGRESS.index) for device, states in sendings.items()
        }
        self._items = told.items[word["id"]]
        self._held = told.held[word["id"]]
        self._answers = told.answers[word["id"]]

    def of(self, device: int) -> _Row:
        delivered_ms = self._delivered_ms(device)
        return {
            "state": self._state(device) if delivered_ms is None else "delivered",
            "delivered_ms": delivered_ms,
            "answers": self._answers.get(device, []),
        }

    def _delivered_ms(self, device: int) -> int | None:
        """Return since when it is proved that the handset has all: it says that it holds it.

        A resumption may be an alert and an order.
        """
        held = self._held.get(device)
        wanted = self._items.get(device, 0) + self._items.get(0, 0)
        return max(held) if held and len(held) == wanted else None

    def _state(self, device: int) -> str:
        """Return how far gateways brought what is not confirmed: of two parts the one behind."""
        parts = [self._furthest[whom] for whom in (device, 0) if whom in self._furthest]
        if not parts:
            return "refused"  # its keys are revoked: nothing was made for it
        reached = min(parts, key=_PROGRESS.index)
        if self._is_withdrawn:
            return "withdrawn"
        if self._is_over and reached != down.REFUSED:
            return "expired"
        return "waiting" if reached is None else down.STATE_NAMES[reached]


def _as_told(state: int | None) -> int | None:
    """Return a gateway's state; that the handset has it is not a gateway's to say."""
    return down.SENT if state == down.DELIVERED else state


def _handset(registry: Registry, kind: str, device: int, states: _States) -> _Row:
    known = registry.handset(device)
    handset: _Row = {
        "device": device,
        "call_sign": registry.call_sign(device),
        "team": None if known is None else known.team,
        "country": None if known is None else known.country,
    } | states.of(device)
    if kind == "task":
        answers = handset["answers"]
        said = answers[-1]["said"] if answers else "assigned"
        handset["task_state"] = _TASK_STATES.get(said, said)
    return handset


def _mark_revoked(
    generations: Mapping[int, int], registry: Registry, handsets: Sequence[_Row]
) -> None:
    """Say of whom nothing more is to come: no answer of lost keys is ever believed."""
    for handset in handsets:
        known = registry.handset(handset["device"])
        revoked_up_to = generations.get(handset["device"], -1)
        handset["revoked"] = known is not None and revoked_up_to >= known.generation
        if handset["revoked"] and handset["state"] in ("waiting", "queued", "sent"):
            handset["state"] = "refused"


def _teams(handsets: Sequence[_Row]) -> list[_Row]:
    by_team: dict[tuple[str, str], list[_Row]] = defaultdict(list)
    for handset in handsets:
        by_team[str(handset["team"]), str(handset["country"])].append(handset)
    return [
        {
            "team": team,
            "country": country,
            "handsets": len(members),
            "delivered": sum(member["state"] == "delivered" for member in members),
            "answered": sum(bool(member["answers"]) for member in members),
        }
        for (team, country), members in by_team.items()
    ]


def _by_gateway(told: Sequence[_Row]) -> list[_Row]:
    """Return how far each gateway is with its parts, and why it does not say some of them."""
    by_name: dict[str, list[_Row]] = defaultdict(list)
    for part in told:
        by_name[part["gateway"]].append(part)
    return [
        {
            "gateway": name,
            "states": dict(Counter(part["state"] or "waiting" for part in parts)),
            "at_s": max((part["at_s"] for part in parts if part["at_s"] is not None), default=None),
            "reasons": sorted({part["reason"] for part in parts if part["state"] == "refused"}),
        }
        for name, parts in by_name.items()
    ]


def _gateways(told: _Told, word_id: int, devices: frozenset[int] | None = None) -> list[_Row]:
    """Return what each gateway told of each part; `devices` as above, what is for all as well."""
    return [
        {
            "gateway": sending.gateway,
            "device": sending.device,
            "state": None if sending.state is None else down.STATE_NAMES[sending.state],
            "at_s": sending.at_s,
            "reason": sending.reason,
            "asked": sending.asked,
        }
        for sending in told.sendings[word_id]
        if devices is None or sending.device in devices or sending.device == 0
    ]
