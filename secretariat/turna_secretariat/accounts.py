"""Who may use the page: named accounts with roles and countries, their sessions, their audit log.

A database of its own, which the page and the command line may both write.
"""

import hashlib
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.engine import Connection, Engine, RowMapping

from turna_secretariat import audit, earlier_deeds, engines, people_schema
from turna_secretariat.audit import Entry, Looked
from turna_secretariat.engines import ArchiveError
from turna_secretariat.people import person_name
from turna_secretariat.people_schema import account, session
from turna_secretariat.versions.shape import complete

# Each may do what those before it may.
OBSERVER, OFFICER, ADMINISTRATOR = ROLES = ("observer", "officer", "administrator")
# NIST SP 800-63B-4, 3.1.1.2: length, not classes of characters; 15 where nothing else is asked for.
PASSWORD_LEAST, PASSWORD_MOST = 15, 256
# A shift of twelve hours without an open page, which asks each minute who is there; a week, then
# everybody signs in again.
IDLE_MS, WHOLE_MS = 12 * 3_600_000, 7 * 86_400_000
# A session is noted as seen this often, not with each request.
_NOTE_SEEN_MS = 300_000
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_COUNTRY = re.compile(r"[a-z]{2}")


class AccountError(ValueError):
    """An account cannot be made or changed like this; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Account:
    """One person's way in; `countries` empty means all."""

    id: int
    name: str
    person: str
    role: str
    countries: tuple[str, ...]
    is_demo: bool
    disabled: bool

    def may(self, role: str) -> bool:
        """Tell whether the account may do what is kept for a role."""
        return ROLES.index(self.role) >= ROLES.index(role)

    def as_json(self) -> dict[str, Any]:
        shown = ("name", "person", "role", "is_demo", "disabled")
        return {key: getattr(self, key) for key in shown} | {"countries": list(self.countries)}


