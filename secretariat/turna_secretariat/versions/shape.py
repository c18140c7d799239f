"""Gives an older database the tables, columns and indices that the present tables have.

The tables as written for SQLAlchemy are the one source of what a database looks like; a step
between versions only says what is put into them. Whatever is added to a table that is there already
may be null or has a default; an index that becomes another one gets another name.
"""

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.schema import CreateColumn

from turna_secretariat.engines import ArchiveError


def complete(connection: Connection, metadata: sa.MetaData) -> None:
    """Add what is missing, drop indices that are no more."""
    there = set(sa.inspect(connection).get_table_names())
    for table in metadata.sorted_tables:
        if table.name not in there:
            table.create(connection)
            continue
        _add_columns(connection, table)
        _change_indices(connection, table)


def _add_columns(connection: Connection, table: sa.Table) -> None:
    there = {column["name"] for column in sa.inspect(connection).get_columns(table.name)}
    for column in table.columns:
        if column.name in there:
            continue
        if not column.nullable and column.server_default is None:
            raise ArchiveError(f"table {table.name} has no column {column.name}: not one of ours")
        definition = CreateColumn(column).compile(dialect=connection.dialect)
        connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {definition}")


def _change_indices(connection: Connection, table: sa.Table) -> None:
    there = {
        index["name"]
        for index in sa.inspect(connection).get_indexes(table.name)
        if "duplicates_constraint" not in index  # as PostgreSQL keeps a unique constraint
    }
    wanted = {index.name for index in table.indexes}
    for name in there - wanted:
        connection.exec_driver_sql(f"DROP INDEX {name}")
    for index in table.indexes:
        if index.name not in there:
            index.create(connection)
