"""The archive is put back from a copy of yesterday: the gateway sends what it lacks."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest

from tests.gateway.field import MASTER, NAME, RECEIPT_TOPIC, SITREP, Handset
from tests.gateway.field import Field as Gateway
from tools.postgresql_server import Server
from turna_backbone import topics
from turna_backbone.resend import Resend, Run
from turna_gateway.resend import EVERYTHING, newest_in_archive
from turna_protocol import keys
from turna_secretariat import queries
from turna_secretariat.archive import Archive
from turna_secretariat.desk import Desk
from turna_secretariat.engines import postgresql_url, sqlite_url
from turna_secretariat.registry import Registry

NOW_MS = 1
RESEND_TOPIC = topics.resend("tr", NAME)
DAY_MS = 86_400_000


class Files:
    """An archive in SQLite, and copies of its file."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "archive.db"
        self.url = sqlite_url(self._path)

    def copy(self) -> None:
        shutil.copy(self._path, self._path.with_suffix(".copy"))

    def put_back(self) -> None:
        shutil.copy(self._path.with_suffix(".copy"), self._path)

    def remove(self) -> None:
        self._path.unlink()


class Databases:
    """An archive in PostgreSQL, and copies of its database."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._run("DROP DATABASE IF EXISTS copy", "DROP DATABASE IF EXISTS turna")
        self.url = postgresql_url(server.create("turna"))

    def copy(self) -> None:
        self._run("CREATE DATABASE copy TEMPLATE turna")

    def put_back(self) -> None:
        self._run("DROP DATABASE turna", "CREATE DATABASE turna TEMPLATE copy")

    def remove(self) -> None:
        self._run("DROP DATABASE turna", "CREATE DATABASE turna")

    def _run(self, *statements: LiteralString) -> None:
        with psycopg.connect(self._server.url("postgres"), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


class Chain:
    """A gateway's process and a Secretariat's desk, joined by hand."""

    def __init__(self, directory: Path, store: Files | Databases) -> None:
        self.gateway = Gateway(directory)
        self.gateway.connect()
        self.handset = Handset(1)
        self.store = store
        self.registry = Registry(self.gateway.mission, keys.authentication_branch(MASTER))
        self.archive = Archive(store.url)
        self._runs = 0
        self.passed_on = 0
        self.start()

    def start(self) -> None:
        """Start the Secretariat, and let the gateway hear of it."""
        self._runs += 1
        self.archive.open()
        self.desk = Desk(self.archive, self.registry, self.gateway.mission.frame)
        self.desk.resending.begin_run(f"run {self._runs:4}".encode(), NOW_MS)
        self.tell(self.desk.resending.messages()[NAME])

    def tell(self, resend: Resend) -> None:
        self.gateway.message(RESEND_TOPIC, resend.pack())

    def send(self, *numbers: int) -> None:
        """Let a handset's reports go all the way, and their receipts all the way back."""
        self.gateway.hear(*(self.handset.seal(number, SITREP) for number in numbers))
        self.pass_on()

    def pass_on(self) -> int:
        """Give the Secretariat what the gateway has published since; return how many that were."""
        self.gateway.pass_time(2_000)
        reports = self.gateway.reports()[self.passed_on :]
        self.passed_on += len(reports)
        for outgoing in self.desk.file(reports, NOW_MS) if reports else []:
            self.gateway.message(RECEIPT_TOPIC, outgoing.envelope.pack())
        return len(reports)

    def held(self) -> list[int]:
        with self.archive.reader() as connection:
            assert queries.stored_twice(connection) == 0
            return sorted(r["seq"] for r in queries.reports(connection, self.registry))

    def copy(self) -> None:
        self.archive.close()
        self.store.copy()
        self.start()

    def put_back(self) -> None:
        self.archive.close()
        self.store.put_back()
        self.start()


