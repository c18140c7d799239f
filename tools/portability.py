"""Finds what works on one machine only: home and scratch paths, addresses of package indexes.

A clone must work wherever it lands, with whatever mirrors that machine is configured with.
"""

import re
import subprocess
import sys
from pathlib import Path

from tools.places import ROOT

READ_SUFFIXES = {
    "", ".cddl", ".cfg", ".conf", ".css", ".html", ".js", ".json", ".md", ".py", ".service",
    ".sh", ".sql", ".svg", ".toml", ".txt", ".yaml", ".yml",
}  # fmt: skip
PATTERNS = {
    "a path of one machine": re.compile(r"(?<![\w.~-])/(?:work|root|tmp|home/\w+)/[\w.-]"),
    "the address of a package index or mirror": re.compile(
        r"(?i)\b(?:https?|ftp)://[\w.-]*(?:pypi|pythonhosted|npmjs|mirror|artifact|registry|deb\.)"
    ),
}


def main() -> int:
    """Print each find as file:line; return 1 if there is any."""
    finds = [find for path in _files() for find in _finds(path)]
    print("\n".join(finds) or "nothing machine-specific")
    return 1 if finds else 0


def _files() -> list[Path]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = [ROOT / line for line in listed.splitlines()]
    return [path for path in paths if path.suffix in READ_SUFFIXES and path.is_file()]


def _finds(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        return []
    return [
        f"{path.relative_to(ROOT)}:{number}: {what}: {match.group()}"
        for number, line in enumerate(lines, start=1)
        for what, pattern in PATTERNS.items()
        if (match := pattern.search(line))
    ]


if __name__ == "__main__":
    sys.exit(main())
