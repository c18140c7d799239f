"""Files in the littlefs image of a board that is off, by MicroPython's own file system."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from .flash import BLOCKS

_TOOL = Path(__file__).parent / "overlay" / "_image.py"


def write_files(micropython: Path, image: Path, files: Mapping[str, bytes]) -> None:
    """Put files into an image; makes the file system if there is none."""
    _run(micropython, image, [["write", path, content.hex()] for path, content in files.items()])


def read_file(micropython: Path, image: Path, path: str) -> bytes | None:
    """Return a file's content as a board that starts now would find it, or None."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "image"
        shutil.copyfile(image, copy)
        (text,) = _run(micropython, copy, [["read", path]])
    return None if text is None else bytes.fromhex(text)


def list_files(micropython: Path, image: Path, folder: str) -> list[str]:
    """Return the names in a folder."""
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "image"
        shutil.copyfile(image, copy)
        (names,) = _run(micropython, copy, [["list", folder]])
    return [str(name) for name in names or []]


def _run(micropython: Path, image: Path, commands: list[list[str]]) -> list[str | None]:
    script = "".join(json.dumps(command) + "\n" for command in commands)
    done = subprocess.run(
        [str(micropython), str(_TOOL), str(image), str(BLOCKS)],
        input=script,
        text=True,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the image {image} cannot be used: {done.stdout}{done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]
