"""A store's process under strace: every write and sync of its files, in the order of the kernel.

From that record the disk is rebuilt as a power cut would leave it after any of these calls: what
was synced is there, and of what was only written any part.
"""

import random
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tools.tracer import LAUNCHER

CALLS = "openat,close,write,pwrite64,fsync,fdatasync,ftruncate,unlink,rename"
_NAMES = ("unlink", "rename")  # calls that change a folder alone
FOLDER = "."  # what a sync of the folder itself is on
_PAGE = 512  # what a disk writes whole

_LINE = re.compile(r"^(?:\d+ +)?(\w+)\((.*)\) += (-?\d+)")


@dataclass(frozen=True)
class Call:
    """One system call on one file; `said` is what the process printed."""

    name: str
    file: str = ""
    offset: int = 0
    data: bytes = b""
    said: str = ""
    new_name: str = ""


def trace(program: Path, folder: Path, *options: str) -> tuple[int, list[Call]]:
    """Run a Python program on a folder; return its exit code and what it did to the files there."""
    record = folder.parent / "strace.txt"
    done = subprocess.run(
        [
            *(str(LAUNCHER), "-f", "-xx", "-y", "-s", "1000000", "-o", str(record)),
            *("-e", f"trace={CALLS}", *options, sys.executable, str(program), str(folder)),
        ],
        capture_output=True,
        check=False,
        timeout=50,
    )
    lines = record.read_text().splitlines()
    calls = [call for line in lines if (call := _call(line, str(folder))) is not None]
    return done.returncode, calls


@dataclass
class Disk:
    """Files as they are synced, and the writes that are not."""

    synced: dict[str, bytearray] = field(default_factory=dict)
    unsynced: list[Call] = field(default_factory=list)

    def take(self, call: Call) -> None:
        if call.name == "rename":
            assert not [w for w in self.unsynced if w.file == call.file], "a file is synced first"
        if call.file == FOLDER:
            for change in [w for w in self.unsynced if w.name in _NAMES]:
                _apply(self.synced, change)
            self.unsynced = [w for w in self.unsynced if w.name not in _NAMES]
        elif call.name in ("fsync", "fdatasync"):
            for write in [w for w in self.unsynced if w.file == call.file]:
                _apply(self.synced, write)
            self.unsynced = [w for w in self.unsynced if w.file != call.file]
        elif call.file:
            self.unsynced.append(call)

    def after_power_cut(self, folder: Path, seeded: random.Random) -> None:
        """Write the files with a random part of what was not synced, torn at sectors."""
        files = {name: bytearray(content) for name, content in self.synced.items()}
        for write in self.unsynced:
            if write.name != "pwrite64":
                if seeded.random() < 0.5:
                    _apply(files, write)
                continue
            for start in range(0, len(write.data), _PAGE):
                if seeded.random() < 0.5:
                    part = write.data[start : start + _PAGE]
                    _apply(files, Call("pwrite64", write.file, write.offset + start, part))
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_bytes(content)


def _apply(files: dict[str, bytearray], call: Call) -> None:
    if call.name == "unlink":
        files.pop(call.file, None)
        return
    if call.name == "rename":
        if call.file in files:
            files[call.new_name] = files.pop(call.file)
        return
    content = files.setdefault(call.file, bytearray())
    if call.name == "ftruncate":
        del content[call.offset :]
        content.extend(bytes(call.offset - len(content)))
        return
    end = call.offset + len(call.data)
    content.extend(bytes(max(0, end - len(content))))
    content[call.offset : end] = call.data


def _call(line: str, folder: str) -> Call | None:
    match = _LINE.match(line)
    if match is None or int(match[3]) < 0:
        return None
    name, arguments = match[1], match[2]
    if name == "write":
        if not arguments.startswith("1<"):
            return None
        return Call("write", said=_bytes(arguments).decode())
    path = _path(arguments)
    if name == "fsync" and path == folder:
        return Call(name, FOLDER)
    if not path.startswith(folder + "/") or path.endswith(("-shm", ".lock")):
        return None
    file = path.removeprefix(folder + "/")
    if name in ("fsync", "fdatasync", "unlink", "rename"):
        new_name = Path(_path(arguments.rpartition(", ")[2])).name if name == "rename" else ""
        return Call(name, file, new_name=new_name)
    if name not in ("pwrite64", "ftruncate"):
        return None
    offset = int(arguments.rsplit(", ", 1)[1])
    return Call(name, file, offset, _bytes(arguments) if name == "pwrite64" else b"")


def _bytes(arguments: str) -> bytes:
    quoted = arguments[arguments.index('"') + 1 : arguments.rindex('"')]
    return bytes.fromhex(quoted.replace("\\x", ""))


def _path(arguments: str) -> str:
    """Return the path of the descriptor (strace -y) or of the first argument, unescaped."""
    described = re.match(r"\d+<((?:\\x[0-9a-f]{2})*)>", arguments)
    text = described[1] if described else re.sub(r'^[^"]*"|".*$', "", arguments)
    return bytes.fromhex(text.replace("\\x", "")).decode(errors="replace")
