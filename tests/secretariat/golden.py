"""Small files that were looked at once and must not change unseen."""

from pathlib import Path

_FOLDER = Path(__file__).parent / "golden_exports"


def golden(name: str) -> bytes:
    return (_FOLDER / name).read_bytes()
