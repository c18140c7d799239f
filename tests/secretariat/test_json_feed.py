"""Other programs are told each proved report as JSON: none is left out, no exercise is for real."""

import json
import queue
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.secretariat.field import EPOCH_S, Field, position
from tools import feed
from turna_backbone import topics
from turna_backbone.clock import SteppedClock
from turna_backbone.mqtt import Connected, Disconnected, Message, Published
from turna_protocol import keys
from turna_protocol.codes import ACTUAL
from turna_protocol.mission import Mission
from turna_protocol.reports import Sos
from turna_secretariat.archive import Archive
from turna_secretariat.desk import Desk
from turna_secretariat.inbox import Deed, Inbox
from turna_secretariat.json_feed import WINDOW, JsonFeed
from turna_secretariat.registry import Registry
from turna_secretariat.subscriber import Subscriber

BOOT_ID = b"boot-id2"
EXERCISES = topics.decoded("tr", "tur01-1", actual=False)


class Broker:
    """Confirms nothing by itself; takes nothing while `full`."""

    def __init__(self) -> None:
        self.tokens: dict[int, tuple[str, bytes]] = {}
        self.full = False

    def publish(
        self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False
    ) -> int | None:
        del qos, retain
        if self.full:
            return None
        self.tokens[len(self.tokens) + 1] = (topic, payload)
        return len(self.tokens)

    def acknowledge(self, token: int) -> None:
        return

    def told(self) -> list[tuple[str, dict[str, Any]]]:
        """Return what other programs heard so far, as they read it."""
        return [
            (topic, json.loads(payload))
            for topic, payload in self.tokens.values()
            if "json" in topic
        ]


class Bench:
    """A Secretariat's run on an archive that outlives it."""

    def __init__(self, field: Field, archive: Archive, **changed: Any) -> None:
        known = {name: getattr(field.mission, name) for name in Mission.FIELDS}
        mission = Mission(**known | changed)
        registry = Registry(mission, keys.authentication_branch(field.master))
        self.field = field
        self.inbox: Inbox = queue.Queue()
        self.broker = Broker()
        self.feed = JsonFeed(archive, registry)
        self.subscriber = Subscriber(
            desk=Desk(archive, registry, field.mission.frame),
            registry=registry,
            session=self.broker,
            inbox=self.inbox,
            clock=SteppedClock(epoch_s=EPOCH_S),
            boot_id=BOOT_ID,
            json_feed=self.feed,
        )
        self.subscriber.load()
        self.give(Connected(session_present=False))

    def give(self, *events: Any) -> None:
        for event in events:
            self.inbox.put(event)
        self.subscriber.step(0)
        self.subscriber.step(0)

    def carry(self, *numbers: int) -> None:
        self.give(
            *(
                Message(topics.report("tr", "x"), self.sealed(number), retained=False, token=number)
                for number in numbers
            )
        )

    def sealed(self, number: int) -> bytes:
        return self.field.carried(position(), seq=number).pack()

    def confirm(self, *, accepted: bool = True) -> None:
        self.give(*(Published(token, accepted) for token in self.broker.tokens))


@pytest.fixture
def field(tmp_path: Path) -> Field:
    return Field(tmp_path / "kit")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    archive = Archive.in_file(tmp_path / "archive.db")
    archive.open()
    yield archive
    archive.close()


def test_a_proved_report_is_told_once_as_its_description_says(
    field: Field, archive: Archive
) -> None:
    bench = Bench(field, archive)
    bench.carry(1)
    bench.carry(1)

    ((topic, told),) = bench.broker.told()
    feed.payload_validator(feed.document(), "decoded").validate(told)
    assert topic == EXERCISES
    assert (told["mode"], told["unit"], told["seq"]) == ("exercise", "TUR01-1", 1)
    assert told["state"] == "stored at Secretariat"


def test_what_an_exercise_says_is_not_on_the_topic_of_what_is_actual(
    field: Field, archive: Archive
) -> None:
    bench = Bench(field, archive)
    bench.carry(1)
    actual = field.carried(Sos(mode=ACTUAL, time_s=EPOCH_S), seq=2)
    bench.give(Message(topics.sos("tr", "x"), actual.pack(), retained=False, token=2))

    assert [topic for topic, _ in bench.broker.told()] == [
        EXERCISES,
        topics.decoded("tr", "tur01-1", actual=True),
    ]


def test_what_is_not_proved_to_be_its_senders_is_told_to_nobody(
    field: Field, archive: Archive
) -> None:
    bench = Bench(field, archive)
    forged = replace(field.carried(position(), seq=1), end_to_end_tag=bytes(8))
    bench.give(Message(topics.report("tr", "x"), forged.pack(), retained=False, token=1))

    assert bench.broker.told() == []


def test_a_persons_word_is_told_without_the_persons_name(field: Field, archive: Archive) -> None:
    bench = Bench(field, archive)
    bench.carry(1)
    bench.give(Deed(1, "acted", "Aylin Demir"))

    (_, first), (_, second) = bench.broker.told()
    assert (first["state"], second["state"]) == ("stored at Secretariat", "acted on")
    assert second["change"] > first["change"]
    assert "Aylin" not in json.dumps(second)


def test_what_no_broker_confirmed_is_told_again_after_a_restart_and_the_rest_is_not(
    field: Field, archive: Archive
) -> None:
    bench = Bench(field, archive)
    bench.carry(1)
    bench.confirm()
    bench.carry(2)

    again = Bench(field, archive)
    assert [told["seq"] for _, told in again.broker.told()] == [2]
    again.confirm()
    assert Bench(field, archive).broker.told() == []


def test_a_handset_that_was_taken_out_of_the_kit_is_told_of_no_more_and_stops_nothing(
    field: Field, archive: Archive
) -> None:
    Bench(field, archive).carry(0)

    without = Bench(field, archive, devices=())
    without.give(Deed(1, "acted", "Aylin Demir"))

    assert without.broker.told() == []
    assert Bench(field, archive).broker.told() == []  # the mark has gone on


def test_it_begins_with_what_comes_after_it_was_switched_on(field: Field, archive: Archive) -> None:
    registry = Registry(field.mission, keys.authentication_branch(field.master))
    desk = Desk(archive, registry, field.mission.frame)
    desk.file([field.carried(position(), seq=1)], EPOCH_S * 1000)

    bench = Bench(field, archive)
    bench.carry(2)

    assert [told["seq"] for _, told in bench.broker.told()] == [2]


def test_after_an_outage_everything_is_told_a_window_at_a_time(
    field: Field, archive: Archive
) -> None:
    bench = Bench(field, archive)
    bench.broker.full = True
    bench.carry(*range(1, 2 * WINDOW + 1))
    assert bench.broker.told() == []

    bench.broker.full = False
    bench.give()
    assert len(bench.broker.told()) == WINDOW
    bench.confirm()
    bench.give()
    assert [told["seq"] for _, told in bench.broker.told()] == list(range(1, 2 * WINDOW + 1))


def test_what_a_broker_denies_is_counted_and_told_again_by_the_next_connection(
    field: Field, archive: Archive
) -> None:
    bench = Bench(field, archive)
    bench.carry(1)
    bench.confirm(accepted=False)
    assert bench.subscriber.as_json()["json_refused"] == 1

    bench.give(Disconnected("gone"), Connected(session_present=True))
    assert [told["seq"] for _, told in bench.broker.told()] == [1, 1]
