"""Imports inside imports take stack, of which an ESP32 has 16 kB: they must not nest deeply."""

import ast
from collections.abc import Iterator
from pathlib import Path

from turna_handset.parts import PARTS

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {
    "turna_board": ROOT / "firmware",
    "turna_handset": ROOT / "firmware",
    "turna_protocol": ROOT / "protocol",
}
# 32-bit MicroPython takes some 3 kB of stack for each (measured on the unix port, 40 kB in all).
DEPTH_MAX = 6


def test_loading_the_handset_leaves_first_nests_few_imports() -> None:
    loaded: set[str] = set()
    deepest = {name: _depth(name, loaded, ()) for name in (*PARTS, "turna_handset.app")}
    assert max(deepest.values()) <= DEPTH_MAX, deepest


def test_every_part_exists() -> None:
    assert [name for name in PARTS if _source(name) is None] == []


def _depth(name: str, loaded: set[str], stack: tuple[str, ...]) -> int:
    """Import a module in thought, and return how deep its imports nest."""
    if name in loaded or name in stack:
        return 0
    below = [_depth(one, loaded, (*stack, name)) for one in _imports(name)]
    loaded.add(name)
    return 1 + max(below, default=0)


def _imports(name: str) -> Iterator[str]:
    source = _source(name)
    assert source is not None, name
    package = name if source.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.parse(source.read_text()).body:
        if isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1]
            module = ".".join([*base, *([node.module] if node.module else [])])
            target = module if node.level else node.module or ""
            for alias in node.names:
                found = f"{target}.{alias.name}"
                yield from [one for one in (target, found) if _source(one) is not None]


def _source(name: str) -> Path | None:
    root = PACKAGES.get(name.partition(".")[0])
    if root is None:
        return None
    path = root.joinpath(*name.split("."))
    for source in (path.with_suffix(".py"), path / "__init__.py"):
        if source.exists():
            return source
    return None
