"""Runs `on_board.py` on 32-bit MicroPython, as a board would: from bytecode, in a board's heap."""

import atexit
import functools
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.corpora import Corpus
from tools import bytecode
from tools.places import MICROPYTHON_32, MICROPYTHON_64, ROOT
from turna_protocol.reports import encode_report

HEAP = "110K"  # what an ESP32 without PSRAM has left once its radio and Wi-Fi run
PROGRAM = ROOT / "benchmarks" / "on_board.py"
UNAVAILABLE = MICROPYTHON_32 / "UNAVAILABLE"
# Counts every instruction of the interpreter. On 64 bits: it cannot start a new 32-bit C library.
VALGRIND = ("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null")


def arguments(corpus: Corpus, start: int, count: int) -> list[str]:
    """Return a frame and the contents of some reports, as the program takes them."""
    frame = corpus.frame
    reports = corpus.reports[start : start + count]
    contents = [encode_report(report, frame).hex() for report in reports]
    return [str(frame.origin_lat_e5), str(frame.origin_lon_e5), str(frame.epoch_s), *contents]


def found(task: str, number: int, reports: Sequence[str]) -> Any:
    """Return what the task found."""
    return json.loads(_output([], f"find:{task}:{number}", reports)[0])


def took_us(task: str, number: int, reports: Sequence[str]) -> int:
    """Return the time of `number` repetitions, without that of setting up."""
    took: int = json.loads(_output([], f"time:{task}:{number}", reports)[0])
    return took


def instructions(task: str, number: int, reports: Sequence[str]) -> int | None:
    """Return the instructions of one repetition, or None where valgrind cannot count them."""
    counts = [_counted(task, repetitions, reports) for repetitions in (number, 2 * number)]
    if counts[0] is None or counts[1] is None:
        return None
    return (counts[1] - counts[0]) // number


def module_sizes(names: Sequence[str]) -> dict[str, int]:
    """Return the bytes of each module's bytecode."""
    folder = _compiled() / "protocol"
    sizes = {}
    for name in names:
        path = folder / Path(*name.split("."))
        file = path / "__init__.mpy" if path.is_dir() else path.with_suffix(".mpy")
        sizes[name] = file.stat().st_size
    return sizes


@functools.cache
def _compiled() -> Path:
    """Return a folder laid out like the repository, with bytecode in place of source."""
    folder = Path(tempfile.mkdtemp(prefix="turna-bench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    sources = (ROOT / "protocol" / "turna_protocol").rglob("*.py")
    problems = [one.problem for one in bytecode.compile_all(sources, folder) if one.problem]
    assert not problems, problems
    return folder


def _output(before: Sequence[str], job: str, reports: Sequence[str]) -> tuple[str, str]:
    command = [
        *before,
        *(_interpreter(MICROPYTHON_64, "4M") if before else _interpreter(MICROPYTHON_32, HEAP)),
        str(PROGRAM),
    ]
    command += [str(_compiled() / "protocol"), job, *reports]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{job}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout, done.stderr


def _counted(task: str, number: int, reports: Sequence[str]) -> int | None:
    if shutil.which(VALGRIND[0]) is None:
        return None
    try:
        said = _output(VALGRIND, f"find:{task}:{number}", reports)[1]
    except RuntimeError:
        return None
    collected = re.search(r"Collected : (\d+)", said)
    return int(collected[1]) if collected else None


def _interpreter(folder: Path, heap: str) -> tuple[str, ...]:
    """Return the words that the launcher would execute: valgrind is not to count a shell."""
    launcher = folder / "micropython"
    words = re.findall(r"'([^']*)'", launcher.read_text()) or [str(launcher)]
    return (*words, "-X", f"heapsize={heap}")
