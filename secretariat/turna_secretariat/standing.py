"""What stands now, in few words: open calls and alarms, gateways, teams, the age of the feed.

For a terminal or a script beside the Secretariat: read from the archive alone, so that it also
tells when the Secretariat itself has stopped.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from turna_secretariat import distress, queries
from turna_secretariat.down_schema import revocation
from turna_secretariat.registry import Registry
from turna_secretariat.schema import change

# A gateway speaks every 30 to 60 s: what is silent for longer is down, and so is the feed.
HEARTBEAT_MISSED_MS = 150_000
SILENT_MS = 15 * 60_000


@dataclass(frozen=True, slots=True)
class Gateway:
    """One of the mission's; `trouble` in words, None while it works."""

    name: str
    heard_ms: int | None
    trouble: str | None

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "heard_ms": self.heard_ms, "trouble": self.trouble}


@dataclass(frozen=True, slots=True)
class Team:
    """When any of its handsets was heard last, and which of them fell silent.

    `revoked_ms`: since when no keys of any of them count.
    """

    name: str
    contact_ms: int | None
    silent: tuple[str, ...]
    revoked_ms: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "team": self.name,
            "contact_ms": self.contact_ms,
            "silent": list(self.silent),
            "revoked_ms": self.revoked_ms,
        }


@dataclass(frozen=True, slots=True)
class Standing:
    """One moment; alarms are as `queries.open_alarms` gives them.

    `in_hand` are the SOS that somebody has accepted and nobody has ended, of each mode apart, as
    `distress.in_hand_by_mode` gives them.
    """

    mission: str
    mode: str
    now_ms: int
    fed_ms: int | None
    alarms: tuple[dict[str, Any], ...]
    gateways: tuple[Gateway, ...]
    teams: tuple[Team, ...]
    in_hand: tuple[dict[str, Any], ...]

    @property
    def calls(self) -> list[dict[str, Any]]:
        return [alarm for alarm in self.alarms if alarm["kind"] == "sos"]

    @property
    def others(self) -> list[dict[str, Any]]:
        return [alarm for alarm in self.alarms if alarm["kind"] != "sos"]

    @property
    def calls_in_hand(self) -> list[dict[str, Any]]:
        return [call for one in self.in_hand for call in one["calls"]]

    def by_mode(self, rows: Iterable[dict[str, Any]]) -> Counter[str]:
        """Count alarms or reports; what is about no report is of the mission's mode."""
        return Counter(row.get("mode") or self.mode for row in rows)

    @property
    def is_fed(self) -> bool:
        return self.fed_ms is not None and self.now_ms - self.fed_ms <= HEARTBEAT_MISSED_MS

    @property
    def needs_a_person(self) -> bool:
        """Tell whether anything is open, down, old or silent."""
        down = any(gateway.trouble for gateway in self.gateways)
        return bool(self.alarms or down or not self.is_fed or any(t.silent for t in self.teams))

    def as_json(self) -> dict[str, Any]:
        return {
            "mission": self.mission,
            "mode": self.mode,
            "now_ms": self.now_ms,
            "fed_ms": self.fed_ms,
            "is_fed": self.is_fed,
            "needs_a_person": self.needs_a_person,
            "sos": self.calls,
            "sos_in_hand": list(self.in_hand),
            "alarms": self.others,
            "gateways": [gateway.as_json() for gateway in self.gateways],
            "teams": [team.as_json() for team in self.teams],
        }


def look(connection: Connection, registry: Registry, now_ms: int) -> Standing:
    """Return what stands now, each count in the mission's mode; alarms and SOS of every mode."""
    mission = registry.mission
    rows = queries.gateways(connection, registry)
    return Standing(
        mission=mission.name,
        mode=mission.mode,
        now_ms=now_ms,
        fed_ms=_fed_ms(connection, rows),
        alarms=tuple(queries.open_alarms(connection, registry)),
        gateways=tuple(Gateway(r["name"], r["heard_ms"], _trouble(r, now_ms)) for r in rows),
        teams=_teams(
            queries.handsets(connection, registry, mission.mode), _revoked_ms(connection), now_ms
        ),
        in_hand=tuple(distress.in_hand_by_mode(connection, registry)),
    )


def ago(since_ms: int | None, now_ms: int) -> str:
    """Return an age in as few characters as say it."""
    if since_ms is None:
        return "never"
    seconds = max(0, now_ms - since_ms) // 1000
    if seconds < 100:
        return f"{seconds}s"
    return f"{seconds // 60}m" if seconds < 6_000 else f"{seconds // 3_600}h"


def _fed_ms(connection: Connection, gateways: list[dict[str, Any]]) -> int | None:
    """Return when the Secretariat took the last word of any gateway, or a deed."""
    newest = sa.select(change.c.at_ms).order_by(change.c.id.desc()).limit(1)
    times = [row["heard_ms"] for row in gateways] + [connection.execute(newest).scalar()]
    return max((at_ms for at_ms in times if at_ms is not None), default=None)


def _trouble(row: dict[str, Any], now_ms: int) -> str | None:
    heard_ms = row["heard_ms"]
    if heard_ms is None:
        return "never heard"
    if not row["connected"]:
        return "cut off from the broker"
    if now_ms - heard_ms > HEARTBEAT_MISSED_MS:
        return f"silent since {ago(heard_ms, now_ms)}"
    return "its modem does not answer" if row["health"].get("modem_up") is False else None


def _revoked_ms(connection: Connection) -> dict[int, int]:
    """Return since when each lost handset's keys are revoked."""
    query = sa.select(revocation.c.device, revocation.c.at_ms)
    return {int(device): int(at_ms) for device, at_ms in connection.execute(query)}


def _teams(
    handsets: list[dict[str, Any]], revoked_ms: dict[int, int], now_ms: int
) -> tuple[Team, ...]:
    names = sorted({handset["team"] for handset in handsets})
    return tuple(
        _team(name, [h for h in handsets if h["team"] == name], revoked_ms, now_ms)
        for name in names
    )


def _team(
    name: str, handsets: list[dict[str, Any]], revoked_ms: dict[int, int], now_ms: int
) -> Team:
    """Return one; whose keys are revoked speaks for no team and is never missed."""
    mine = [handset for handset in handsets if not handset["revoked"]]
    if not mine:
        return Team(name, None, (), max(revoked_ms[handset["device"]] for handset in handsets))
    heard = [h for h in mine if h["last_contact_ms"] is not None]
    silent = [h["call_sign"] for h in heard if now_ms - h["last_contact_ms"] > SILENT_MS]
    return Team(name, max((h["last_contact_ms"] for h in heard), default=None), tuple(silent))
