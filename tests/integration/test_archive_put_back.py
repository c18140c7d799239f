"""The archive is put back from a copy of yesterday: the gateway sends what it lacks."""

import shutil
from pathlib import Path

import pytest

from tests.gateway.field import MASTER, NAME, RECEIPT_TOPIC, SITREP, Handset
from tests.gateway.field import Field as Gateway
from turna_backbone import topics
from turna_backbone.resend import Resend, Run
from turna_gateway.resend import EVERYTHING, newest_in_archive
from turna_protocol import keys
from turna_secretariat import queries
from turna_secretariat.archive import Archive
from turna_secretariat.desk import Desk
from turna_secretariat.registry import Registry

NOW_MS = 1
RESEND_TOPIC = topics.resend("tr", NAME)
DAY_MS = 86_400_000


class Chain:
    """A gateway's process and a Secretariat's desk, joined by hand."""

    def __init__(self, directory: Path) -> None:
        self.gateway = Gateway(directory)
        self.gateway.connect()
        self.handset = Handset(1)
        self.path = directory / "archive.db"
        self.registry = Registry(self.gateway.mission, keys.authentication_branch(MASTER))
        self.archive = Archive.in_file(self.path)
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

    def copy(self) -> Path:
        self.archive.close()
        copied = self.path.with_suffix(".copy")
        shutil.copy(self.path, copied)
        self.start()
        return copied

    def put_back(self, copied: Path) -> None:
        self.archive.close()
        shutil.copy(copied, self.path)
        self.start()


@pytest.fixture
def chain(tmp_path: Path) -> Chain:
    return Chain(tmp_path)


def test_fault_78_what_was_receipted_after_the_copy_is_sent_again(chain: Chain) -> None:
    chain.send(0, 1, 2)
    copied = chain.copy()
    chain.gateway.pass_time(DAY_MS)
    chain.send(3, 4, 5)
    assert chain.pass_on() == 0

    chain.put_back(copied)
    assert chain.held() == [0, 1, 2]
    chain.pass_on()

    assert chain.held() == [0, 1, 2, 3, 4, 5]
    assert sum(chain.gateway.gateway.waiting) == 0


def test_what_the_copy_holds_is_not_sent_again(chain: Chain) -> None:
    chain.send(0, 1, 2)
    chain.gateway.pass_time(DAY_MS)
    chain.send(3)
    copied = chain.copy()
    chain.gateway.pass_time(DAY_MS)
    chain.send(4)
    chain.put_back(copied)

    assert chain.pass_on() == 2  # number 4, and what came just before the copy
    assert chain.held() == [0, 1, 2, 3, 4]


def test_several_starts_after_the_copy_do_not_hide_what_is_lacking(chain: Chain) -> None:
    chain.send(0)
    copied = chain.copy()
    chain.gateway.pass_time(DAY_MS)
    chain.send(1)
    chain.archive.close()
    chain.start()
    chain.send(2)
    chain.put_back(copied)
    chain.pass_on()

    assert chain.held() == [0, 1, 2]


def test_a_gateway_that_was_away_meanwhile_sees_it_when_it_comes_back(chain: Chain) -> None:
    chain.send(0)
    copied = chain.copy()
    chain.gateway.pass_time(DAY_MS)
    chain.send(1)
    chain.archive.close()
    shutil.copy(copied, chain.path)
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
    chain.path.unlink()
    chain.start()
    chain.pass_on()

    assert chain.held() == [0, 1, 2]


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
    copied = chain.copy()
    chain.gateway.pass_time(60_000)
    chain.send(1)
    chain.put_back(copied)
    chain.gateway.pass_time(DAY_MS)
    chain.pass_on()

    assert chain.held() == [0, 1]


def test_numbers_that_are_asked_for_come_from_whoever_has_them(chain: Chain) -> None:
    chain.send(0, 1, 2)
    with chain.archive.transaction() as transaction:  # as if two had never come
        transaction.connection.exec_driver_sql("DELETE FROM change")
        for table in ("contact", "carriage", "report"):
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
