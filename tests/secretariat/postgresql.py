"""Leaves a PostgreSQL database as if it had just been created; a new one would take a second."""

import sqlalchemy as sa

from turna_secretariat import schema


def empty(url: sa.URL) -> None:
    """Remove every row of an archive, and count rows from 1 again."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for table in reversed(schema.metadata.sorted_tables):
            if table is not schema.schema_version:
                connection.execute(table.delete())
        version = schema.schema_version.update().values(version=schema.SCHEMA_VERSION)
        connection.execute(version)
        numbered = sa.inspect(connection).get_sequence_names()
        for name in numbered:
            connection.execute(sa.text(f"ALTER SEQUENCE {name} RESTART"))
    engine.dispose()
