"""Gets a fresh machine ready: python3 -m tools.setup [demo|test|check|bench|hil|fuzz|all].

Needs no root and changes nothing outside the repository's folder. Each step is skipped when what
it would make is already made from the same ingredients.
"""

import argparse
import fcntl
import sys
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from tools import (
    broker,
    browser,
    environment,
    micropython,
    places,
    postgresql,
    progress,
    systemd,
    tracer,
)
from tools.commands import CommandError
from tools.debian import OnProgress
from tools.stamps import Stamp


class Task(NamedTuple):
    """One thing a machine may need before Turna runs on it."""

    name: str
    why: str
    stamp: Callable[[], Stamp]
    provide: Callable[[OnProgress], str]
    otherwise: str  # what a person can do when it fails


NETWORK = "Set-up reads the package index that pip is configured with; is it reachable from here?"


def _python(lock: str, why: str) -> Task:
    return Task(
        "Python environment",
        why,
        lambda: environment.stamp(lock),
        lambda on_progress: environment.provide(lock, on_progress),
        NETWORK,
    )


RUNTIME = _python("runtime", "what the gateway, the Secretariat and the demo import")
DEVELOPMENT = _python("dev", "what they import, and the tools that test and check them")
FUZZING = _python("fuzz", "the coverage-guided fuzzer")
PEERS = _python("bench", "other protocols and encodings, to be measured beside ours")
BOARDS_64 = Task(
    "MicroPython, 64-bit",
    "the interpreter that virtual boards run the firmware on",
    micropython.stamp_64,
    micropython.provide_64,
    "On a system without apt, install MicroPython 1.22 or newer so that `micropython` is on PATH.",
)
BOARDS_32 = Task(
    "MicroPython, 32-bit",
    "the same with a board's word size, to count memory as a board does",
    micropython.stamp_32,
    micropython.provide_32,
    "",
)
BROKER = Task(
    "mosquitto",
    "the MQTT broker of the integration tests",
    broker.stamp,
    broker.provide,
    "Debian's package mosquitto could not be had from the mirror this machine is configured with.",
)
TRACER = Task(
    "strace",
    "cuts the power, and fails the disk, between any two system calls of the gateway",
    tracer.stamp,
    tracer.provide,
    "Install strace so that it is on PATH: apt-get install strace",
)
BROWSER = Task(
    "Headless browser",
    "opens the Secretariat's page in the tests, as a duty officer would",
    browser.stamp,
    browser.provide,
    "Install a browser so that `chromium` is on PATH: apt-get install chromium",
)
DATABASE = Task(
    "PostgreSQL",
    "the database that the archive's tests run on besides SQLite",
    postgresql.stamp,
    postgresql.provide,
    "Install the server's programs: apt-get install postgresql",
)
CHECKERS = Task(
    "systemd's checkers",
    "judge the gateway's unit and its udev rule",
    systemd.stamp,
    systemd.provide,
    "Debian's packages systemd and udev could not be had from the mirror of this machine.",
)
STUBS = Task(
    "MicroPython type stubs",
    "what the type checker knows of a board",
    environment.stubs_stamp,
    environment.provide_stubs,
    NETWORK,
)

TEST = (DEVELOPMENT, FUZZING, BOARDS_64, BOARDS_32, BROKER, TRACER, BROWSER, DATABASE, CHECKERS)
CHECK = (DEVELOPMENT, STUBS)
GROUPS: dict[str, tuple[Task, ...]] = {
    "demo": (RUNTIME, BOARDS_64),
    "test": TEST,
    "check": CHECK,
    "bench": (DEVELOPMENT, PEERS, BOARDS_64, BOARDS_32),
    "hil": (DEVELOPMENT, BOARDS_64, BROKER),
    "fuzz": (DEVELOPMENT, FUZZING),
    "all": (*TEST, STUBS),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the group needs and has not; return an exit code."""
    parser = argparse.ArgumentParser(prog="python3 -m tools.setup", description=__doc__)
    parser.add_argument("group", nargs="?", default="all", choices=GROUPS)
    group: str = parser.parse_args(arguments).group
    places.TOOLS.mkdir(exist_ok=True)
    with (places.TOOLS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two terminals may type `make` at once
        return _set_up(group)


def _set_up(group: str) -> int:
    missing = [task for task in GROUPS[group] if not task.stamp().is_fresh()]
    if not missing:
        return 0
    started = time.monotonic()
    progress.headline(
        f"Setting up for `{group}`: {_count(missing)}, once. No root, nothing outside this folder."
    )
    (places.TOOLS / "README").write_text(places.README)
    try:
        for task in missing:
            _do(task)
    except KeyboardInterrupt:
        progress.note("Interrupted; the next run goes on from here.")
        return 130
    except _TaskFailedError:
        return 1
    progress.headline(f"Ready in {time.monotonic() - started:.0f} s.")
    return 0


class _TaskFailedError(Exception):
    """A task failed and a person has been told."""


def _do(task: Task) -> None:
    try:
        with progress.step(task.name, task.why) as step:
            step.result = task.provide(step.update)
    except CommandError as problem:
        progress.note(f"{task.name}: {problem}")
        if task.otherwise:
            progress.note(task.otherwise)
        raise _TaskFailedError from None
    task.stamp().put()


def _count(tasks: Sequence[Task]) -> str:
    return "one step" if len(tasks) == 1 else f"{len(tasks)} steps"


if __name__ == "__main__":
    sys.exit(main())
