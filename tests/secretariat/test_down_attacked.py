"""What goes down, under wrong clocks, crashes, lost handsets and gateways that lie."""

from pathlib import Path

import pytest

from tests.secretariat.down_book import GATEWAYS, Book
from tests.secretariat.field import position
from turna_backbone import down
from turna_backbone.down import Down
from turna_protocol import alerts, codes, downlink, orders
from turna_protocol.downlink import alert_name
from turna_protocol.report_codes import PHRASES, STATUSES
from turna_protocol.reports.message import Message
from turna_protocol.reports.task_status import TaskStatus
from turna_secretariat import down_desk
from turna_secretariat.archive import Archive
from turna_secretariat.down_desk import DownDeed, Revocation, Withdrawal

SEARCH: dict[str, object] = {"task": "search", "urgency": "immediate", "worksite": "TUR01-0003"}
YEAR_MS = 365 * 86_400_000
DAY_MS = 86_400_000


@pytest.fixture
def book(tmp_path: Path, archive: Archive) -> Book:
    return Book(tmp_path, archive)


def test_a_clock_that_is_put_back_a_year_holds_no_order_up_for_longer_than_a_minute(
    book: Book,
) -> None:
    book.say("text", {"text": "come"}, 1)
    book.pump(10_000)

    assert book.pump(-YEAR_MS) != []
    again = [book.pump(down_desk.LOOK_AGAIN_MS) for _ in range(12)]
    assert any(again), "it is asked for as ever"


def test_a_clock_that_is_a_year_ahead_for_a_while_ends_nothing_for_good(book: Book) -> None:
    word = book.say("text", {"text": "come"}, 1)
    assert book.pump(YEAR_MS) == []
    assert book.states(word) == [("TUR01-1", "expired")]

    assert [gateway for gateway, _ in book.pump(10_000 - YEAR_MS)] != []
    assert book.states(word) == [("TUR01-1", "waiting")]
    (one, _) = (item for _, item in book.sent[:2])
    book.file(position(), device=1, gateway="hatay-1")
    book.hold(orders.ORDERS, one.number)
    assert book.states(word) == [("TUR01-1", "delivered")]


def test_a_killed_secretariat_says_again_what_it_said_and_numbers_on(book: Book) -> None:
    book.is_connected = False
    book.say("text", {"text": "come"}, 1)
    book.restart()
    book.is_connected = True
    book.pump()
    first = {one.id: one for _, one in book.sent}
    book.restart()
    book.pump(10_000)
    assert {one.id: one for _, one in book.sent} == first, "the same order, not another one"

    book.say("text", {"text": "go"}, 1)

    assert sorted({one.number for _, one in book.sent}) == [0, 1]


def test_whatever_every_gateway_says_nothing_is_delivered_without_its_handsets_proof(
    book: Book,
) -> None:
    word = book.say("alert", {"code": "evacuate"}, 1, 2)
    for _, one in list(book.sent):
        for gateway in GATEWAYS:
            for state in range(len(down.STATE_NAMES)):
                book.tell(gateway, one, state)
                assert "delivered" not in dict(book.states(word)).values()
    for bits in (0, 1, (1 << 64) - 1):
        forged = book.holding(orders.ORDERS, 0, bits, seq=bits % 97, key=bytes(32))
        book.desk.file([forged], book.now_ms)
    assert {state for _, state in book.states(word)} != {"delivered"}

    book.hold(orders.ORDERS, 0, device=2)
    assert dict(book.states(word))["TUR01-2"] == "delivered"
    assert dict(book.states(word))["TUR01-1"] != "delivered"


def test_one_handsets_proof_delivers_nothing_to_another(book: Book) -> None:
    word = book.say("alert", {"code": "evacuate"})
    name = book.sent[0][1].number
    book.hold(orders.ALERTS, name, device=2)
    book.hold(orders.ALERTS, name + 1, device=1)
    book.hold(orders.NOTICE_PARTS, name, 1, device=3)

    assert dict(book.states(word)) == {
        "TUR01-1": "waiting",
        "TUR01-2": "delivered",
        "AZE01-1": "waiting",
    }


def test_a_proof_that_is_played_back_speaks_of_no_later_order(book: Book) -> None:
    book.say("text", {"text": "come"}, 1)
    played = book.holding(orders.ORDERS, 0, seq=5)
    book.desk.file([played], book.now_ms)
    word = book.say("text", {"text": "go"}, 1)
    book.desk.file([played, played], book.now_ms)

    assert book.states(word) == [("TUR01-1", "waiting")]


def test_who_answers_has_it_and_the_gateways_say_it_no_more(book: Book) -> None:
    word = book.say("text", {"text": "come"}, 1)
    (_, one) = book.sent[0]
    yes = Message(mode=codes.EXERCISE, phrase=PHRASES.index("yes"), answers=one.number)
    book.file(yes, device=2, seq=4)
    assert book.states(word) == [("TUR01-1", "waiting")], "it was for another handset"

    book.file(yes, device=1, seq=4)

    assert book.states(word) == [("TUR01-1", "delivered")]
    assert [one.what for _, one in book.pump()] == [down.WITHDRAW] * 2


