"""Version 3: what goes down to the field, to whom, how far it is; revoked keys."""

import sqlalchemy as sa
from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.engine import Connection

_tables = sa.MetaData()
_Id = BigInteger().with_variant(Integer, "sqlite")
_report = sa.Table("report", _tables, Column("id", _Id, primary_key=True))  # is there already


def _number(name: str) -> Column[int]:
    return Column(name, Integer, primary_key=True, autoincrement=False)


sa.Table(
    "down_number",
    _tables,
    Column("name", String(32), primary_key=True),
    Column("next", Integer, nullable=False),
)
sa.Table(
    "down_word",
    _tables,
    Column("id", _Id, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("mode", String(8), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("person", String(80), nullable=False),
    Column("audience", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("not_after_s", BigInteger, nullable=False),
    Column("airtime_ms", Integer, nullable=False),
    Column("task", Integer, unique=True),
    Column("withdrawn_ms", BigInteger),
    Column("withdrawn_by", String(80)),
    Index("down_word_by_mode", "mode", "id"),
)
sa.Table(
    "down_item",
    _tables,
    Column("id", _Id, primary_key=True),
    Column("word_id", ForeignKey("down_word.id"), nullable=False),
    Column("down_id", LargeBinary(8), nullable=False, unique=True),
    Column("what", Integer, nullable=False),
    Column("device", Integer, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("parts", Integer, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Index("down_item_by_word", "word_id"),
    Index("down_item_by_number", "what", "device", "generation", "number"),
)
sa.Table(
    "down_sending",
    _tables,
    Column("item_id", ForeignKey("down_item.id"), primary_key=True),
    Column("gateway", String(32), primary_key=True),
    Column("wanted", String(8), nullable=False),
    Column("state", Integer),
    Column("at_s", BigInteger),
    Column("reason", String(80), nullable=False),
    Column("asked", Integer, nullable=False),
    Column("ask_ms", BigInteger),
    Index("down_sending_due", "ask_ms"),
)
sa.Table(
    "down_holder",
    _tables,
    Column("item_id", ForeignKey("down_item.id"), primary_key=True),
    _number("device"),
    Column("held_ms", BigInteger, nullable=False),
)
sa.Table(
    "down_answer",
    _tables,
    Column("id", _Id, primary_key=True),
    Column("word_id", ForeignKey("down_word.id"), nullable=False),
    Column("device", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("report_id", ForeignKey("report.id"), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("said", String(32), nullable=False),
    Column("text", Text),
    Index("down_answer_by_word", "word_id"),
)
sa.Table(
    "down_holding",
    _tables,
    _number("device"),
    _number("generation"),
    _number("seq"),
    Column("content", LargeBinary, nullable=False),
    Column("end_to_end_tag", LargeBinary, nullable=False),
    Column("gateway", String(32), nullable=False),
    Column("arrived_ms", BigInteger, nullable=False),
)
sa.Table(
    "revocation",
    _tables,
    _number("device"),
    Column("generation", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("person", String(80), nullable=False),
)


def migrate(connection: Connection) -> None:
    """Add the tables; nothing was ever said down before."""
    new = [table for table in _tables.sorted_tables if table is not _report]
    _tables.create_all(connection, tables=new, checkfirst=False)
