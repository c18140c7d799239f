"""Runs benchmarks: make bench, or make bench NAME=sizes.

A benchmark is a module here with `main() -> int`; it prints a table, writes build/bench/<name>.json
and returns 1 if a promise of the specification does not hold.  One with `BY_NAME_ONLY` takes so
long that it runs only when it is asked for.
"""

import argparse
import importlib
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tools import progress


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the named benchmarks, or all; return 1 if any broke a promise."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    known = _names()
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(known)}")
    wanted: list[str] = parser.parse_args(arguments).names
    if unknown := set(wanted) - set(known):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))} (of: {', '.join(known)})")
    broken = [name for name in wanted or _quick(known) if _run(name)]
    if broken:
        progress.note(f"a promise does not hold: {', '.join(broken)}")
    return 1 if broken else 0


def _run(name: str) -> int:
    module = importlib.import_module(f"benchmarks.{name}")
    started = time.monotonic()
    progress.headline(f"{name}: {(module.__doc__ or '').splitlines()[0]}")
    status: int = module.main()
    print(f"[{name}: {time.monotonic() - started:.0f} s]", file=sys.stderr, flush=True)
    return status


def _names() -> list[str]:
    files = sorted(Path(__file__).parent.glob("[!_]*.py"))
    return [file.stem for file in files if "\ndef main() -> int:" in file.read_text()]


def _quick(names: Sequence[str]) -> list[str]:
    files = {name: Path(__file__).with_name(f"{name}.py") for name in names}
    return [name for name in names if "\nBY_NAME_ONLY = " not in files[name].read_text()]


if __name__ == "__main__":
    sys.exit(main())