def test_a_status_of_somebody_elses_task_stops_nothing_and_stands_nowhere(book: Book) -> None:
    word = book.say("task", SEARCH, 1)
    done = TaskStatus(mode=codes.EXERCISE, number=1, status=STATUSES.index("done"))
    book.file(done, device=3, seq=4)

    assert down.WITHDRAW not in [one.what for _, one in book.pump(10_000)]
    assert book.states(word) == [("TUR01-1", "waiting")]
    with book.archive.reader() as connection:
        assert not connection.exec_driver_sql("SELECT * FROM down_answer").all()


def test_delivery_is_counted_by_team(book: Book) -> None:
    word = book.say("task", SEARCH, 1, 2, 3)
    book.hold(orders.ORDERS, 0, device=2)
    done = TaskStatus(mode=codes.EXERCISE, number=1, status=STATUSES.index("seen"))
    book.file(done, device=3, seq=4)

    counted = [
        (t["team"], t["handsets"], t["delivered"], t["answered"]) for t in book.word(word)["teams"]
    ]
    assert counted == [("TUR01", 2, 1, 0), ("AZE01", 1, 1, 1)]


def test_an_answer_to_the_all_clear_does_not_prove_the_order_that_goes_with_it(book: Book) -> None:
    book.say("alert", {"code": "evacuate"}, 1)
    before = len(book.sent)
    word = book.say("alert", {"code": "resume"})
    (clear,) = {one.number for _, one in book.sent[before:] if one.what == down.ALERT}
    reference = downlink._FIRST_ALERT + clear  # as docs/protocol.md counts them
    received = Message(mode=codes.EXERCISE, phrase=PHRASES.index("received"), answers=reference)
    book.file(received, device=1, seq=7)

    assert dict(book.states(word))["TUR01-1"] != "delivered"
    assert book.word(word)["handsets"][0]["answers"][0]["said"] == "received"


def test_an_order_to_a_team_reaches_whose_keys_are_sound_and_says_so_of_the_others(
    book: Book,
) -> None:
    book.desk.down.do(DownDeed(Revocation((1,)), "Aylin Demir"), book.now_ms)
    word = book.say("text", {"text": "come"}, 1, 2)

    assert book.states(word) == [("TUR01-1", "refused"), ("TUR01-2", "waiting")]
    (second,) = {one.number for _, one in book.sent if one.device == 2}
    book.hold(orders.ORDERS, second, device=1, seq=4)
    book.hold(orders.ORDERS, second, device=2, seq=4)
    assert book.states(word) == [("TUR01-1", "refused"), ("TUR01-2", "delivered")]


def test_a_handset_whose_keys_are_lost_while_its_order_waits_is_never_delivered(book: Book) -> None:
    word = book.say("text", {"text": "come"}, 1)
    book.desk.down.do(DownDeed(Revocation((1,)), "Aylin Demir"), book.now_ms)
    book.hold(orders.ORDERS, 0)

    assert book.states(word) == [("TUR01-1", "refused")]
    assert book.alarms() == ["revoked"]


def test_what_is_taken_back_while_it_is_said_goes_on_being_taken_back(book: Book) -> None:
    word = book.say("text", {"text": "come"}, 1)
    (_, one) = book.sent[0]
    book.desk.down.do(DownDeed(Withdrawal(word), "Aylin Demir"), book.now_ms)
    book.pump()
    book.tell("hatay-1", one, down.QUEUED)
    book.tell("hatay-1", one, down.SENT)
    assert ("hatay-1", down.WITHDRAW) in [(g, d.what) for g, d in book.pump(10_000)]
    book.tell("hatay-1", one, down.WITHDRAWN)
    assert ("hatay-1", down.WITHDRAW) not in [(g, d.what) for g, d in book.pump(60_000)]
    assert book.states(word) == [("TUR01-1", "withdrawn")]

    book.hold(orders.ORDERS, one.number)
    assert book.states(word) == [("TUR01-1", "delivered")], "it was said before it was taken back"


def test_what_was_over_before_any_gateway_had_it_is_never_said(book: Book) -> None:
    book.is_connected = False
    word = book.say("text", {"text": "come"}, 1, lasts_min=1)
    book.is_connected = True

    assert book.pump(61_000 + 60_000) == []
    assert book.states(word) == [("TUR01-1", "expired")]


def test_two_evacuations_are_two_alerts_and_one_all_clear_ends_both(book: Book) -> None:
    watch = alerts.AlertWatch(
        tuple(alerts.anchors(book.ends)), bytes.fromhex(book.field.mission.public_key)
    )
    first = book.say("alert", {"code": "evacuate"})
    second = book.say("alert", {"code": "evacuate"})
    book.say("alert", {"code": "resume"})
    packets = [one.parts[0].content for _, one in book.sent if one.what == down.ALERT][::2]
    assert len({one.id for _, one in book.sent if one.what == down.ALERT}) == 3

    # The all-clear overtakes the second evacuation on its way.
    for packet in (packets[0], packets[2], packets[1]):
        watch.hear(packet)

    assert watch.alarms(codes.EXERCISE) == []
    assert all(book.word(word)["withdrawn_ms"] for word in (first, second))


