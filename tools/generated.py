"""Files that a tool makes from others: written where out of date, or with --check named."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.places import ROOT


def only_checks(tool: str, description: str | None, arguments: Sequence[str] | None) -> bool:
    """Parse a tool's command line; return whether it is to write nothing."""
    parser = argparse.ArgumentParser(prog=f"python3 -m tools.{tool}", description=description)
    parser.add_argument("--check", action="store_true", help="say whether all is up to date")
    check: bool = parser.parse_args(arguments).check
    return check


def settle(stale: Mapping[Path, str], *, check: bool) -> bool:
    """Write files that are out of date, or only name them; return whether any stays so."""
    for path, content in stale.items():
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        print(f"{path.relative_to(ROOT)}: {'out of date' if check else 'written'}")
    return check and bool(stale)
