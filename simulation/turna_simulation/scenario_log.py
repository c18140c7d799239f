"""The complete, comparable log of a scenario: what happened, where, at which virtual instant."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple


class Entry(NamedTuple):
    """One thing that happened."""

    at_us: int
    who: str
    what: str
    fields: dict[str, int | str | None]

    def line(self) -> str:
        """Return the entry as a line of JSON, the same on every machine."""
        content = {"at_us": self.at_us, "who": self.who, "what": self.what, **self.fields}
        return json.dumps(content, sort_keys=True, separators=(",", ":"))


class ScenarioLog:
    """Entries in order; `frames_digest` sums up every frame of every board."""

    def __init__(self, now_us: Callable[[], int]) -> None:
        self._now_us = now_us
        self._entries: list[Entry] = []
        self._frames = hashlib.sha256()
        self.watchers: list[Callable[[Entry], None]] = []

    def record(self, who: str, what: str, **fields: int | str | None) -> None:
        """Add an entry at the present instant."""
        entry = Entry(self._now_us(), who, what, fields)
        self._entries.append(entry)
        for watcher in self.watchers:
            watcher(entry)

    def frame(self, who: str, kind: str, arg: int, payload: bytes) -> None:
        """Take a frame between world and board into the digest of all frames."""
        self._frames.update(f"{self._now_us()} {who} {kind}{arg} ".encode() + payload)

    def entries(self, who: str | None = None, what: str | None = None) -> list[Entry]:
        """Return the entries, all or those of one kind."""
        return [e for e in self._entries if who in (None, e.who) and what in (None, e.what)]

    def lines(self) -> list[str]:
        """Return the entries as lines of JSON."""
        return [entry.line() for entry in self._entries]

    @staticmethod
    def digest_of(lines: list[str]) -> str:
        """Return the SHA-256 of lines."""
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def frames_digest(self) -> str:
        """Return the SHA-256 of every frame that a board sent, with its instant."""
        return self._frames.hexdigest()

    def write(self, path: Path) -> None:
        """Write the entries to a file, a line each."""
        path.write_text("\n".join(self.lines()) + "\n")