# What has nothing to do with copies is the same in both.
in_a_file = pytest.mark.parametrize("chain", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def chain(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Chain]:
    is_file = request.param == "sqlite"
    store = Files(tmp_path) if is_file else Databases(request.getfixturevalue("server"))
    chain = Chain(tmp_path, store)
    yield chain
    chain.archive.close()


def test_fault_78_what_was_receipted_after_the_copy_is_sent_again(chain: Chain) -> None:
    chain.send(0, 1, 2)
    chain.copy()
    chain.gateway.pass_time(DAY_MS)
    chain.send(3, 4, 5)
    assert chain.pass_on() == 0

    chain.put_back()
    assert chain.held() == [0, 1, 2]
    chain.pass_on()

    assert chain.held() == [0, 1, 2, 3, 4, 5]
    assert sum(chain.gateway.gateway.waiting) == 0


def test_what_the_copy_holds_is_not_sent_again(chain: Chain) -> None:
    chain.send(0, 1, 2)
    chain.gateway.pass_time(DAY_MS)
    chain.send(3)
    chain.copy()
    chain.gateway.pass_time(DAY_MS)
    chain.send(4)
    chain.put_back()

    assert chain.pass_on() == 2  # number 4, and what came just before the copy
    assert chain.held() == [0, 1, 2, 3, 4]


def test_several_starts_after_the_copy_do_not_hide_what_is_lacking(chain: Chain) -> None:
    chain.send(0)
    chain.copy()
    chain.gateway.pass_time(DAY_MS)
    chain.send(1)
    chain.archive.close()
    chain.start()
    chain.send(2)
    chain.put_back()
    chain.pass_on()

    assert chain.held() == [0, 1, 2]


def test_a_gateway_that_was_away_meanwhile_sees_it_when_it_comes_back(chain: Chain) -> None:
    chain.send(0)
    chain.copy()
    chain.gateway.pass_time(DAY_MS)
    chain.send(1)
    chain.archive.close()
    chain.store.put_back()
    chain.archive.open()
    chain.desk.resending.begin_run(b"unheard1", NOW_MS)
    chain.desk.resending.begin_run(b"unheard2", NOW_MS)
    chain.tell(chain.desk.resending.messages()[NAME])
    chain.pass_on()

    assert chain.held() == [0, 1]


def test_an_empty_archive_gets_all_that_is_kept(chain: Chain) -> None:
    chain.send(0, 1)
    chain.gateway.pass_time(DAY_MS)
    chain.send(2)
    chain.archive.close()
    chain.store.remove()
    chain.start()
    chain.pass_on()

    assert chain.held() == [0, 1, 2]


@in_a_file
def test_an_ordinary_start_sends_hardly_anything_again(chain: Chain) -> None:
    chain.send(*range(20))
    chain.gateway.pass_time(DAY_MS)
    chain.send(20)
    chain.archive.close()
    chain.start()
    assert chain.pass_on() == 1
    chain.gateway.restart()
    chain.gateway.connect()
    chain.tell(chain.desk.resending.messages()[NAME])
    assert chain.pass_on() == 0


@in_a_file
def test_an_ordinary_start_costs_ten_minutes_of_reports_at_most_and_is_logged_as_that(
    chain: Chain, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(30):
        chain.gateway.pass_time(58_000)
        chain.send(number)  # one a minute
    caplog.set_level("INFO")
    chain.archive.close()
    chain.start()

    assert 1 <= chain.pass_on() <= 11
    assert chain.held() == list(range(30))
    (said,) = [r for r in caplog.records if r.name == "turna_gateway.resend"]
    assert (said.levelname, "to be sure" in said.getMessage()) == ("INFO", True)


@in_a_file
def test_a_kill_between_commit_and_receipt_does_not_bring_the_whole_week_again(
    chain: Chain,
) -> None:
    chain.send(*range(20))
    chain.gateway.pass_time(DAY_MS)
    chain.gateway.hear(chain.handset.seal(20, SITREP))
    chain.gateway.pass_time(2_000)
    chain.desk.file(chain.gateway.reports()[chain.passed_on :], NOW_MS)
    chain.archive.close()
    chain.start()
    chain.gateway.pass_time(DAY_MS)

    assert chain.pass_on() >= 1
    assert {report.seq for report in chain.gateway.reports()[20:]} == {20}
    assert chain.held() == list(range(21))
    assert sum(chain.gateway.gateway.waiting) == 0


def test_what_was_filed_after_a_report_without_its_receipt_is_sent_again(chain: Chain) -> None:
    chain.gateway.hear(chain.handset.seal(0, SITREP))
    chain.gateway.pass_time(2_000)
    chain.desk.file(chain.gateway.reports(), NOW_MS)  # its receipt is lost
    chain.passed_on += 1
    chain.copy()
    chain.gateway.pass_time(60_000)
    chain.send(1)
    chain.put_back()
    chain.gateway.pass_time(DAY_MS)
    chain.pass_on()

    assert chain.held() == [0, 1]


def test_numbers_that_are_asked_for_come_from_whoever_has_them(chain: Chain) -> None:
    chain.send(0, 1, 2)
    with chain.archive.transaction() as transaction:  # as if two had never come
        transaction.connection.exec_driver_sql("DELETE FROM change")
        for table in ("contact", "carriage", "counted", "report"):
            transaction.connection.exec_driver_sql(f"DELETE FROM {table}")
        transaction.connection.exec_driver_sql("UPDATE reach SET highest = 2")
        transaction.connection.exec_driver_sql(
            "INSERT INTO gap (device, generation, first, last, noticed_ms, asked)"
            " VALUES (1, 1, 0, 1, 0, 0)"
        )
    assert chain.desk.resending.questions(600_000 - 1) == {}
    chain.tell(chain.desk.resending.questions(600_000)[NAME])
    assert chain.pass_on() == 2

    assert chain.held() == [0, 1]
    assert chain.desk.resending.questions(10 * DAY_MS) == {}


def test_of_a_run_that_is_not_among_those_known_everything_is_opened() -> None:
    runs = [Run(b"a", b"1"), Run(b"b", b"2"), Run(b"c", b"3")]
    assert newest_in_archive(runs, [b"a", b"x"]) == [b"2", b"3"]
    assert newest_in_archive(runs, [b"a", b"b"]) == [b"3"]
    assert newest_in_archive(runs, [b"x"]) is EVERYTHING
