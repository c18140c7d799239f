"""Feeds parsers with coverage-guided nonsense: python3 -m tools.fuzz [NAME...] [--seconds N].

A target is a file tests/fuzz/NAME.py with SEEDS, inputs to start from, and `fuzz(data: bytes) ->
None`; whatever that raises is a finding. What was learnt is kept in .fuzz/NAME, findings beside it.
Where the guided fuzzer has no release, the seeds are changed at random instead.
"""

import argparse
import hashlib
import importlib
import importlib.util
import os
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from tools.mutation import BYTES_MAX, mutations
from tools.places import PYTHON, ROOT, shown

TARGETS = ROOT / "tests" / "fuzz"
CORPUS = ROOT / ".fuzz"
INSTRUMENTED = ("turna_protocol", "turna_backbone", "turna_handset", "turna.wire")
PATH = (ROOT, ROOT / "firmware")  # of tests' own modules, and of firmware that runs here as well


class Target(NamedTuple):
    """One parser and what it is known to read."""

    name: str
    fuzz: Callable[[bytes], None]
    seeds: Sequence[bytes]


def names() -> list[str]:
    """Return the name of every target."""
    files = sorted(TARGETS.glob("[!_]*.py"))
    return [file.stem for file in files if not file.stem.startswith("test_")]


def target(name: str) -> Target:
    """Return a target, imported."""
    module = importlib.import_module(f"tests.fuzz.{name}")
    return Target(name, module.fuzz, module.SEEDS)


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz each target in a process of its own; return 1 if one had a finding."""
    parser = argparse.ArgumentParser(prog="python3 -m tools.fuzz", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--seconds", type=int, default=30, help="for each target (default 30)")
    options = parser.parse_args(arguments)
    known = names()
    wanted: list[str] = options.names or known
    if unknown := set(wanted) - set(known):
        parser.error(
            f"no such target: {', '.join(sorted(unknown))} (there are: {', '.join(known)})"
        )
    if not wanted:
        parser.error("there are no targets in tests/fuzz")
    sys.path[:0] = [str(path) for path in PATH]
    guided = is_guided()
    if not guided:
        print("without coverage: atheris, the fuzzer, has no release for this machine")
    return max(run(target(name), options.seconds, guided=guided) for name in wanted)


def run(chosen: Target, seconds: int, *, guided: bool, keep_in: Path = CORPUS) -> int:
    """Fuzz one target; return 1 for a finding, which is kept and told."""
    print(f"--- {chosen.name}: {seconds} s", flush=True)
    found = (_guided if guided else _at_random)(chosen, seconds, keep_in)
    print(f"--- {chosen.name}: {'a finding' if found else 'nothing found'}", flush=True)
    return 1 if found else 0


def is_guided() -> bool:
    """Say whether the fuzzer that is guided by coverage is there."""
    return importlib.util.find_spec("atheris") is not None


def _guided(chosen: Target, seconds: int, keep_in: Path) -> bool:
    corpus = keep_in / chosen.name
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in chosen.seeds:
        (corpus / _digest(seed)).write_bytes(seed)
    module = f"tests.fuzz.{chosen.name}"
    program = (
        "import sys, atheris\n"
        f"with atheris.instrument_imports(include={[*INSTRUMENTED, module]}):\n"
        f"    from {module} import fuzz\n"
        "atheris.Setup(sys.argv, fuzz)\n"
        "atheris.Fuzz()\n"
    )
    limits = [f"-max_total_time={seconds}", f"-max_len={BYTES_MAX}", "-timeout=5"]
    found = f"-artifact_prefix={corpus}.finding-"
    command = [str(PYTHON), "-c", program, *limits, found, "-verbosity=0", str(corpus)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(str(path) for path in PATH)}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode != 0


def _at_random(chosen: Target, seconds: int, keep_in: Path) -> bool:
    ends = time.monotonic() + seconds
    for data in mutations(chosen.seeds, seed=int(time.time())):
        if time.monotonic() > ends:
            return False
        try:
            chosen.fuzz(data)
        except Exception:  # noqa: BLE001 - whatever a parser lets out is a finding
            traceback.print_exc()
            _keep(keep_in / chosen.name, data)
            return True
    return False


def _keep(corpus: Path, data: bytes) -> None:
    corpus.parent.mkdir(exist_ok=True)
    path = corpus.with_name(f"{corpus.name}.finding-{_digest(data)}")
    path.write_bytes(data)
    print(f"kept in {shown(path)}: {data[:100].hex()}")


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:40]


if __name__ == "__main__":
    sys.exit(main())
