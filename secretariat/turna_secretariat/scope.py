"""What somebody may see, by handset and country: said once at the door, kept by the database.

Every connection that reads for a person of some countries sees the archive through views of the
same names that leave out the others' reports; a query that forgot about scopes cannot leak.
"""

from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from turna_protocol.errors import MisuseError

# None: all of them. Threads that a request starts inherit both.
devices_in_view: ContextVar[frozenset[int] | None] = ContextVar("devices_in_view", default=None)
countries_in_view: ContextVar[frozenset[str] | None] = ContextVar("countries_in_view", default=None)

# What has a device, and what is about a report.
_BY_DEVICE = ("report", "tally", "contact", "track", "form", "counted", "reach", "gap")
_BY_REPORT = ("carriage", "action", "owed")
# What people enter for a country, without any handset.
_BY_COUNTRY = ("emt_daily",)
# What may be about a report: that something changed elsewhere says no more than to look again.
_BY_REPORT_OR_NONE = ("change",)
# The handset that an alarm's words name, by dialect (alarms.detail_of); null if they name none.
_NAMED_IN_ALARM = {
    "sqlite": "iif(substr(detail, 1, 7) = 'device ', CAST(substr(detail, 8) AS INTEGER), NULL)",
    "postgresql": "CAST(substring(detail FROM '^device ([0-9]+)') AS bigint)",
}


def limit(engine: Engine, devices: Iterable[int], countries: Iterable[str] = ()) -> None:
    """Let an engine's connections see only what these handsets sent, or is these countries'."""
    names = ", ".join(f"'{_code(country)}'" for country in sorted(countries)) or "NULL"
    numbers = ", ".join(str(int(device)) for device in sorted(devices)) or "NULL"
    schema = "main" if engine.dialect.name == "sqlite" else "public"

    def see_only(connection: Any, _record: object) -> None:
        # The plus keeps SQLite from sorting one handset's rows after another's by its index.
        chosen = f"+device IN ({numbers})"
        for name in _BY_DEVICE:
            connection.execute(_view(schema, name, chosen))
        about = f"SELECT 1 FROM {schema}.report AS r WHERE r.id = report_id AND {chosen}"  # noqa: S608
        for name in _BY_REPORT:
            connection.execute(_view(schema, name, f"EXISTS ({about})"))
        # Asked row by row: after an OR, PostgreSQL may read all reports first to answer EXISTS.
        whose = f"SELECT r.device FROM {schema}.report AS r WHERE r.id = report_id"  # noqa: S608
        for name in _BY_REPORT_OR_NONE:
            chosen_or_none = f"report_id IS NULL OR ({whose}) IN ({numbers})"
            connection.execute(_view(schema, name, chosen_or_none))
        # An alarm is about its report's handset, or the one that its words begin with: a copied
        # handset, a revoked one, one that holds what is not in here.
        named = _NAMED_IN_ALARM[engine.dialect.name]
        connection.execute(_view(schema, "alarm", f"COALESCE(({whose}), {named}) IN ({numbers})"))
        for name in _BY_COUNTRY:
            connection.execute(_view(schema, name, f"country IN ({names})"))
        connection.commit()

    sa.event.listen(engine, "connect", see_only, insert=True)


def _code(country: str) -> str:
    """Return a country's two letters, which may stand in a statement."""
    if not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise MisuseError("a country has two letters")
    return country


def _view(schema: str, name: str, chosen: str) -> str:
    # Names and numbers of our own, nothing that came from outside.
    return f"CREATE TEMP VIEW {name} AS SELECT * FROM {schema}.{name} WHERE {chosen}"  # noqa: S608
