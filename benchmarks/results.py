"""How benchmarks tell what they measured: a table for people, JSON in build/bench for the rest."""

import json
import sys
from collections.abc import Mapping, Sequence

from benchmarks.limits import Promise
from tools.places import ROOT, shown

FOLDER = ROOT / "build" / "bench"


def table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str | float]]) -> None:
    """Print rows under headings: the first column to the left, numbers to the right."""
    cells = [list(headings), *[[_cell(value) for value in row] for row in rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headings))]
    print(f"\n{title}")
    for number, row in enumerate(cells):
        first, *others = zip(row, widths, strict=True)
        line = first[0].ljust(first[1])
        print("  ".join([line, *[text.rjust(width) for text, width in others]]).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))


def limits(title: str, promises: Sequence[Promise]) -> dict[str, dict[str, float]]:
    """Print promises beside their limits, and return them for the JSON."""
    verdicts = [
        [each.name, f"{each.measured:.3f}", f"{each.limit:g}", "holds" if each.holds else "BROKEN"]
        for each in promises
    ]
    table(title, ("", "measured", "limit", ""), verdicts)
    return {
        each.name: {"measured": each.measured, "limit": each.limit, "holds": each.holds}
        for each in promises
    }


def rows(measured: Mapping[str, Mapping[str, float]]) -> list[list[str | float]]:
    """Return a row per name: the name, then its numbers."""
    return [[name, *numbers.values()] for name, numbers in measured.items()]


def write(name: str, measured: Mapping[str, object]) -> None:
    """Write build/bench/<name>.json and say so."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.json"
    path.write_text(json.dumps(measured, indent=1, ensure_ascii=False) + "\n")
    print(f"\n[{shown(path)}]")


def progress(doing: str) -> None:
    """Tell a waiting person what is being measured; never part of the result."""
    print(f"  ... {doing}", file=sys.stderr, flush=True)


def _cell(value: str | float) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.2f}" if abs(value) < 100 else f"{value:,.0f}"
