"""WHO's EMT minimum data set as a table: a row for each item and age group that was filled in.

What was left blank is unknown and has no row; 0 is none and has one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.engine import Connection

from turna_protocol import codes
from turna_protocol.iso8601 import format_time
from turna_secretariat import emt
from turna_secretariat.emt_items import NAMES, VERSION
from turna_secretariat.exports.harmless import in_file_name, one_line
from turna_secretariat.exports.selection import SelectionError, moment_ms
from turna_secretariat.exports.tables import text_table

_HEADINGS = (
    *("Mode", "Mission", "Country", "Team", "Day", "Form", "MDS item", "Section", "Item"),
    *("Age group", "Count", "Remark", "Entered by", "Entered UTC"),
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which days: of one mode; an empty tuple means all teams."""

    mode: str
    teams: tuple[str, ...]
    since_day: str | None
    until_day: str | None

    def days(self, connection: Connection) -> list[dict[str, Any]]:
        return emt.days(
            connection,
            mode=self.mode,
            teams=self.teams,
            since_day=self.since_day,
            until_day=self.until_day,
        )


def choose(
    *, mode: str, teams: Sequence[str], since: str | None, until: str | None, now_s: int
) -> Chosen:
    """Return what a person asked for. SelectionError says what is wrong with it."""
    if mode not in codes.MODES:
        raise SelectionError(f"mode: one of {', '.join(codes.MODES)}; they are never mixed")
    return Chosen(mode, tuple(teams), _day("since", since, now_s), _day("until", until, now_s))


def whole(days: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the days if they are all; SelectionError if there are more than are read at once."""
    if len(days) >= emt.DAYS_LIMIT:
        raise SelectionError(f"{emt.DAYS_LIMIT} days or more: choose a shorter time or one team")
    return days


def write(mission: str, days: Sequence[dict[str, Any]]) -> bytes:
    """Return the table, marked for Excel as UTF-8."""
    rows = [row for day in days for row in _rows(mission, day)]
    return text_table([_HEADINGS, *rows]).encode("utf-8-sig")


def file_name(mission: str, mode: str) -> str:
    return f"turna-{mode.upper()}-{in_file_name(mission)}-emt-mds.csv"


def _rows(mission: str, day: dict[str, Any]) -> list[list[str | int]]:
    who = [day["mode"], one_line(mission), day["country"], one_line(day["team"]), day["day"]]
    entered = [one_line(day["remark"]), one_line(day["person"]), format_time(day["at_ms"] // 1000)]
    return [
        [*who, VERSION, int(item), *NAMES[int(item)], group, count, *entered]
        for item, groups in day["counts"].items()
        for group, count in groups.items()
    ]


def _day(what: str, text: str | None, now_s: int) -> str | None:
    at_ms = moment_ms(what, text, now_s)
    return None if at_ms is None else datetime.fromtimestamp(at_ms / 1000, UTC).date().isoformat()
