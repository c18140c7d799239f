"""The archive's tables of what goes down: said by whom, to whom, how far it is, what was answered.

A *word* is what a person said once; its *items* are what gateways are given: an order for each
handset, or one notice or alert for all.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from turna_secretariat import schema
from turna_secretariat.schema import Id

# One archive, one set of tables.
metadata = schema.metadata

# Numbers that are never given out twice: committed before what carries them.  `name` is "task",
# "notice", "revocations", "order 7 1" (device, generation), "alert 0 1" (mode, code), or "given"
# and the identity of a run: how far that run has numbered.
down_number = Table(
    "down_number",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("next", Integer, nullable=False),
)

down_word = Table(
    "down_word",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(16), nullable=False),  # down_words.KINDS
    Column("mode", String(8), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("person", String(80), nullable=False),
    Column("audience", Text, nullable=False),  # JSON: devices, and how they were named
    Column("body", Text, nullable=False),  # JSON: what was said
    Column("priority", Integer, nullable=False),
    Column("not_after_s", BigInteger, nullable=False),
    Column("airtime_ms", Integer, nullable=False),  # to say all of it once, at one gateway
    Column("task", Integer, unique=True),  # the number of a task
    Column("withdrawn_ms", BigInteger),
    Column("withdrawn_by", String(80)),
    Index("down_word_by_mode", "mode", "id"),
)

down_item = Table(
    "down_item",
    metadata,
    Column("id", Id, primary_key=True),
    Column("word_id", ForeignKey("down_word.id"), nullable=False),
    Column("down_id", LargeBinary(8), nullable=False, unique=True),
    Column("what", Integer, nullable=False),  # turna_backbone.down
    Column("device", Integer, nullable=False),  # 0: all
    Column("generation", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("parts", Integer, nullable=False),
    Column("payload", LargeBinary, nullable=False),  # the Down, packed
    Index("down_item_by_word", "word_id"),
    Index("down_item_by_number", "what", "device", "generation", "number"),
)

# One gateway's part: `wanted` is what it is asked until `state` says that it has done so.
down_sending = Table(
    "down_sending",
    metadata,
    Column("item_id", ForeignKey("down_item.id"), primary_key=True),
    Column("gateway", String(32), primary_key=True),
    Column("wanted", String(8), nullable=False),  # say | withdraw
    Column("state", Integer),  # turna_backbone.down; null: it has not answered yet
    Column("at_s", BigInteger),
    Column("reason", String(80), nullable=False),
    Column("asked", Integer, nullable=False),  # how often
    Column("ask_ms", BigInteger),  # when to ask again; null: it has answered
    Index("down_sending_due", "ask_ms"),
)

# Handsets that hold an item, by their own proof.
down_holder = Table(
    "down_holder",
    metadata,
    Column("item_id", ForeignKey("down_item.id"), primary_key=True),
    Column("device", Integer, primary_key=True, autoincrement=False),
    Column("held_ms", BigInteger, nullable=False),
)

# What people in the field answered; the newest of each handset counts.
down_answer = Table(
    "down_answer",
    metadata,
    Column("id", Id, primary_key=True),
    Column("word_id", ForeignKey("down_word.id"), nullable=False),
    Column("device", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("report_id", ForeignKey("report.id"), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("said", String(32), nullable=False),  # a phrase or a task's status
    Column("text", Text),
    Index("down_answer_by_word", "word_id"),
)

# Every holding that came, proved; its numbers are of the same count as those of reports.
down_holding = Table(
    "down_holding",
    metadata,
    Column("device", Integer, primary_key=True, autoincrement=False),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
    Column("end_to_end_tag", LargeBinary, nullable=False),
    Column("gateway", String(32), nullable=False),
    Column("arrived_ms", BigInteger, nullable=False),
)

# The newest revoked generation of each handset's keys; nothing is ever un-revoked.
revocation = Table(
    "revocation",
    metadata,
    Column("device", Integer, primary_key=True, autoincrement=False),
    Column("generation", Integer, nullable=False),
    Column("version", Integer, nullable=False),  # of the list that first said so
    Column("at_ms", BigInteger, nullable=False),
    Column("person", String(80), nullable=False),
    Column("reason", String(200)),
)
