"""An archive that was put back from a copy made while the run before it went on."""

import sqlite3
from pathlib import Path

import pytest

from tests.secretariat.bench import BOOT_ID, Bench
from tests.secretariat.down_book import Book
from turna_backbone import topics
from turna_backbone.envelope import GivenOut, Presence
from turna_backbone.mqtt import Connected, Disconnected, Published
from turna_protocol import orders
from turna_secretariat.archive import Archive
from turna_secretariat.down_desk import DownDeed
from turna_secretariat.down_words import Audience, read_saying
from turna_secretariat.engines import sqlite_url
from turna_secretariat.registry import Registry

DATABASES = ("sqlite",)
FIRST, SECOND = b"run-0001", b"run-0002"


class Copied:
    """A run, its archive, and the copy that is put back."""

    def __init__(self, directory: Path, archive: Archive) -> None:
        self._directory = directory
        self.book = Book(directory, archive)
        self.book.desk.resending.begin_run(FIRST, self.book.now_ms)

    def copy(self) -> None:
        """Do what `sqlite3 secretariat.db ".backup copy.db"` does, while the run goes on."""
        source = sqlite3.connect(self._directory / "archive.db")
        target = sqlite3.connect(self._directory / "copy.db")
        source.backup(target)
        target.close()
        source.close()

    def put_back(self, run: bytes = SECOND) -> None:
        self.book.archive = Archive(sqlite_url(self._directory / "copy.db"))
        self.book.archive.open()
        self.book.restart()
        self.book.desk.resending.begin_run(run, self.book.now_ms)

    def say(self, text: str) -> tuple[int, int]:
        """Say something to handset 1; return its word's number, and that of its order."""
        word = self.book.say("text", {"text": text}, 1)
        return word, self.book.sent[-1][1].number

    def sign(self) -> GivenOut:
        sign = self.book.desk.down.given_out
        assert sign is not None
        return sign


@pytest.fixture
def copied(tmp_path: Path, archive: Archive) -> Copied:
    return Copied(tmp_path, archive)


def test_what_was_said_after_a_copy_of_the_same_run_makes_nothing_else_look_delivered(
    copied: Copied,
) -> None:
    copied.say("one")
    copied.copy()
    _, taken = copied.say("stay away from the bridge")
    sign = copied.sign()
    copied.put_back()
    copied.book.desk.heard_of_run(GivenOut(FIRST, 0), copied.book.now_ms)  # as its birth says
    copied.book.desk.heard_of_run(sign, copied.book.now_ms)
    assert copied.book.alarms() == ["unknown_order"]

    word, number = copied.say("cross the bridge")
    copied.book.hold(orders.ORDERS, taken)

    assert number > taken
    assert [state for _, state in copied.book.states(word)] != ["delivered"]
    copied.book.archive.close()


@pytest.mark.parametrize("birth_first", [True, False])
@pytest.mark.parametrize("said", [3, 20])
def test_an_unknown_run_hides_nothing_in_whichever_order_its_signs_are_heard(
    copied: Copied, said: int, birth_first: bool
) -> None:
    copied.copy()
    copied.put_back()
    copied.book.desk.heard_of_run(GivenOut(b"run-0000", 5), copied.book.now_ms)
    taken = [copied.say("stay away")[1] for _ in range(said)][-1]
    sign = copied.sign()
    copied.book.archive.close()
    copied.copy()  # the same: nothing of the second run is in it
    copied.put_back(b"run-0003")
    signs = [GivenOut(SECOND, 0), sign] if birth_first else [sign, GivenOut(SECOND, 0)]
    for one in signs:
        copied.book.desk.heard_of_run(one, copied.book.now_ms)

    word, number = copied.say("cross the bridge")
    copied.book.hold(orders.ORDERS, taken)

    assert number > taken
    assert [state for _, state in copied.book.states(word)] != ["delivered"]
    copied.book.archive.close()


def test_what_the_copy_knows_all_of_is_no_older_copy(copied: Copied) -> None:
    copied.say("one")
    copied.copy()
    sign = copied.sign()
    copied.put_back()
    copied.book.desk.heard_of_run(sign, copied.book.now_ms)

    assert copied.book.alarms() == []
    copied.book.archive.close()


def test_no_more_numbers_are_left_out_than_the_run_before_may_have_given_out(
    copied: Copied,
) -> None:
    _, before = copied.say("one")
    copied.copy()
    copied.say("two")
    sign = copied.sign()
    copied.put_back()
    for _ in range(5):  # as often as it connects
        copied.book.desk.heard_of_run(sign, copied.book.now_ms)

    assert copied.say("three")[1] == before + 2
    copied.book.archive.close()


def test_as_many_numbers_given_out_by_another_run_hide_nothing(copied: Copied) -> None:
    copied.copy()
    copied.say("one")
    sign = copied.sign()
    copied.put_back()
    copied.say("two")  # before it has heard anything
    assert copied.sign().count == sign.count
    copied.book.desk.heard_of_run(sign, copied.book.now_ms)

    assert copied.book.alarms() == ["unknown_order"]
    copied.book.archive.close()


