"""Writes the lock files anew from the ranges in pyproject.toml: make lock.

Only this needs uv, so only this installs it. Its own lock format would record the address of the
package index that was used; hash-pinned requirement files record only names, versions and hashes.
"""

import subprocess
import sys
import venv

from tools.places import REQUIREMENTS, ROOT, TOOLS

UV_VERSION = "0.13.9"
OLDEST_PYTHON = "3.11"
# Each lock is consistent with the ones before it.
LOCKS: dict[str, list[str]] = {
    "runtime": ["pyproject.toml", "--group", "build"],
    "dev": [
        *("pyproject.toml", "--group", "build", "--group", "dev"),
        *("-c", "requirements/runtime.txt"),
    ],
    "fuzz": ["--group", "fuzz", "-c", "requirements/dev.txt"],
    "bench": ["--group", "bench", "-c", "requirements/dev.txt"],
    "stubs": ["--group", "stubs"],
}


def main() -> int:
    """Compile every lock file; pass `--upgrade` to take newer versions."""
    folder = TOOLS / "uv"
    if not (folder / "bin" / "uv").exists():
        venv.create(folder, with_pip=True)
        python = str(folder / "bin" / "python")
        install = [python, "-m", "pip", "install", "--quiet", f"uv=={UV_VERSION}"]
        subprocess.run(install, check=True)
    for name, sources in LOCKS.items():
        lock = REQUIREMENTS / f"{name}.txt"
        command = [str(folder / "bin" / "uv"), "pip", "compile", *sources, *sys.argv[1:]]
        command += ["--universal", "--generate-hashes", "--python-version", OLDEST_PYTHON]
        command += ["--no-emit-index-url", "--custom-compile-command", "make lock"]
        command += ["--quiet", "--output-file", str(lock)]
        subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
        print(f"wrote {lock.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