def test_a_late_answer_to_a_roll_call_that_is_over_is_kept(book: Book) -> None:
    word = book.say("roll_call", {}, lasts_min=1)
    number = book.sent[0][1].number
    book.pump(DAY_MS)
    safe = Message(
        mode=codes.EXERCISE,
        phrase=PHRASES.index("all_safe"),
        answers=downlink.answer_to_notice(number),
    )
    book.file(safe, device=3)
    book.file(
        Message(
            mode=codes.EXERCISE,
            phrase=PHRASES.index("member_injured"),
            answers=downlink.answer_to_notice(number),
        ),
        device=3,
        seq=1,
    )
    book.file(safe, device=2, seq=0)

    answered = {
        h["call_sign"]: [a["said"] for a in h["answers"]] for h in book.word(word)["handsets"]
    }
    assert answered == {
        "TUR01-1": [],
        "TUR01-2": ["all_safe"],
        "AZE01-1": ["all_safe", "member_injured"],
    }


@pytest.mark.parametrize(
    ("stream", "number", "bits", "said", "next_number"),
    [
        (orders.ORDERS, 40, 0, ("text", {"text": "come"}, 1), 41),
        (orders.ORDER_PARTS, 40, 0b111, ("text", {"text": "come"}, 1), 43),
        (orders.NOTICE_PARTS, 7, 0b1, ("roll_call", {}), 8),
        (
            orders.ALERTS,
            alert_name(codes.EXERCISE, alerts.EVACUATE, 5),
            0,
            ("alert", {"code": "evacuate"}),
            alert_name(codes.EXERCISE, alerts.EVACUATE, 6),
        ),
    ],
)
def test_an_archive_put_back_from_a_copy_numbers_nothing_as_handsets_know_it(
    book: Book,
    stream: int,
    number: int,
    bits: int,
    said: tuple[str, dict[str, object]],
    next_number: int,
) -> None:
    """Or a handset would hold the new by the number of the old, and it would look delivered."""
    book.hold(stream, number, bits)
    assert book.alarms() == ["unknown_order"]

    book.say(*said)

    assert {one.number for _, one in book.sent} == {next_number}


def test_a_lost_handset_cannot_use_up_the_numbers_of_alerts(book: Book) -> None:
    for seq in range(50):
        name = alert_name(codes.EXERCISE, alerts.EVACUATE, 1_000)
        book.hold(orders.ALERTS, name, seq=seq)
    book.hold(orders.NOTICE_PARTS, 65_535, 1, seq=99)
    assert book.alarms() == ["unknown_order", "unknown_order"]

    book.say("alert", {"code": "evacuate"})
    book.say("roll_call", {})

    numbers = [one.number for _, one in book.sent]
    assert downlink.read_alert_name(numbers[0])[2] <= 33
    assert numbers[-1] <= 32


@pytest.mark.parametrize("content", ["00", "ffffff", "3fffff", "300000", "00000100"])
def test_a_proved_holding_that_makes_no_sense_disturbs_nothing(book: Book, content: str) -> None:
    word = book.say("alert", {"code": "evacuate"})
    carried = book.field.carried_content(bytes.fromhex(content), seq=3, kind=10)
    book.desk.file([carried, book.field.carried(position(), seq=4)], book.now_ms)

    assert {state for _, state in book.states(word)} == {"waiting"}
    assert "quarantined" not in book.alarms()


def test_revoked_keys_stay_revoked_at_gateways_though_the_archive_is_an_older_copy(
    book: Book,
) -> None:
    book.desk.down.do(DownDeed(Revocation((1,)), "Aylin Demir"), book.now_ms)
    version = book.desk.down._revoked.version  # what gateways enforce by now
    with book.archive.transaction() as transaction:  # the copy is from before
        for table in ("down_sending", "down_item", "down_word", "down_number", "revocation"):
            transaction.connection.exec_driver_sql(f"DELETE FROM {table}")
    book.now_ms += 120_000
    book.restart()

    book.desk.down.do(DownDeed(Revocation((3,)), "Aylin Demir"), book.now_ms)

    assert book.desk.down._revoked.version > version


def test_no_more_is_given_to_a_gateway_than_its_queue_takes_and_the_rest_follows(
    book: Book,
) -> None:
    def given() -> list[Down]:
        return list({one.id: one for name, one in book.sent if name == "hatay-1"}.values())

    each = [book.saying("text", {"phrase": "wait"}, 1, 2, 3)] * 50
    everybody = [book.saying("text", {"phrase": "wait"})] * 60
    book.desk.down.do(DownDeed((*each, *everybody), "Aylin Demir"), book.now_ms)
    for _ in range(5):
        book.pump(1_000)
    before = given()
    assert len(before) == down_desk.QUEUE_MOST

    book.say("alert", {"code": "evacuate"}, 3)
    assert book.sent[-1][1].priority == down.PRIORITIES - 1, "an alarm has room where others wait"
    for one in before:
        book.tell("hatay-1", one, down.EXPIRED)
    for _ in range(5):
        book.pump(1_000)

    assert len(given()) == 3 * 50 + 60 + 1
