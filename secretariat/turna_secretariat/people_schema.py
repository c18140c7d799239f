"""The tables of accounts, sessions and the audit log: apart from the archive, whose one writer they
must not hold up and whose copy from yesterday must not bring back yesterday's passwords.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

# Raised with every change; `versions.shape` brings it to older accounts, newer ones are refused.
SCHEMA_VERSION = 3

metadata = MetaData()
_Id = BigInteger().with_variant(Integer, "sqlite")

people_version = Table("people_version", metadata, Column("version", Integer, nullable=False))

account = Table(
    "account",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("name", String(40), nullable=False, unique=True),
    Column("person", String(80), nullable=False, unique=True),  # the name that stands by a deed
    Column("role", String(16), nullable=False),  # one of accounts.ROLES
    Column("countries", Text, nullable=False),  # as in "az tr"; empty: all
    Column("password", Text, nullable=False),  # its Argon2 hash
    Column("is_demo", Boolean, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
)

# Only the hash of a session's token is kept: who reads this table can sign in as nobody.
session = Table(
    "session",
    metadata,
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("account_id", ForeignKey("account.id"), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("seen_ms", BigInteger, nullable=False),
    Index("session_by_account", "account_id"),
)

# Who did what when, never rewritten.
audit = Table(
    "audit",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("account", String(40), nullable=False),  # empty: nobody was signed in
    Column("did", String(200), nullable=False),  # in words
    Column("came_of_it", String(80), nullable=False),  # one of audit.OUTCOMES
    Column("address", String(64), nullable=False),
    Column("person", String(80)),  # who it was by name, then
    Column("deed", String(24)),  # one of deeds.SENTENCES
    Column("about", Text),  # what stands in its places, as JSON
    Column("why", String(200)),  # it was not done
    Index("audit_by_kind", "deed", "account", "at_ms"),  # who signed in when
    Index("audit_by_account", "account", "id"),
)
