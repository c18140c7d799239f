"""Daily counts of emergency medical teams: entered by an officer, kept for good, read by anybody.

They do not come by radio: a team's coordinator brings the form. A correction is entered as a whole
and stands instead of what was said of that day before; that is kept, with who said it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from turna_protocol import codes
from turna_protocol.errors import MalformedError
from turna_secretariat.emt_items import AGE_GROUPS, NAMES, OF_THE_COUNTRY, overlap
from turna_secretariat.exports.harmless import one_line
from turna_secretariat.schema import emt_daily

COUNT_MOST = 100_000
REMARK_MOST = 500
TEAM_MOST = 40
# A whole mission's, of dozens of teams.
DAYS_LIMIT = 5_000
Counts = dict[int, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Daily:
    """One team's day; an item that is not in `counts` is unknown, 0 is none."""

    mode: str
    country: str
    team: str
    day: str
    counts: Counts
    remark: str = ""


def read_daily(said: Mapping[str, Any], mode: str, today: str) -> Daily:
    """Return what was entered. MalformedError says what is wrong with it."""
    if mode not in codes.MODES:
        raise MalformedError(f"mode: one of {', '.join(codes.MODES)}")
    country = str(said["country"])
    if not (len(country) == 2 and country.isascii() and country.islower()):
        raise MalformedError("country: two small letters, as in tr")
    team = _line(said["team"])
    if not team:
        raise MalformedError("team: its name is missing")
    remark = _line(said["remark"])
    counts = _counts(said["counts"])
    if not remark and any(number in counts for number in OF_THE_COUNTRY):
        raise MalformedError("remark: it has to say what the country's own items 19 to 22 are")
    return Daily(mode, country, team, _day(said["day"], today), counts, remark)


def keep(connection: Connection, daily: Daily, person: str, now_ms: int) -> None:
    """Write a day down; whoever gives it over commits."""
    values = {"mode": daily.mode, "country": daily.country, "team": daily.team, "day": daily.day}
    connection.execute(
        emt_daily.insert().values(
            **values,
            counts=json.dumps(daily.counts),
            remark=daily.remark,
            at_ms=now_ms,
            person=person,
        )
    )


def days(
    connection: Connection,
    *,
    mode: str,
    teams: tuple[str, ...] = (),
    since_day: str | None = None,
    until_day: str | None = None,
) -> list[dict[str, Any]]:
    """Return each team's days of one mode as they were said last, the newest day first."""
    key = (emt_daily.c.mode, emt_daily.c.country, emt_daily.c.team, emt_daily.c.day)
    newest = sa.select(sa.func.max(emt_daily.c.id)).where(emt_daily.c.mode == mode).group_by(*key)
    query = sa.select(emt_daily).where(emt_daily.c.id.in_(newest))
    if teams:
        query = query.where(emt_daily.c.team.in_(teams))
    if since_day is not None:
        query = query.where(emt_daily.c.day >= since_day)
    if until_day is not None:
        query = query.where(emt_daily.c.day <= until_day)
    query = query.order_by(emt_daily.c.day.desc(), emt_daily.c.country, emt_daily.c.team)
    return [_as_json(row) for row in connection.execute(query.limit(DAYS_LIMIT)).mappings()]


def _as_json(row: RowMapping) -> dict[str, Any]:
    shown = ("id", "mode", "country", "team", "day", "remark", "at_ms", "person")
    return {name: row[name] for name in shown} | {"counts": json.loads(row["counts"])}


def _line(text: str) -> str:
    return " ".join(one_line(text).split())


def _day(text: object, today: str) -> str:
    try:
        day = date.fromisoformat(str(text)).isoformat()
    except ValueError:
        raise MalformedError("day: as in 2026-02-07") from None
    if day > today:
        raise MalformedError("day: it has not come yet")
    return day


def _counts(said: Mapping[str, Mapping[str, int]]) -> Counts:
    counts = {_item(name): _by_age(name, groups) for name, groups in said.items() if groups}
    if not counts:
        raise MalformedError("counts: nothing is filled in")
    return dict(sorted(counts.items()))


def _item(name: str) -> int:
    number = int(name) if name.isascii() and name.isdecimal() and len(name) <= 2 else 0
    if number not in NAMES:
        raise MalformedError(f"counts: items have numbers from 1 to {len(NAMES)}")
    return number


def _by_age(name: str, groups: Mapping[str, int]) -> dict[str, int]:
    if unknown := set(groups) - set(AGE_GROUPS):
        raise MalformedError(f"item {name}: {min(unknown)} is no age group")
    if overlap(set(groups)):
        raise MalformedError(f"item {name}: age groups overlap")
    if not all(0 <= count <= COUNT_MOST for count in groups.values()):
        raise MalformedError(f"item {name}: a count is 0 to {COUNT_MOST}")
    return {group: groups[group] for group in AGE_GROUPS if group in groups}
