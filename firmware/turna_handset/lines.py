"""Lines of text as the screen takes them, and the shapes that screens are made of.

Pure; `raster` turns lines into pixels.
"""

from turna_protocol.record import Record

COLUMNS = 21
BODY_LINES = 4
LARGE_COLUMNS = 12

# Where the cells lie on a 128 x 64 screen: one free row keeps inverse lines apart.
LEFT_PX = 0
LINE_TOPS_PX = (0, 13, 26, 39, 52)


class Line(Record):
    """One line; from the column `inverse_from` on it is dark on light.

    A large one, of at most LARGE_COLUMNS, also covers the place of the next, which stays empty.
    """

    FIELDS = ("text", "inverse_from", "large")

    def __init__(self, text: str, inverse_from: int = COLUMNS, *, large: bool = False) -> None:
        self.text = text
        self.inverse_from = inverse_from
        self.large = large


def inverse(row: str) -> Line:
    """Return a row that is dark on light over its whole width."""
    return Line(wide(row), 0)


def choice(count: int, cursor: int, row: "Callable[[int], str]") -> "list[Line]":
    """Return the four rows around the cursor, its own in inverse; make no others."""
    first = max(0, min(cursor - 1, count - BODY_LINES))
    shown = range(first, min(first + BODY_LINES, count))
    return [Line(wide(row(place)), 0 if place == cursor else COLUMNS) for place in shown]


def number(shown: str, hint: str, *, large: bool) -> "list[Line]":
    """Return a number to be set, large, for a glance in the dark; a word may be too long."""
    return [Line(f"> {shown} <", 0, large=large), Line(""), Line(hint)]


def wide(row: str) -> str:
    return (row + " " * COLUMNS)[:COLUMNS]


def split(left: str, right: str) -> str:
    """Return both at their edges; the left one gives way."""
    right = right[: COLUMNS - 2]
    room = COLUMNS - len(right) - 1
    return (left + " " * COLUMNS)[:room] + " " + right


def wrapped(words: str) -> "list[str]":
    """Return a text in rows of the screen, broken between words where there is a place to."""
    rows: list[str] = []
    for paragraph in words.split("\n"):
        row = ""
        for word in paragraph.split(" "):
            if row and len(row) + 1 + len(word) > COLUMNS:
                rows.append(row)
                row = ""
            row = f"{row} {word}" if row else word
            while len(row) > COLUMNS:
                rows.append(row[:COLUMNS])
                row = row[COLUMNS:]
        rows.append(row)
    return rows


def duration(seconds: int) -> str:
    """Return a time span in three characters; seconds in tens, or the screen never rests."""
    if seconds < 60:
        return f"{seconds // 10 * 10}s"
    if seconds < 3600:
        return f"{seconds // 60}m"
    return f"{min(seconds // 3600, 99)}h"


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
