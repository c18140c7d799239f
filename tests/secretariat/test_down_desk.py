"""What the Secretariat says to the field, from a person's word to the handset's proof."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.secretariat.down_book import GATEWAYS, Book
from tests.secretariat.field import EPOCH_S, position
from turna_backbone import down
from turna_backbone.down import DownState
from turna_protocol import codes, downlink, notices, orders, sealing
from turna_protocol.errors import MalformedError
from turna_protocol.fragments import Assembly
from turna_protocol.json_form import report_to_json
from turna_protocol.long_text import unpack_long_text
from turna_protocol.mission import Mission
from turna_protocol.report_codes import PHRASES, STATUSES
from turna_protocol.reports import decode_report
from turna_protocol.reports.message import Message
from turna_protocol.reports.task_status import TaskStatus
from turna_protocol.revocation import unpack_revocations
from turna_secretariat import down_queries, queries
from turna_secretariat.archive import Archive
from turna_secretariat.desk import Desk
from turna_secretariat.down_desk import QUEUE_MOST, DownDeed, Revocation, Withdrawal
from turna_secretariat.down_making import ROOM_FOR_ALARMS
from turna_secretariat.down_words import NotSayableError
from turna_secretariat.registry import Registry


@pytest.fixture
def book(tmp_path: Path, archive: Archive) -> Book:
    return Book(tmp_path, archive)


SEARCH: dict[str, object] = {"task": "search", "urgency": "immediate", "worksite": "TUR01-0003"}


def test_a_task_goes_to_each_handset_of_its_team_and_only_there(book: Book) -> None:
    book.say("task", SEARCH, 1, 2)

    assert sorted((gateway, one.device) for gateway, one in book.sent) == [
        ("baku-1", 1),
        ("baku-1", 2),
        ("hatay-1", 1),
        ("hatay-1", 2),
    ]
    report = decode_report(book.order_of(book.sent[0][1]).content, book.field.mission.frame)
    read = report_to_json(report)
    assert read | SEARCH == read
    assert (read["mode"], read["number"]) == ("exercise", 1)


def test_no_number_is_given_out_twice_not_even_by_another_process(book: Book) -> None:
    for _ in range(3):
        book.say("text", {"text": "come"}, 1)
        book.restart()
    book.say("text", {"text": "come"}, 3)

    numbers = [(one.device, one.number) for gateway, one in book.sent if gateway == "hatay-1"]
    assert numbers == [(1, 0), (1, 1), (1, 2), (3, 0)]


def test_the_gateways_that_heard_a_handset_lately_are_asked_and_no_others(book: Book) -> None:
    book.file(position(), device=1, gateway="baku-1")
    book.say("text", {"text": "come"}, 1)
    assert [gateway for gateway, _ in book.sent] == ["baku-1"]

    book.now_ms += 31 * 60_000
    book.say("text", {"text": "come"}, 1)
    assert [gateway for gateway, _ in book.sent[1:]].count("hatay-1") == 1


def test_a_gateway_that_hears_the_handset_afterwards_is_asked_too(book: Book) -> None:
    book.file(position(), device=1, gateway="baku-1")
    book.say("text", {"text": "come"}, 1)
    book.file(position(), device=1, seq=1, gateway="hatay-1")

    assert [gateway for gateway, _ in book.pump()] == ["hatay-1"]
    book.file(position(), device=1, seq=2, gateway="hatay-1")
    assert book.pump() == []


def test_a_gateway_heard_in_a_commit_that_came_to_nothing_is_asked_when_it_is_heard_again(
    book: Book,
) -> None:
    book.file(position(), device=1, gateway="baku-1")
    book.say("text", {"text": "come"}, 1)
    heard = book.field.carried(position(), device=1, seq=1, gateway="hatay-1")
    with pytest.raises((TypeError, sa.exc.StatementError)):
        book.desk.file([heard, replace(heard, seq=2, content="not bytes")], book.now_ms)  # type: ignore[arg-type]  # on purpose
    assert book.pump() == []

    book.desk.file([heard], book.now_ms)
    assert [gateway for gateway, _ in book.pump()] == ["hatay-1"]


def test_a_gateway_is_asked_until_it_answers(book: Book) -> None:
    book.is_connected = False
    book.say("text", {"text": "come"}, 1)
    assert book.sent == []
    book.is_connected = True
    ((_, one),) = {one.id: (g, one) for g, one in book.pump(1_000)}.values()
    assert len(book.pump(10_000)) == 2

    book.tell("hatay-1", one, down.QUEUED)
    (noted, again) = book.pump(20_000)

    assert (noted[0], noted[1].what, noted[1].number) == ("hatay-1", down.NOTED, down.QUEUED)
    assert again[0] == "baku-1"
    assert book.states(1) == [("TUR01-1", "queued")]


def test_only_the_handsets_own_proof_makes_it_delivered(book: Book) -> None:
    word = book.say("text", {"text": "come"}, 1)
    (_, one) = book.sent[0]
    book.tell("hatay-1", one, down.DELIVERED)
    assert book.states(word) == [("TUR01-1", "sent")]
    forged = book.holding(orders.ORDERS, one.number, key=bytes(32))
    book.desk.file([forged], book.now_ms)
    assert book.states(word) == [("TUR01-1", "sent")]
    assert book.alarms() == ["not_authentic"]

    book.hold(orders.ORDERS, one.number)

    assert book.states(word) == [("TUR01-1", "delivered")]


def test_once_it_is_held_the_other_gateways_are_told_to_stop(book: Book) -> None:
    book.say("text", {"text": "come"}, 1)
    (_, one) = book.sent[0]
    for name in GATEWAYS:
        book.tell(name, one, down.SENT)
    book.pump()
    book.hold(orders.ORDERS, one.number, gateway="hatay-1")

    assert [(g, d.what) for g, d in book.pump()] == [("baku-1", down.WITHDRAW)]
    assert [(g, d.what) for g, d in book.pump(10_000)] == [("baku-1", down.WITHDRAW)]
    book.tell("baku-1", one, down.WITHDRAWN)
    assert [d.what for _, d in book.pump(60_000)] == [down.NOTED]


def test_a_holding_carried_by_two_gateways_counts_once_and_shows_no_report(book: Book) -> None:
    book.say("text", {"text": "come"}, 1)
    for name in GATEWAYS:
        (retired,) = book.desk.file([book.holding(orders.ORDERS, 0, gateway=name)], book.now_ms)
        (receipt,) = retired.envelope.receipts
        assert receipt.sealed == b"", "nothing is said to the handset about it"
    with book.archive.reader() as connection:
        assert queries.reports(connection, book.registry) == []


def test_a_task_goes_through_its_states_by_its_handsets_word(book: Book) -> None:
    word = book.say("task", SEARCH, 1, 2)
    assert [one["task_state"] for one in book.word(word)["handsets"]] == ["assigned", "assigned"]
    for seq, status in enumerate(("seen", "accepted", "under_way", "done")):
        book.file(TaskStatus(mode=codes.EXERCISE, number=1, status=STATUSES.index(status)), seq=seq)
        first, second = book.word(word)["handsets"]
        assert second["task_state"] == "assigned"
    assert (first["task_state"], first["answers"][-1]["said"]) == ("done", "done")
    book.file(
        TaskStatus(mode=codes.EXERCISE, number=1, status=2, reason=2, text="yol yok"), device=2
    )
    assert book.word(word)["handsets"][1]["task_state"] == "refused"
    assert book.word(word)["teams"] == [
        {"team": "TUR01", "country": "tr", "handsets": 2, "delivered": 2, "answered": 2}
    ]


def test_the_status_of_somebody_elses_task_changes_nothing(book: Book) -> None:
    word = book.say("task", SEARCH, 1)
    book.file(TaskStatus(mode=codes.EXERCISE, number=1, status=4), device=3)

    assert book.word(word)["handsets"][0]["task_state"] == "assigned"


def test_a_roll_call_to_all_is_one_notice_and_shows_who_answered(book: Book) -> None:
    word = book.say("roll_call", {})
    ((_, one), (_, same)) = book.sent
    assert one == same
    notice = notices.verify_notice(
        one.number,
        one.parts[0].content + one.parts[0].tag,
        bytes.fromhex(book.field.mission.public_key),
    )
    assert (
        report_to_json(decode_report(notice.body, book.field.mission.frame))["phrase"]
        == "roll_call"
    )

    safe = Message(
        mode=codes.EXERCISE,
        phrase=PHRASES.index("all_safe"),
        answers=downlink.answer_to_notice(one.number),
    )
    book.file(safe, device=3)
    book.hold(orders.NOTICE_PARTS, one.number, 0b01, device=2, seq=1)
    book.hold(orders.NOTICE_PARTS, one.number, 0b11, device=1, seq=1)

    assert book.states(word) == [
        ("TUR01-1", "delivered"),
        ("TUR01-2", "waiting"),
        ("AZE01-1", "delivered"),
    ]
    third = book.word(word)["handsets"][2]
    assert third["answers"][0]["said"] == "all_safe"
    assert third["call_sign"] == "AZE01-1"


def test_an_answer_that_is_proved_late_counts_as_one(book: Book, archive: Archive) -> None:
    word = book.say("roll_call", {})
    safe = Message(
        mode=codes.EXERCISE,
        phrase=PHRASES.index("all_safe"),
        answers=downlink.answer_to_notice(book.sent[0][1].number),
    )
    mission = book.field.mission
    known = {name: getattr(mission, name) for name in Mission.FIELDS}
    known["devices"] = tuple(each for each in mission.devices if each.device != 3)
    older = Registry(Mission(**known), book.ends)
    carried = book.field.carried(safe, device=3, seq=0)
    Desk(archive, older, mission.frame).file([carried], book.now_ms)
    assert ("AZE01-1", "delivered") not in book.states(word)

    book.desk.prove_late(book.desk.unproved(), book.now_ms)

    assert ("AZE01-1", "delivered") in book.states(word)
    assert book.word(word)["handsets"][2]["answers"][0]["said"] == "all_safe"


def test_what_was_withdrawn_is_not_given_to_a_gateway_that_hears_the_handset_later(
    book: Book,
) -> None:
    book.file(position(), device=1, gateway="baku-1")
    word = book.say("text", {"text": "come"}, 1)
    book.desk.down.do(DownDeed(Withdrawal(word), "Aylin Demir"), book.now_ms)
    book.file(position(), device=1, seq=1, gateway="hatay-1")

    assert [(gateway, one.what) for gateway, one in book.pump()] == [("baku-1", down.WITHDRAW)]


def test_a_long_text_goes_in_parts_and_is_delivered_when_all_are_held(book: Book) -> None:
    text = "Stadyumda buluşun; köprü dört ton taşır. " * 20
    word = book.say("text", {"text": text}, 1)
    (_, one) = book.sent[0]
    assert len(one.parts) > 3
    assembly, whole = Assembly(), None
    for index in range(len(one.parts)):
        opened = book.order_of(one, index)
        whole = assembly.add(opened.number, opened.content) or whole
    assert whole is not None
    assert unpack_long_text(whole).text == text

    every = (1 << len(one.parts)) - 1
    book.hold(orders.ORDER_PARTS, one.number, every >> 1, seq=1)
    assert book.states(word) == [("TUR01-1", "waiting")]
    book.hold(orders.ORDER_PARTS, one.number, every, seq=2)
    assert book.states(word) == [("TUR01-1", "delivered")]
    book.say("text", {"text": "next"}, 1)
    assert book.sent[-1][1].number == one.number + len(one.parts)


def test_what_is_withdrawn_is_taken_back_from_every_gateway(book: Book) -> None:
    word = book.say("task", SEARCH, 1)
    deed = DownDeed(Withdrawal(word), "Ilqar Aliyev")
    book.desk.down.do(deed, book.now_ms)

    assert [one.what for _, one in book.pump()] == [down.WITHDRAW] * 2
    assert book.word(word)["withdrawn_by"] == "Ilqar Aliyev"
    assert book.states(word) == [("TUR01-1", "withdrawn")]
    with pytest.raises(NotSayableError, match="Ilqar Aliyev"):
        book.desk.down.do(DownDeed(Withdrawal(word), "Aylin Demir"), book.now_ms)
    with pytest.raises(KeyError):
        book.desk.down.do(DownDeed(Withdrawal(99), "Aylin Demir"), book.now_ms)


def test_no_more_waits_for_a_handset_than_its_window_can_tell_apart(book: Book) -> None:
    for _ in range(orders.WINDOW - ROOM_FOR_ALARMS):
        book.say("text", {"phrase": "wait"}, 1)
    with pytest.raises(NotSayableError, match="TUR01-1"):
        book.say("text", {"phrase": "wait"}, 1)

    book.hold(orders.ORDERS, 0)
    book.say("text", {"phrase": "wait"}, 1)

    assert book.sent[-1][1].number == orders.WINDOW - ROOM_FOR_ALARMS


def test_an_archive_put_back_from_a_copy_numbers_on_from_what_handsets_hold(book: Book) -> None:
    book.say("text", {"phrase": "wait"}, 1)
    book.hold(orders.ORDERS, 40)
    assert book.alarms() == ["unknown_order"]

    book.say("text", {"phrase": "wait"}, 1)

    assert book.sent[-1][1].number == 41


def test_a_gateway_that_starts_anew_is_asked_for_all_that_is_not_over(book: Book) -> None:
    book.say("text", {"phrase": "wait"}, 1)
    book.say("text", {"phrase": "wait"}, 2)
    for gateway, one in list(book.sent):
        book.tell(gateway, one, down.SENT if one.device == 1 else down.EXPIRED)
    book.pump()
    book.desk.down.gateway_started("hatay-1", book.now_ms)

    assert [(gateway, one.device) for gateway, one in book.pump()] == [("hatay-1", 1)]


def test_a_gateway_that_lost_a_full_queue_is_asked_for_all_of_it_again(book: Book) -> None:
    notes = [book.saying("text", {"text": f"{number}"}) for number in range(QUEUE_MOST + 1)]
    book.desk.down.do(DownDeed(tuple(notes), "Aylin Demir"), book.now_ms)

    def given(steps: int) -> dict[bytes, down.Down]:
        sent = [each for _ in range(steps) for each in book.pump(1_000)]
        mine = [one for gateway, one in sent if gateway == "hatay-1"]
        return {one.id: one for one in mine if one.what == down.NOTICE}

    queue = given(6)
    assert len(queue) == QUEUE_MOST
    for one in queue.values():
        book.tell("hatay-1", one, down.QUEUED)
    assert given(6) == {}

    book.desk.down.gateway_started("hatay-1", book.now_ms)

    assert given(6) == queue


def test_a_gateway_that_starts_anew_with_its_queue_is_not_given_more_than_it_holds(
    book: Book,
) -> None:
    notes = [book.saying("text", {"text": f"{number}"}) for number in range(QUEUE_MOST)]
    book.desk.down.do(DownDeed(tuple(notes), "Aylin Demir"), book.now_ms)
    for _ in range(6):
        book.pump(1_000)
    held = {one.id for gateway, one in book.sent if gateway == "hatay-1"}
    for _, one in [each for each in book.sent if each[0] == "hatay-1"][: QUEUE_MOST // 2]:
        book.tell("hatay-1", one, down.SENT)  # of the others it has not told yet
    book.desk.down.gateway_started("hatay-1", book.now_ms)
    calls = tuple(book.saying("roll_call", {}) for _ in range(20))  # of more matter
    book.desk.down.do(DownDeed(calls, "Aylin Demir"), book.now_ms)
    again = [each for _ in range(6) for each in book.pump(1_000)]

    asked = {one.id for gateway, one in again if gateway == "hatay-1" and one.what == down.NOTICE}
    assert asked == held


def test_what_is_over_is_not_asked_for_any_more(book: Book) -> None:
    word = book.say("text", {"phrase": "wait"}, 1, lasts_min=5)
    book.pump(301_000)

    assert book.pump(60_000) == []
    assert book.states(word) == [("TUR01-1", "expired")]


def test_a_state_of_what_was_never_said_is_noted_and_counted(book: Book) -> None:
    told = DownState(b"12345678", 1, down.SENT, EPOCH_S)

    assert book.desk.down.told([("hatay-1", told)], book.now_ms) == 1
    assert [one.what for _, one in book.pump()] == [down.NOTED]


def test_revoked_keys_are_marked_alarmed_and_told_to_every_gateway(book: Book) -> None:
    deed = DownDeed(Revocation((1,)), "Aylin Demir")
    book.desk.down.do(deed, book.now_ms)
    ((_, one), _) = book.pump()
    (part,) = one.parts
    public = bytes.fromhex(book.field.mission.public_key)
    notice = notices.verify_notice(one.number, part.content + part.tag, public)
    assert unpack_revocations(notice.body).entries == {1: 1}
    assert one.not_after_s == 0, "it never ends"

    book.restart()
    (retired,) = book.desk.file([book.field.carried(position(), device=1)], book.now_ms)
    assert retired.envelope.receipts[0].sealed == b""
    with book.archive.reader() as connection:
        (report,) = queries.reports(connection, book.registry)
    assert report["standing"] == "revoked"
    assert book.alarms() == ["revoked"]
    with pytest.raises(NotSayableError):
        book.say("text", {"text": "come"}, 1)
    book.say("text", {"text": "come"}, 1, 2)
    assert {one.device for _, one in book.sent if one.what == down.ORDER} == {2}


def test_a_later_list_says_all_that_earlier_ones_said(book: Book) -> None:
    for device in (1, 3):
        book.desk.down.do(DownDeed(Revocation((device,)), "Aylin Demir"), book.now_ms)
    newest = book.pump()[-1][1]

    revoked = unpack_revocations(newest.parts[0].content[1:])
    assert (revoked.version, revoked.entries) == (11, {1: 1, 3: 1})  # ten minutes into it
    with pytest.raises(NotSayableError, match="already"):
        book.desk.down.do(DownDeed(Revocation((3,)), "Aylin Demir"), book.now_ms)
    with pytest.raises(NotSayableError, match="stay revoked"):
        book.desk.down.do(DownDeed(Withdrawal(1), "Aylin Demir"), book.now_ms)


@pytest.mark.parametrize(
    ("kind", "form", "said"),
    [
        ("task", {"task": "dance"}, "task"),
        ("task", {"task": "search", "number": "x", "mode": "actual"}, "mode"),
        ("text", {}, "phrase"),
        ("text", {"text": "\x07"}, "control"),
        ("text", {"text": "ç" * 5_000}, "text"),
        ("text", {"text": "ç" * 600}, "handsets hold 1143 bytes"),
        ("alert", {"code": "run"}, "code"),
        ("alert", {"code": "evacuate", "loud": 1}, "code"),
        ("settings", {"power": "unchanged"}, "nothing"),
        ("revocation", {}, "kind"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    book: Book, kind: str, form: dict[str, object], said: str
) -> None:
    with pytest.raises(MalformedError, match=said):
        book.saying(kind, form, 1)


def test_settings_reach_one_handset(book: Book) -> None:
    book.say("settings", {"power": "poll", "position_min": 10}, 2)

    report = decode_report(book.order_of(book.sent[0][1]).content, book.field.mission.frame)
    read = report_to_json(report)
    assert (read["power"], read["position_min"], read["health_min"]) == ("poll", 10, None)


def test_nothing_of_a_refused_deed_is_kept(book: Book) -> None:
    sayings = (book.saying("text", {"text": "come"}, 1), book.saying("text", {"text": "come"}, 99))
    with pytest.raises(NotSayableError, match="99"):
        book.desk.down.do(DownDeed(sayings, "Aylin Demir"), book.now_ms)

    assert book.pump() == []
    with book.archive.reader() as connection:
        assert down_queries.words(connection, book.registry) == []
        tables = list(connection.execute(sa.text("SELECT * FROM down_number")))
    assert tables == []
    book.file(position(), device=1)  # nothing waits that was never kept


def test_sealed_content_never_shows_in_what_is_listed(book: Book) -> None:
    book.say("text", {"text": "come"}, 1)
    with book.archive.reader() as connection:
        listed = json.dumps(down_queries.words(connection, book.registry))

    assert sealing.END_TO_END_DOMAIN.decode() not in listed
    assert book.field.authentication_key(1).hex() not in listed
