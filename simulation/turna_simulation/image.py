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
    return _look(micropython, image, [["read", path]])[0]


def list_files(micropython: Path, image: Path, folder: str) -> list[str]:
    """Return the names in a folder."""
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "image"
        shutil.copyfile(image, copy)
        (names,) = _run(micropython, copy, [["list", folder]])
    return [str(name) for name in names or []]


def read_folder(micropython: Path, image: Path, folder: str) -> dict[str, bytes]:
    """Return the content of each file in a folder by its name."""
    names = list_files(micropython, image, folder)
    contents = _look(micropython, image, [["read", f"{folder}/{name}"] for name in names])
    return {name: content for name, content in zip(names, contents, strict=True) if content}


def _look(micropython: Path, image: Path, commands: list[list[str]]) -> list[bytes | None]:
    """Read files in a copy: to look is not to touch."""
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "image"
        shutil.copyfile(image, copy)
        texts = _run(micropython, copy, commands)
    return [None if text is None else bytes.fromhex(text) for text in texts]


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
