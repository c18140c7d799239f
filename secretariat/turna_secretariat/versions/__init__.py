"""Brings an archive to the present schema, from whichever version it has, in one transaction.

`shape` makes the tables; what a version puts into them is a step, a module here.
"""

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from turna_secretariat import down_schema, schema
from turna_secretariat.engines import ArchiveError
from turna_secretariat.versions import v2, v4, v5, v6, v8
from turna_secretariat.versions.shape import complete

# What fills the tables that a version brought, for what came before it. Others had nothing to fill.
STEPS: dict[int, Callable[[Connection], None]] = {
    2: v2.fill,
    4: v4.fill,
    5: v5.fill,
    6: v6.fill,
    8: v8.fill,
}


def bring_up(connection: Connection) -> None:
    """Create the tables of a new archive, or add to an old one what it has not."""
    version = require_known(connection)
    metadata = down_schema.metadata  # that of `schema`, with the tables of what goes down
    if version is None:
        metadata.create_all(connection)
        connection.execute(schema.schema_version.insert().values(version=schema.SCHEMA_VERSION))
        return
    if version == schema.SCHEMA_VERSION:
        return
    complete(connection, metadata)
    for missed in range(version + 1, schema.SCHEMA_VERSION + 1):
        if missed in STEPS:
            STEPS[missed](connection)
    connection.execute(schema.schema_version.update().values(version=schema.SCHEMA_VERSION))


def require_known(connection: Connection) -> int | None:
    """Return an archive's version, None if it is new. ArchiveError if a newer Turna wrote it."""
    if not sa.inspect(connection).has_table(schema.schema_version.name):
        return None
    stored = connection.execute(sa.select(schema.schema_version.c.version)).scalar()
    if stored is not None and stored > schema.SCHEMA_VERSION:
        raise ArchiveError(
            f"the archive has schema version {stored}, this Turna knows {schema.SCHEMA_VERSION}: "
            "start the newer Turna, nothing was changed"
        )
    return None if stored is None else int(stored)


def require_present(connection: Connection) -> None:
    """Raise ArchiveError unless the archive has just this version; a reader cannot change it."""
    found = require_known(connection)
    if found != schema.SCHEMA_VERSION:
        raise ArchiveError(
            f"the archive has schema version {found}, this Turna reads {schema.SCHEMA_VERSION}: "
            "start the Secretariat once, which brings it up"
        )
