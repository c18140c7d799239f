"""TOML files read strictly: every error names the file, the line, the key and a remedy.

Knows no particular setting; the gateway and the Secretariat each turn tables into their own values.
"""

import re
import tomllib
from pathlib import Path

from turna_backbone.clock import Clock, PacedClock, SystemClock

_Value = str | int | bool
# Written by exercises for their own processes; nobody else is to set it.
SIMULATED_TIME = "simulated_time"


class ConfigurationError(Exception):
    """A setting or a file is wrong; the message is one sentence for the person who can fix it."""


class Table:
    """One table of a TOML file; each key is asked for once, then `finish` refuses the others."""

    def __init__(self, document: "Document", name: str, values: dict[str, object]) -> None:
        self._document = document
        self._name = name
        self._values = values
        self._known: set[str] = set()

    def has(self, key: str) -> bool:
        """Tell whether the file sets `key`; it is then one that is known."""
        self._known.add(key)
        return key in self._values

    def text(self, key: str, default: str | None = None) -> str:
        value = self._value(key, str, "a text in quotes", default)
        if not isinstance(value, str) or not value:
            raise self.error(key, "must not be empty")
        return value

    def integer(self, key: str, default: int | None = None, *, low: int, high: int) -> int:
        value = self._value(key, int, f"a whole number from {low} to {high}", default)
        if not isinstance(value, int) or not low <= value <= high:
            raise self.error(key, f"must be from {low} to {high}, not {value}")
        return value

    def flag(self, key: str) -> bool:
        """Return a yes or no that is no where the file does not set it."""
        return bool(self._value(key, bool, "true or false", default=False))

    def texts(self, key: str, wanted: str) -> tuple[str, ...]:
        """Return a list of at least one text; `wanted` tells what is expected instead."""
        self._known.add(key)
        value = self._values.get(key)
        if not isinstance(value, list) or not value or not all(isinstance(v, str) for v in value):
            raise self.error(key, wanted)
        return tuple(value)

    def path(self, key: str, default: str | None = None) -> Path:
        """Return a path; a relative one starts at the configuration file's folder."""
        return self._document.path.parent / Path(self.text(key, default)).expanduser()

    def error(self, key: str, problem: str) -> ConfigurationError:
        """Return the error that says where `key` stands and what is wrong with it."""
        return self._document.error(self._name, key, problem)

    def finish(self) -> None:
        for key in self._values:
            if key not in self._known:
                known = ", ".join(sorted(self._known))
                raise self.error(key, f"is not a setting; this table knows: {known}")

    def _value(self, key: str, kind: type, wanted: str, default: _Value | None) -> object:
        self._known.add(key)
        value = self._values.get(key, default)
        if value is None:
            raise self.error(key, f"is missing; write {wanted}")
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.error(key, f"must be {wanted}")
        return value


def read_clock(table: Table) -> Clock:
    """Return the machine's clock, unless an exercise runs here at a pace of its own."""
    speed_permille = table.integer("speed_permille", 0, low=0, high=1_000_000)
    epoch_s = table.integer("epoch_s", 0, low=0, high=1 << 40)
    started_us = table.integer("started_monotonic_us", 0, low=0, high=1 << 62)
    table.finish()
    if not speed_permille:
        return SystemClock()
    return PacedClock(
        epoch_s=epoch_s,
        speed=speed_permille / 1000,
        started_monotonic=started_us / 1_000_000,
    )


class Document:
    """A TOML file as tables."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._text = path.read_text(encoding="utf-8")
            self._tables = tomllib.loads(self._text)
        except OSError as error:
            raise ConfigurationError(f"{path}: cannot be read ({error.strerror})") from None
        except UnicodeDecodeError:
            raise ConfigurationError(f"{path}: is not a UTF-8 text") from None
        except tomllib.TOMLDecodeError as error:
            raise ConfigurationError(f"{path}: is not TOML: {error}") from None

    def table(self, name: str) -> Table:
        """Return a table; one that is absent is empty."""
        values = self._tables.get(name, {})
        if not isinstance(values, dict):
            raise self.error("", name, f"must be a table: write [{name}] on a line of its own")
        return Table(self, name, values)

    def require_only(self, *names: str) -> None:
        shown = ", ".join(name for name in names if name != SIMULATED_TIME)
        for name in self._tables:
            if name not in names:
                raise self.error("", name, f"is not known here; the tables are: {shown}")

    def error(self, table: str, key: str, problem: str) -> ConfigurationError:
        line = self._line(table, key)
        where = f"{self.path}:{line}" if line else f"{self.path}"
        return ConfigurationError(f"{where}: {table + '.' if table else ''}{key} {problem}")

    def _line(self, table: str, key: str) -> int:
        """Return the line of a key, or of its table if it is absent, or 0 (tomllib tells none)."""
        table_line = 0
        current = ""
        for number, line in enumerate(self._text.splitlines(), 1):
            if header := re.match(r"\s*\[\s*([\w.-]+)\s*\]", line):
                current = header[1]
                if current in (table, key):
                    table_line = number
            if current == table and re.match(rf"\s*\"?{re.escape(key)}\"?\s*=", line):
                return number
        return table_line
