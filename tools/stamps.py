"""Remembers what a product was made from, so that making it again costs nothing.

A stamp is a file inside the product, so removing the product removes its stamp.
"""

import hashlib
from pathlib import Path

Ingredient = str | Path


class Stamp:
    """Says whether a product was made from exactly these ingredients."""

    def __init__(self, path: Path, *ingredients: Ingredient) -> None:
        self._path = path
        self._digest = _digest(ingredients)

    def is_fresh(self) -> bool:
        return self._path.is_file() and self._path.read_text() == self._digest

    def put(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(self._digest)


def _digest(ingredients: tuple[Ingredient, ...]) -> str:
    digest = hashlib.sha256()
    for ingredient in ingredients:
        content = ingredient.read_bytes() if isinstance(ingredient, Path) else ingredient.encode()
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()
