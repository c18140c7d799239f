"""The page's live line: server-sent events that say what changed, none lost in between."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any, NamedTuple

from turna_backbone.clock import Clock
from turna_secretariat import queries
from turna_secretariat.archive import Archive
from turna_secretariat.scope import devices_in_view

# How often an open line looks whether anything was committed: a comparison of two numbers.
PERIOD_S = 0.1
# A silent line says so this often, so that the page can tell quiet from cut off.
HEARTBEAT_S = 2.0
RETRY_MS = 1000
# SQLite's own limit for a row's number has 19 digits.
_ID_DIGITS = 18


# What is looked for is kept for the next page, as long as nothing else is.
LOOKS_KEPT = 16

# Whose eyes, the last that they have seen, and the commit up to which was looked.
_Key = tuple[frozenset[int] | None, int, int]


class Events:
    """Gives each browser the changes after the last one it has seen."""

    def __init__(
        self,
        archive: Archive,
        clock: Clock,
        feed: Callable[[], dict[str, Any]],
        closing: Callable[[], bool],
    ) -> None:
        self._archive = archive
        self._clock = clock
        self._feed = feed
        self._closing = closing
        self._looks: dict[_Key, asyncio.Future[_News]] = {}

    async def stream(self, last_event_id: str) -> AsyncIterator[str]:
        """Tell every change after `last_event_id`, or from now on; a heartbeat in between."""
        last = await asyncio.to_thread(self._start, last_event_id)
        looked_at, quiet_s, told = -1, HEARTBEAT_S, None
        yield f"retry: {RETRY_MS}\nid: {last}\nevent: hello\ndata: {last}\n\n"
        while not self._closing():
            committed = self._archive.commits
            if committed != looked_at:
                news = await self._news_after(last, committed)
                if news.number:
                    last = news.last
                    yield news.text
                if news.number == queries.CHANGES_LIMIT:
                    continue  # more of what was missed
                looked_at = committed
            connected = self._feed()["connected"]
            if quiet_s >= HEARTBEAT_S or connected != told:
                quiet_s, told = 0.0, connected
                pulse = {"now_ms": self._clock.unix_s() * 1000, "connected": connected}
                yield f"event: heartbeat\ndata: {json.dumps(pulse)}\n\n"
            await asyncio.sleep(PERIOD_S)
            quiet_s += PERIOD_S

    def _start(self, last_event_id: str) -> int:
        """Return where to go on; an id that this archive never gave out starts from now."""
        with self._archive.reader() as connection:
            newest = queries.newest_change(connection)
        is_number = last_event_id.isascii() and last_event_id.isdigit()
        if not is_number or len(last_event_id) > _ID_DIGITS:
            return newest
        return min(int(last_event_id), newest)

    async def _news_after(self, last: int, committed: int) -> "_News":
        """Look once for all the pages that wait for the same."""
        key = (devices_in_view.get(), last, committed)
        if key not in self._looks:
            if len(self._looks) >= LOOKS_KEPT:
                self._looks.clear()
            self._looks[key] = asyncio.ensure_future(asyncio.to_thread(self._look, last))
        look = self._looks[key]
        try:
            return await asyncio.shield(look)  # a page that leaves ends it for no other
        except Exception:
            self._looks.pop(key, None)
            raise

    def _look(self, last: int) -> "_News":
        with self._archive.reader() as connection:
            changed = queries.changes_after(connection, last)
        newest = changed[-1]["id"] if changed else last
        return _News(newest, len(changed), "".join(map(_told, changed)))


class _News(NamedTuple):
    """Changes as they are sent, how many they are, and the number of the last."""

    last: int
    number: int
    text: str


def _told(entry: dict[str, Any]) -> str:
    return f"id: {entry['id']}\nevent: change\ndata: {json.dumps(entry)}\n\n"
