"""Makes the Python environment: every dependency at its locked version and hash, Turna editable.

Debian may ship Python without `ensurepip` (package python3-venv). Then pip comes from Debian's
package of it, unpacked privately, rather than by asking a person for root.
"""

import importlib.util
import json
import shutil
import sys
import tomllib
from pathlib import Path

from tools import debian
from tools.commands import run
from tools.debian import OnProgress
from tools.places import PYTHON, REQUIREMENTS, ROOT, STUBS, TOOLS, VENV
from tools.stamps import Stamp

PIP_SUITE = "trixie"
# Whatever the first names, in the same version, the second does too: tools.lock makes them so.
HELD_BY = {"runtime": "dev"}
ONE_PACKAGE_DONE = ("Collecting ", "Requirement already satisfied: ", "Ignoring ")


def stamp(lock: str, venv: Path = VENV) -> Stamp:
    """Return what tells whether a lock is installed; also as part of a larger one."""
    holder = HELD_BY.get(lock)
    if holder is not None and (whole := _stamp(holder, venv)).is_fresh():
        return whole
    return _stamp(lock, venv)


def _stamp(lock: str, venv: Path) -> Stamp:
    return Stamp(venv / f"{lock}.stamp", *_base(), REQUIREMENTS / f"{lock}.txt", _project())


def provide(lock: str, on_progress: OnProgress) -> str:
    """Install what requirements/<lock>.txt names, and Turna itself."""
    if not Stamp(VENV / "base.stamp", *_base()).is_fresh():
        shutil.rmtree(VENV, ignore_errors=True)
        on_progress(0.0, "making the environment")
        _make(on_progress)
        Stamp(VENV / "base.stamp", *_base()).put()
    count = _install([], REQUIREMENTS / f"{lock}.txt", on_progress)
    on_progress(0.98, "Turna itself")
    _install_turna()
    return f"{count} packages and Turna, Python {sys.version.split()[0]}"


def stubs_stamp() -> Stamp:
    return Stamp(STUBS / "stamp", REQUIREMENTS / "stubs.txt")


def provide_stubs(on_progress: OnProgress) -> str:
    """Put MicroPython's type stubs apart: in .venv they would shadow CPython's own."""
    shutil.rmtree(STUBS, ignore_errors=True)
    count = _install(["--target", STUBS / "esp32"], REQUIREMENTS / "stubs.txt", on_progress)
    return f"{count} packages"


def _base() -> tuple[str, str, str]:
    """Return what an environment cannot survive a change of: its Python and its place."""
    return (sys.version, sys.base_prefix, str(ROOT))


def _project() -> str:
    """Return the part of pyproject.toml that the editable install depends on."""
    whole = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return json.dumps([whole["project"], whole["build-system"], whole["tool"]["hatch"]])


def _make(on_progress: OnProgress) -> None:
    if importlib.util.find_spec("ensurepip") is not None:
        run([sys.executable, "-m", "venv", VENV])
        return
    run([sys.executable, "-m", "venv", "--without-pip", VENV])
    tree = debian.unpack(
        ["python3-pip-whl"],
        suite=PIP_SUITE,
        arch=debian.architecture(),
        into=TOOLS / "pip",
        on_progress=lambda part, doing: on_progress(0.1 * part, doing),
    )
    wheel = next((tree.root / "usr/share/python-wheels").glob("pip-*.whl"))
    run([PYTHON, f"{wheel}/pip", "install", "--no-index", "--no-deps", wheel])
    shutil.rmtree(tree.root)


def _install(options: list[str | Path], lock: Path, on_progress: OnProgress) -> int:
    lines = lock.read_text(encoding="utf-8").splitlines()
    expected = sum(1 for line in lines if line[:1].isalnum())
    seen = 0

    def on_line(line: str) -> None:
        nonlocal seen
        if line.startswith(ONE_PACKAGE_DONE):
            seen += 1
            on_progress(0.1 + 0.7 * seen / expected, line.split(" (", maxsplit=1)[0])
        elif line.startswith("Installing collected packages"):
            on_progress(0.85, f"installing {line.count(',') + 1} packages")

    run(
        [
            *(PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input", "install"),
            *("--require-hashes", "--only-binary=:all:", "--progress-bar=off"),
            *("--requirement", lock, *options),
        ],
        on_line=on_line,
    )
    return expected


def _install_turna() -> None:
    # hatchling, which builds it, is among the locked packages: nothing is fetched here
    run(
        [
            *(PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input", "install"),
            *("--no-index", "--no-deps", "--no-build-isolation", "--editable", ROOT),
        ]
    )
