"""The heap of an ESP32 without PSRAM, as a virtual board with its firmware in a ROM has to have it.

Such a board leaves MicroPython 110 KiB, and its firmware is frozen in the image: the tables of
modules are in ROM.  A virtual board has them in the heap, so it gets as much more as the tables of
those modules take that a handset holds all the time (docs/decisions/0010).
"""

import ast
import functools
from collections.abc import Iterable, Iterator
from pathlib import Path

from . import libraries
from .frozen import tables_bytes
from .rom import compiled
from .world import FIRMWARE

LEFT_BY_AN_ESP32_BYTES = 110 * 1024
_HANDSET = "turna_handset.app"


@functools.cache
def esp32_heap() -> str:
    """Return the heap for boards with this repository's firmware in a ROM, in whole KiB."""
    modules = staying((*FIRMWARE, libraries.folder()))
    saved = sum(tables_bytes(compiled(source)) for source in modules.values())
    return f"{(LEFT_BY_AN_ESP32_BYTES + saved) // 1024}K"


@functools.cache
def staying(folders: tuple[Path, ...]) -> dict[str, Path]:
    """Return the modules that a handset never lets go of, each with its source.

    They are what its application imports, directly or not, when it is imported itself.
    """
    found: dict[str, Path] = {}
    waiting = [_HANDSET]
    while waiting:
        name = waiting.pop()
        source = _source(name, folders)
        if name not in found and source is not None:
            found[name] = source
            waiting += _imported(source, name)
    return found


def _source(name: str, folders: Iterable[Path]) -> Path | None:
    """Return where a module of ours is; None for one of the interpreter, or what is no module."""
    place = name.replace(".", "/")
    for folder in folders:
        for path in (folder / f"{place}.py", folder / place / "__init__.py"):
            if path.exists():
                return path
    return None


def _imported(source: Path, name: str) -> Iterator[str]:
    """Name what a module imports when it is imported; some of it may be no module."""
    package = name if source.stem == "__init__" else name.rpartition(".")[0]
    for statement in ast.parse(source.read_text()).body:
        if isinstance(statement, ast.Import):
            yield from (alias.name for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom):
            above = _absolute(package, statement)
            yield above
            yield from (f"{above}.{alias.name}" for alias in statement.names)


def _absolute(package: str, statement: ast.ImportFrom) -> str:
    if not statement.level:
        return statement.module or ""
    parts = package.split(".")
    above = ".".join(parts[: len(parts) - statement.level + 1])
    return f"{above}.{statement.module}" if statement.module else above
