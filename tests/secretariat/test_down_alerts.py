"""Evacuate, cease work, resume: to all, to some, in a drill and in earnest."""

from pathlib import Path

import pytest

from tests.secretariat.down_book import Book
from turna_backbone import down
from turna_protocol import alerts, codes, orders
from turna_protocol.json_form import report_to_json
from turna_protocol.reports import decode_report
from turna_protocol.reports.message import Message
from turna_secretariat import down_queries
from turna_secretariat.archive import Archive
from turna_secretariat.down_desk import DownDeed, Revocation
from turna_secretariat.down_making import ROOM_FOR_ALARMS
from turna_secretariat.down_words import NotSayableError


@pytest.fixture
def book(tmp_path: Path, archive: Archive) -> Book:
    return Book(tmp_path, archive)


def test_an_evacuation_to_all_is_believed_by_handsets_and_ended_by_its_all_clear(
    book: Book,
) -> None:
    anchors = tuple(alerts.anchors(book.ends))
    watch = alerts.AlertWatch(anchors, bytes.fromhex(book.field.mission.public_key))
    word = book.say("alert", {"code": "evacuate"})
    book.say("alert", {"code": "cease_work"})
    for _, one in book.sent[::2]:
        assert watch.hear(one.parts[0].content) is not None
    assert watch.alarms(codes.EXERCISE) == [alerts.EVACUATE, alerts.CEASE_WORK]
    book.hold(orders.ALERTS, book.sent[0][1].number, device=3)
    received = Message(mode=codes.EXERCISE, phrase=3, answers=0xF0000 + book.sent[0][1].number)
    book.file(received, device=3, seq=91)
    assert book.states(word)[2] == ("AZE01-1", "delivered")
    assert book.word(word)["handsets"][2]["answers"][0]["said"] == "received"
    for gateway, one in list(book.sent):
        book.tell(gateway, one, down.SENT)
    book.pump()
    before = len(book.sent)

    book.say("alert", {"code": "resume"})

    said = [one.what for _, one in book.sent[before:]]
    assert (said.count(down.ALERT), said.count(down.WITHDRAW)) == (2, 4)
    (clear,) = {one.id: one for _, one in book.sent[before:] if one.what == down.ALERT}.values()
    assert watch.hear(clear.parts[0].content) is not None
    assert watch.alarms(codes.EXERCISE) == []
    assert book.word(word)["withdrawn_by"] == "Aylin Demir"


def test_a_drill_ends_no_alarm_in_earnest(book: Book) -> None:
    earnest = book.say("alert", {"code": "evacuate"}, mode="actual")
    drill = book.say("alert", {"code": "evacuate"}, mode="exercise")
    book.say("alert", {"code": "resume"}, mode="exercise")

    assert book.word(earnest)["withdrawn_ms"] is None
    assert book.word(drill)["withdrawn_ms"] is not None
    with book.archive.reader() as connection:
        shown = down_queries.words(connection, book.registry, mode="actual")
    assert [one["id"] for one in shown] == [earnest]


def test_an_evacuation_of_one_team_is_an_order_to_each_of_its_handsets(book: Book) -> None:
    book.say("alert", {"code": "evacuate"}, 1, 2)

    assert {one.device for _, one in book.sent} == {1, 2}
    (_, one) = book.sent[0]
    assert one.priority == 3
    report = decode_report(book.order_of(one).content, book.field.mission.frame)
    assert report_to_json(report)["phrase"] == "evacuate"


def test_resume_to_a_team_ends_what_was_said_to_it_and_nothing_else(book: Book) -> None:
    everywhere = book.say("alert", {"code": "cease_work"})
    team = book.say("alert", {"code": "evacuate"}, 1, 2)
    book.say("alert", {"code": "resume"}, 1, 2)

    assert book.word(team)["withdrawn_ms"] is not None
    assert book.word(everywhere)["withdrawn_ms"] is None


def test_an_all_clear_reaches_those_whom_an_order_alarmed_by_an_order_too(book: Book) -> None:
    team = book.say("alert", {"code": "evacuate"}, 1)
    before = len(book.sent)
    word = book.say("alert", {"code": "resume"})

    assert book.word(team)["withdrawn_ms"] is not None
    said = {(one.what, one.device) for _, one in book.sent[before:]}
    assert said >= {(down.ALERT, 0), (down.ORDER, 1), (down.WITHDRAW, 0)}
    (clear,) = {one.number for _, one in book.sent[before:] if one.what == down.ALERT}
    book.hold(orders.ALERTS, clear, seq=1)
    assert book.states(word)[0][1] != "delivered"
    book.hold(orders.ORDERS, 1, 0b1, seq=2)
    assert book.states(word)[0] == ("TUR01-1", "delivered")


def test_a_team_is_told_to_evacuate_however_much_waits_for_one_of_it(book: Book) -> None:
    waits = [book.saying("text", {"phrase": "wait"}, 1)] * (orders.WINDOW - ROOM_FOR_ALARMS)
    book.desk.down.do(DownDeed(tuple(waits), "Aylin Demir"), book.now_ms)
    with pytest.raises(NotSayableError, match="too much waits"):
        book.say("text", {"phrase": "wait"}, 1, 2)

    for _ in range(ROOM_FOR_ALARMS + 1):
        book.say("alert", {"code": "evacuate"}, 1, 2)

    assert {one.device for _, one in book.sent if one.priority == 3} == {1, 2}


def test_an_all_clear_is_not_held_up_by_keys_that_were_lost_since_the_alarm(book: Book) -> None:
    book.say("alert", {"code": "evacuate"}, 1)
    book.desk.down.do(DownDeed(Revocation((1,)), "Aylin Demir"), book.now_ms)
    before = len(book.sent)
    book.say("alert", {"code": "resume"})

    assert down.ALERT in {one.what for _, one in book.sent[before:]}