class Accounts:
    """Accounts, sessions and the audit log in one database."""

    def __init__(self, url: sa.URL, hasher: PasswordHasher | None = None) -> None:
        self._url = url
        self._hasher = PasswordHasher() if hasher is None else hasher
        self._engine: Engine | None = None
        # Whoever has no account has to wait as long as one who has.
        self._nobodys_hash = self._hasher.hash(secrets.token_hex())

    def open(self) -> None:
        """Open or create the database. ArchiveError if it is none, or too new."""
        engines.make_private(self._url, is_missed=False)  # nobody can sign in: told already
        self._engine = engines.shared(self._url)
        try:
            with self._engine.begin() as connection:
                _bring_up(connection)
        except sa.exc.DBAPIError as error:
            said = " ".join(str(error.orig).split())
            where = f"{self._url.database}: " if self._engine.dialect.name == "sqlite" else ""
            raise ArchiveError(f"the accounts cannot be opened: {where}{said}") from None

    def close(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def add(
        self,
        name: str,
        *,
        person: str,
        role: str,
        countries: Sequence[str] = (),
        password: str,
        is_demo: bool = False,
        now_ms: int,
    ) -> None:
        """Make an account, or raise AccountError."""
        _require_all_countries(role, " ".join(countries))
        values = {
            "name": _checked_name(name),
            "person": _checked_person(person),
            "role": role,
            "countries": _kept_countries(countries),
            "password": self._hashed(password),
            "is_demo": is_demo,
            "disabled": False,
            "created_ms": now_ms,
        }
        try:
            with self._begin() as connection:
                connection.execute(account.insert().values(**values))
        except sa.exc.IntegrityError:
            raise AccountError(f"there is an account {name!r} or of {person!r} already") from None

    def all(self) -> list[Account]:
        with self._look() as connection:
            rows = connection.execute(sa.select(account).order_by(account.c.name)).mappings()
            return [_account(row) for row in rows]

    def named(self, name: str) -> Account:
        """Return one account, or raise AccountError."""
        with self._look() as connection:
            query = sa.select(account).where(account.c.name == name)
            row = connection.execute(query).mappings().first()
        if row is None:
            raise AccountError(f"there is no account {name!r}")
        return _account(row)

    def last_seen_ms(self) -> dict[str, int]:
        """Return when each account last signed in, or had the page open if it still is."""
        clicked = sa.select(account.c.name, sa.func.max(session.c.seen_ms))
        clicked = clicked.join_from(session, account).group_by(account.c.name)
        seen: dict[str, int] = {}
        with self._look() as connection:
            for name, at_ms in (*audit.last_sign_ins(connection), *connection.execute(clicked)):
                seen[name] = max(at_ms, seen.get(name, 0))
        return seen

    def set_password(self, name: str, password: str) -> None:
        """Change a password and end every session that the old one began."""
        self._change(name, password=self._hashed(password))

    def disable(self, name: str) -> None:
        """Let nobody in by this account any more; what it did stays under its name."""
        self._change(name, disabled=True)

    def enable(self, name: str) -> None:
        """Let its person in again, by the password that it had."""
        self._change(name, disabled=False)

    def change(
        self,
        name: str,
        *,
        person: str | None = None,
        role: str | None = None,
        countries: Sequence[str] | None = None,
    ) -> None:
        """Change what is given and end its sessions: an open page would go on showing the old."""
        values: dict[str, Any] = {}
        if person is not None:
            values["person"] = _checked_person(person)
        if role is not None:
            values["role"] = role
        if countries is not None:
            values["countries"] = _kept_countries(countries)
        try:
            self._change(name, **values)
        except sa.exc.IntegrityError:
            raise AccountError(f"there is an account of {person!r} already") from None

    def sign_out(self, name: str) -> None:
        """End every session of an account, wherever it is open."""
        self._change(name)

    def is_signed_in(self, name: str, now_ms: int) -> bool:
        """Tell whether anybody is signed in by an account."""
        sessions = sa.select(session.c.created_ms.label("begun_ms"), session.c.seen_ms)
        sessions = sessions.join_from(session, account).where(account.c.name == name)
        with self._look() as connection:
            rows = connection.execute(sessions).mappings().all()
        return any(not _is_over(row, now_ms) for row in rows)

    def proved(self, name: str, password: str) -> Account | None:
        """Return the account if name and password are right; takes as long if they are not."""
        with self._look() as connection:
            query = sa.select(account).where(account.c.name == name)
            row = connection.execute(query).mappings().first()
        kept = self._nobodys_hash if row is None else str(row["password"])
        try:
            self._hasher.verify(kept, password[: PASSWORD_MOST + 1])
        except (VerificationError, InvalidHashError):
            return None
        if row is None or row["disabled"]:
            return None
        return _account(row)

    def begin_session(self, account_id: int, now_ms: int) -> str:
        """Return the token by which a browser is known from now on."""
        token = secrets.token_urlsafe(32)
        values = {"account_id": account_id, "created_ms": now_ms, "seen_ms": now_ms}
        with self._begin() as connection:
            old = (session.c.created_ms < now_ms - WHOLE_MS) | (
                session.c.seen_ms < now_ms - IDLE_MS
            )
            connection.execute(session.delete().where(old))
            connection.execute(session.insert().values(token_hash=_hash(token), **values))
        return token

    def of_session(self, token: str, now_ms: int) -> Account | None:
        """Return whose session it is; None if there is none, any more."""
        mine = session.c.token_hash == _hash(token)
        query = sa.select(account, session.c.created_ms.label("begun_ms"), session.c.seen_ms)
        query = query.join_from(session, account).where(mine)
        with self._look() as connection:
            row = connection.execute(query).mappings().first()
        if row is None or row["disabled"] or _is_over(row, now_ms):
            return None
        if now_ms - row["seen_ms"] > _NOTE_SEEN_MS:
            with self._begin() as connection:
                connection.execute(session.update().where(mine).values(seen_ms=now_ms))
        return _account(row)

    def end_session(self, token: str) -> None:
        with self._begin() as connection:
            connection.execute(session.delete().where(session.c.token_hash == _hash(token)))

    def note(self, entry: Entry) -> None:
        """Write a line of the audit log."""
        with self._begin() as connection:
            audit.write(connection, entry)

    def noted(
        self, limit: int, before_id: int | None = None, looked: Looked | None = None
    ) -> list[dict[str, Any]]:
        """Return the newest lines of the audit log, or of those that are looked for."""
        with self._look() as connection:
            return audit.read(connection, looked or Looked(), limit, before_id)

    def _change(self, name: str, **values: Any) -> None:
        with self._begin() as connection:
            found = connection.execute(sa.select(account.c.id).where(account.c.name == name))
            account_id = found.scalar()
            if account_id is None:
                raise AccountError(f"there is no account {name!r}")
            if values:
                mine = account.c.id == account_id
                had_one = _has_administrator(connection)
                connection.execute(account.update().where(mine).values(**values))
                row = connection.execute(sa.select(account).where(mine)).mappings().one()
                _require_all_countries(row["role"], row["countries"])
                if had_one and not _has_administrator(connection):
                    raise AccountError(f"{name} is the last administrator: make another one first")
            connection.execute(session.delete().where(session.c.account_id == account_id))

    def _hashed(self, password: str) -> str:
        if not PASSWORD_LEAST <= len(password) <= PASSWORD_MOST:
            raise AccountError(f"a password has {PASSWORD_LEAST} to {PASSWORD_MOST} characters")
        return self._hasher.hash(password)

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        with self._opened().begin() as connection:
            yield connection

    @contextmanager
    def _look(self) -> Iterator[Connection]:
        with engines.only_reading(self._opened()).connect() as connection:
            yield connection

    def _opened(self) -> Engine:
        if self._engine is None:
            raise ArchiveError("the accounts are not open")
        return self._engine


def _bring_up(connection: Connection) -> None:
    """Make the tables, or add what those of an earlier version have not."""
    table, present = people_schema.people_version, people_schema.SCHEMA_VERSION
    is_there = sa.inspect(connection).has_table(table.name)
    stored = connection.execute(sa.select(table.c.version)).scalar() if is_there else None
    if stored is not None and stored > present:
        raise ArchiveError(f"the accounts have version {stored}: start the newer Turna")
    if stored != present:
        complete(connection, people_schema.metadata)
        earlier_deeds.fill(connection)
        connection.execute(table.delete())
        connection.execute(table.insert().values(version=present))


def _require_all_countries(role: str, countries: str) -> None:
    """Refuse who could give themselves what they may not see."""
    if role == ADMINISTRATOR and countries:
        raise AccountError("an administrator keeps everybody's accounts, so sees all countries")


def _has_administrator(connection: Connection) -> bool:
    able = (account.c.role == ADMINISTRATOR) & account.c.disabled.is_(sa.false())
    return connection.execute(sa.select(account.c.id).where(able)).first() is not None


def _account(row: RowMapping) -> Account:
    return Account(
        id=row["id"],
        name=row["name"],
        person=row["person"],
        role=row["role"],
        countries=tuple(row["countries"].split()),
        is_demo=row["is_demo"],
        disabled=row["disabled"],
    )


def _is_over(row: RowMapping, now_ms: int) -> bool:
    return bool(now_ms - row["seen_ms"] > IDLE_MS or now_ms - row["begun_ms"] > WHOLE_MS)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _checked_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise AccountError("an account's name has 1 to 40 of a-z, 0-9, dot, dash and underscore")
    return name


def _checked_person(person: str) -> str:
    try:
        return person_name(person)
    except ValueError as error:
        raise AccountError(str(error)) from None


def _kept_countries(countries: Sequence[str]) -> str:
    return " ".join(sorted({_checked_country(one) for one in countries}))


def _checked_country(country: str) -> str:
    if not _COUNTRY.fullmatch(country):
        raise AccountError("a country has two small letters, as in the mission kit")
    return country