def test_each_copy_that_is_put_back_leaves_out_numbers_of_its_own_under_one_alarm(
    copied: Copied,
) -> None:
    desk, now_ms = copied.book.desk, copied.book.now_ms
    desk.heard_of_run(GivenOut(b"unknown1", 0), now_ms)
    _, first = copied.say("one")
    desk.heard_of_run(GivenOut(b"unknown1", 0), now_ms)
    assert copied.say("two")[1] == first + 1
    desk.heard_of_run(GivenOut(b"unknown2", 0), now_ms)

    assert copied.say("three")[1] >= first + 32
    assert copied.book.alarms() == ["unknown_order"]


@pytest.fixture
def bench(copied: Copied) -> Bench:
    return Bench(copied.book.desk, copied.book.registry)


def _signs(bench: Bench) -> list[tuple[int, GivenOut]]:
    """Return where among what was published a sign is, and what it says."""
    return [
        (place, GivenOut.unpack(payload))
        for place, (topic, payload) in enumerate(bench.session.published)
        if topic == topics.SECRETARIAT_NUMBERS
    ]


def _say(bench: Bench, registry: Registry) -> None:
    evacuate = read_saying(
        "alert",
        {"code": "evacuate"},
        mode="exercise",
        audience=Audience((1, 2), True),
        lasts_min=None,
        now_s=bench.clock.unix_ms() // 1000,
        frame=registry.mission.frame,
    )
    bench.inbox.put(DownDeed((evacuate,), "Aylin Demir"))
    bench.step()


def _down(bench: Bench) -> list[int]:
    topic = topics.down("tr", "hatay-1")
    return [place for place, (at, _) in enumerate(bench.session.published) if at == topic]


def test_the_broker_keeps_the_sign_before_any_gateway_has_what_was_numbered(
    bench: Bench, copied: Copied
) -> None:
    bench.subscriber.load()
    bench.inbox.put(Connected(session_present=True))
    for count in (1, 2):
        _say(bench, copied.book.registry)
        place, said = _signs(bench)[-1]
        assert said == GivenOut(BOOT_ID, count)
        assert place < _down(bench)[count - 1]
    assert len(_signs(bench)) == 2


def test_nothing_is_given_to_a_gateway_while_the_connection_does_not_take_the_sign(
    bench: Bench, copied: Copied
) -> None:
    bench.subscriber.load()
    bench.inbox.put(Connected(session_present=True))
    bench.step()
    bench.session.full = True
    _say(bench, copied.book.registry)
    assert _down(bench) == []

    bench.session.full = False
    bench.clock.advance(1_000)
    bench.step()
    assert _signs(bench)[-1][0] < _down(bench)[0]


def test_the_sign_of_the_run_before_stands_until_all_that_the_broker_kept_was_heard(
    bench: Bench, copied: Copied
) -> None:
    """Whoever is killed before the alarm is committed leaves it for the next."""
    bench.subscriber.load()
    bench.inbox.put(Connected(session_present=True))
    bench.arrives(topics.SECRETARIAT_NUMBERS, GivenOut(FIRST, 3).pack())
    bench.step()
    assert (_signs(bench), copied.book.alarms()) == ([], ["unknown_order"])

    own = topics.SECRETARIAT_CONNECTION, Presence(True, BOOT_ID).pack()
    bench.arrives(*own, retained=True)  # of a connection before: more may follow
    bench.step()
    assert _signs(bench) == []
    bench.arrives(*own)
    bench.step()
    assert [said for _, said in _signs(bench)] == [GivenOut(BOOT_ID, 3)]  # what is left out counts


def test_each_connection_is_told_anew_how_far_it_has_numbered(bench: Bench, copied: Copied) -> None:
    bench.subscriber.load()
    bench.inbox.put(Connected(session_present=True))
    _say(bench, copied.book.registry)
    bench.inbox.put(Disconnected("gone"))
    bench.inbox.put(Connected(session_present=False))
    bench.clock.advance(60_000)
    bench.step()  # what waits is given again, and nothing new is said

    assert [said.count for _, said in _signs(bench)] == [1, 1]
    assert _signs(bench)[-1][0] < _down(bench)[-1]
    assert len(_down(bench)) == 2
    bench.arrives(topics.SECRETARIAT_CONNECTION, Presence(True, BOOT_ID).pack())
    bench.step()
    assert [said.count for _, said in _signs(bench)] == [1, 1, 1]


def test_a_broker_that_refuses_the_sign_is_told_of(
    bench: Bench, copied: Copied, caplog: pytest.LogCaptureFixture
) -> None:
    bench.subscriber.load()
    bench.inbox.put(Connected(session_present=True))
    _say(bench, copied.book.registry)
    bench.inbox.put(Published(_signs(bench)[-1][0] + 1, accepted=False, code=0x87))
    bench.step()

    assert bench.subscriber.counts["signs of numbers the broker refused"] == 1
    assert topics.SECRETARIAT_NUMBERS in caplog.text
