"""Tells other people's programs each proved report as JSON, on topics beside the gateways' own.

Follows the archive's journal of changes; a mark in the archive moves when the broker has confirmed,
so that nothing is left out by a restart and something may come twice (docs/decisions/0022).
"""

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from turna_backbone import topics
from turna_protocol.iso8601 import format_time
from turna_secretariat import queries
from turna_secretariat.archive import Archive
from turna_secretariat.registry import Registry
from turna_secretariat.schema import feed_mark, report

VERSION = 1
READER = "json"
# On their way to the broker at once.
WINDOW = 50
_TOLD_KINDS = ("report", "state")

Publish = Callable[[str, bytes], int | None]


@dataclass(slots=True)
class _Step:
    """One entry of the journal; `token` is None when there is nothing to confirm (any more)."""

    change_id: int
    token: int | None


class JsonFeed:
    """Reads the journal behind its mark and publishes; used by the archive's writer alone."""

    def __init__(self, archive: Archive, registry: Registry) -> None:
        self._archive = archive
        self._registry = registry
        self._mark = self._read_up_to = 0
        self._looked_at = -1
        self._under_way: deque[_Step] = deque()
        self.refused = 0

    def load(self) -> None:
        """Go on at the mark; the first time from now on, what was before is in the exports."""
        with self._archive.transaction() as transaction:
            where = feed_mark.c.reader == READER
            mark = transaction.execute(sa.select(feed_mark.c.change_id).where(where)).scalar()
            if mark is None:
                mark = queries.newest_change(transaction.connection)
                transaction.execute(feed_mark.insert().values(reader=READER, change_id=mark))
        self._mark = self._read_up_to = int(mark)

    def connected(self) -> None:
        """Begin anew behind the mark: what was on its way may be lost."""
        self._under_way.clear()
        self._read_up_to, self._looked_at = self._mark, -1

    def published(self, token: int, *, accepted: bool) -> bool:
        """Take the broker's word, return whether it was about one of ours.

        What it refuses waits for the next connection.
        """
        for step in self._under_way:
            if step.token == token:
                if accepted:
                    step.token = None
                else:
                    self.refused += 1
                return True
        return False

    def pump(self, publish: Publish) -> None:
        """Publish what is new as far as window and connection take it, and move the mark."""
        commits = self._archive.commits
        if commits != self._looked_at and len(self._under_way) < WINDOW:
            is_all = self._tell(publish)
            self._looked_at = commits if is_all else -1
        self._move_mark()

    def _tell(self, publish: Publish) -> bool:
        """Return whether the journal was read to its end."""
        with self._archive.reader() as connection:
            entries = queries.changes_after(connection, self._read_up_to)
            # What changed twice is told once, as it is now.
            newest = {e["report_id"]: e["id"] for e in entries if e["kind"] in _TOLD_KINDS}
            for entry in entries:
                if len(self._under_way) >= WINDOW:
                    return False
                token = None
                is_told = newest.get(entry["report_id"]) == entry["id"]
                message = self._message(connection, entry) if is_told else None
                if message is not None:
                    token = publish(*message)
                    if token is None:
                        return False
                self._under_way.append(_Step(entry["id"], token))
                self._read_up_to = entry["id"]
        return len(entries) < queries.CHANGES_LIMIT

    def _message(
        self, connection: sa.Connection, entry: dict[str, Any]
    ) -> tuple[str, bytes] | None:
        query = sa.select(report).where(report.c.id == entry["report_id"])
        row = connection.execute(query).mappings().one()
        if row["standing"] != "authentic":
            return None
        shown = queries.report_as_json(row, self._registry)
        if shown["country"] is None:  # taken out of the kit since: nobody's topic
            return None
        topic = topics.decoded(shown["country"], shown["call_sign"], actual=row["mode"] == "actual")
        return topic, json.dumps(_told(shown, entry["id"]), ensure_ascii=False).encode()

    def _move_mark(self) -> None:
        mark = self._mark
        while self._under_way and self._under_way[0].token is None:
            mark = self._under_way.popleft().change_id
        if mark == self._mark:
            return
        with self._archive.transaction() as transaction:
            where = feed_mark.c.reader == READER
            transaction.execute(feed_mark.update().where(where).values(change_id=mark))
        self._mark = mark


def _told(shown: dict[str, Any], change_id: int) -> dict[str, object]:
    """Return what others are told: no person's name, no key, no signal."""
    return {
        "version": VERSION,
        "change": change_id,
        "mode": shown["mode"],
        "type": shown["type"],
        "country": shown["country"],
        "team": shown["team"],
        "unit": shown["call_sign"],
        "device": shown["device"],
        "generation": shown["generation"],
        "seq": shown["seq"],
        "arrived": format_time(shown["arrived_ms"] // 1000),
        "state": shown["state_name"],
        "report": shown["report"],
    }
