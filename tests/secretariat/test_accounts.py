"""Accounts: who gets in, for how long, under which name; nothing readable is kept of a password."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from tests.secretariat.live_page import PASSWORD, QUICK_HASHER
from turna_secretariat import people_schema
from turna_secretariat.accounts import (
    ADMINISTRATOR,
    IDLE_MS,
    OBSERVER,
    OFFICER,
    WHOLE_MS,
    AccountError,
    Accounts,
)
from turna_secretariat.engines import ArchiveError, sqlite_url

HOUR_MS = 3_600_000


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.URL]:
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "people.db")
        return
    url: sa.URL = request.getfixturevalue("postgresql")
    yield url
    engine = sa.create_engine(url)
    people_schema.metadata.drop_all(engine)
    engine.dispose()


@pytest.fixture
def accounts(url: sa.URL) -> Iterator[Accounts]:
    accounts = Accounts(url, QUICK_HASHER)
    accounts.open()
    accounts.add(
        "aylin",
        person="Aylin Demir",
        role=OFFICER,
        countries=["tr", "az", "tr"],
        password=PASSWORD,
        now_ms=0,
    )
    yield accounts
    accounts.close()


def _session(accounts: Accounts, now_ms: int = 0) -> str:
    return accounts.begin_session(accounts.named("aylin").id, now_ms)


def test_name_and_password_prove_a_person(accounts: Accounts) -> None:
    found = accounts.proved("aylin", PASSWORD)

    assert found is not None
    assert (found.person, found.role, found.countries) == ("Aylin Demir", OFFICER, ("az", "tr"))
    assert accounts.proved("aylin", PASSWORD + "!") is None
    assert accounts.proved("nobody", PASSWORD) is None


def test_a_role_may_what_the_lesser_ones_may(accounts: Accounts) -> None:
    officer = accounts.named("aylin")
    assert [officer.may(role) for role in (OBSERVER, OFFICER, ADMINISTRATOR)] == [True, True, False]


def test_neither_password_nor_session_can_be_read_from_the_database(
    accounts: Accounts, url: sa.URL
) -> None:
    token = _session(accounts)
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        rows = [
            connection.execute(sa.select(table)).all()
            for table in people_schema.metadata.sorted_tables
        ]
    engine.dispose()

    assert PASSWORD not in repr(rows)
    assert token not in repr(rows)
    assert "$argon2id$" in repr(rows)


def test_a_session_lasts_while_it_is_used_and_not_beyond_a_week(accounts: Accounts) -> None:
    token = _session(accounts)
    last_ms = 0
    for now_ms in range(0, WHOLE_MS, IDLE_MS - HOUR_MS):
        assert accounts.of_session(token, now_ms) is not None
        last_ms = now_ms

    assert accounts.of_session(token, last_ms + IDLE_MS + 1) is None
    assert accounts.of_session(token, WHOLE_MS + 1) is None
    assert accounts.of_session("no token of ours", 0) is None
    assert accounts.of_session("\ud800", 0) is None


def test_signing_out_ends_one_session_and_a_new_password_all(accounts: Accounts) -> None:
    first, second = _session(accounts), _session(accounts)
    accounts.end_session(first)
    assert accounts.of_session(first, 0) is None
    assert accounts.of_session(second, 0) is not None

    accounts.set_password("aylin", "another long password")
    assert accounts.of_session(second, 0) is None
    assert accounts.proved("aylin", PASSWORD) is None
    assert accounts.proved("aylin", "another long password") is not None


def test_who_is_disabled_is_out_at_once_and_stays_in_the_list(accounts: Accounts) -> None:
    token = _session(accounts)
    accounts.disable("aylin")

    assert accounts.of_session(token, 0) is None
    assert accounts.proved("aylin", PASSWORD) is None
    assert [one.disabled for one in accounts.all()] == [True]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": "Aylin"}, "a-z"),
        ({"name": ""}, "1 to 40"),
        ({"person": "A" * 10_000}, "at most 80 characters"),
        ({"person": "Aylin\u202eDemir"}, "direction-changing"),
        ({"person": "   "}, "write your name"),
        ({"person": "Aylin Demir", "name": "aylin2"}, "already"),
        ({"name": "aylin", "person": "Someone Else"}, "already"),
        ({"countries": ["Turkey"]}, "two small letters"),
        ({"password": "short"}, "15 to 256"),
        ({"password": "x" * 257}, "15 to 256"),
    ],
)
def test_an_account_that_cannot_be_is_refused_with_a_reason(
    accounts: Accounts, change: dict[str, str], says: str
) -> None:
    wanted = {"name": "bekzat", "person": "Bekzat Omarov", "password": PASSWORD} | change
    with pytest.raises(AccountError, match=says) as caught:
        accounts.add(role=OFFICER, now_ms=0, **wanted)  # type: ignore[arg-type]  # as a person may

    assert wanted["password"] not in str(caught.value)
    assert len(accounts.all()) == 1


def test_two_processes_share_the_accounts(accounts: Accounts, url: sa.URL) -> None:
    beside = Accounts(url, QUICK_HASHER)
    beside.open()
    beside.add("bekzat", person="Bekzat Omarov", role=OBSERVER, password=PASSWORD, now_ms=0)
    beside.close()

    assert [one.name for one in accounts.all()] == ["aylin", "bekzat"]


def test_accounts_of_a_newer_turna_are_refused(accounts: Accounts, url: sa.URL) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(people_schema.people_version.update().values(version=99))
    engine.dispose()
    with pytest.raises(ArchiveError, match="99"):
        Accounts(url, QUICK_HASHER).open()


def test_who_keeps_the_accounts_is_limited_to_no_country(accounts: Accounts) -> None:
    with pytest.raises(AccountError, match="sees all countries"):
        accounts.change("aylin", role=ADMINISTRATOR)
    accounts.change("aylin", role=ADMINISTRATOR, countries=[])
    with pytest.raises(AccountError, match="sees all countries"):
        accounts.change("aylin", countries=["tr"])
    assert accounts.named("aylin").countries == ()


def test_it_is_known_whether_anybody_is_signed_in(accounts: Accounts) -> None:
    assert not accounts.is_signed_in("aylin", 0)
    _session(accounts)
    assert accounts.is_signed_in("aylin", HOUR_MS)
    assert not accounts.is_signed_in("aylin", IDLE_MS + 1)


class _Counting(PasswordHasher):
    """Counts how often it is asked."""

    asked = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002  # its parent's
        self.asked += 1
        return super().verify(hash, password)


def test_an_unknown_name_takes_as_long_as_a_known_one(tmp_path: Path) -> None:
    hasher = _Counting(time_cost=1, memory_cost=8, parallelism=1)
    accounts = Accounts(sqlite_url(tmp_path / "people.db"), hasher)
    accounts.open()
    accounts.add("aylin", person="Aylin", role=OBSERVER, password=PASSWORD, now_ms=0)
    accounts.add("gone", person="Gone", role=OBSERVER, password=PASSWORD, now_ms=0)
    accounts.disable("gone")
    for name in ("aylin", "nobody", "gone"):
        hasher.asked = 0
        assert accounts.proved(name, "a wrong password") is None
        assert hasher.asked == 1, name
    accounts.close()
