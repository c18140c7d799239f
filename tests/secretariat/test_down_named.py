"""Whom a word names for the eyes of one country, in both engines' archives."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.secretariat.down_book import Book
from turna_secretariat import down_queries
from turna_secretariat.archive import Archive
from turna_secretariat.down_audience import Choice, choose
from turna_secretariat.down_desk import DownDeed, Revocation, Withdrawal
from turna_secretariat.down_words import Audience, read_saying

AZE, ALL = frozenset({3}), None
EVERYBODY = Choice(all=True, teams=(), devices=(), area=None)


@pytest.fixture
def book(tmp_path: Path, archive: Archive) -> Book:
    return Book(tmp_path, archive)


def test_a_word_to_two_countries_names_ones_own_and_says_that_there_are_others(book: Book) -> None:
    _say(book, Choice(all=False, teams=("TUR01",), devices=(2, 3), area=None))

    assert _seen(book, AZE)["to"] == {"devices": ["AZE01-1"], "others": True}
    assert _seen(book, ALL)["to"] == {"teams": ["TUR01"], "devices": ["TUR01-2", "AZE01-1"]}


def test_whose_keys_were_revoked_beside_ones_own_is_not_named(book: Book) -> None:
    book.desk.down.do(DownDeed(Revocation((1, 3)), "Aylin Demir"), book.now_ms)

    seen = _seen(book, AZE)
    assert (seen["said"]["revoked"], seen["to"]["others"]) == (["AZE01-1"], True)
    assert _seen(book, ALL)["said"]["revoked"] == ["TUR01-1", "AZE01-1"]


def test_all_of_one_country_are_named_by_it_and_everybody_only_by_who_reaches_all(
    book: Book,
) -> None:
    _say(book, EVERYBODY, view=AZE)
    assert [_seen(book, view)["to"] for view in (AZE, ALL)] == [{"countries": ["az"]}] * 2
    assert [_seen(book, view)["beyond_view"] for view in (AZE, ALL)] == [False, False]

    _say(book, EVERYBODY)
    assert [_seen(book, view)["to"] for view in (AZE, ALL)] == [{"all": True}] * 2
    assert [_seen(book, view)["beyond_view"] for view in (AZE, ALL)] == [True, False]


def test_what_an_earlier_version_kept_as_everybody_names_the_countries_it_was_for(
    book: Book,
) -> None:
    _say_to(book, Audience((3,), is_all=False, named={"all": True}))
    assert [_seen(book, view)["to"] for view in (AZE, ALL)] == [{"countries": ["az"]}] * 2

    _say_to(book, Audience((1, 3), is_all=False, named={"all": True}))
    assert _seen(book, AZE)["to"] == {"countries": ["az"], "others": True}


def test_an_alert_is_news_for_those_whom_it_reaches_also_when_it_is_taken_back(book: Book) -> None:
    tur = Choice(all=False, teams=("TUR01",), devices=(), area=None)
    for choice in (tur, EVERYBODY):
        with book.archive.reader() as connection:
            audience = choose(choice, connection, book.registry, ALL)
        _say_to(book, audience, kind="alert", form={"code": "evacuate"})
    book.desk.down.do(DownDeed(Withdrawal(1), "Bekzat Omarov"), book.now_ms + 1)

    taken_back, said = _news(book, ALL)
    assert (taken_back["id"], taken_back["withdrawn_by"]) == (1, "Bekzat Omarov")
    assert (said["to"], said["withdrawn_by"]) == ({"all": True}, None)
    assert [word["id"] for word in _news(book, AZE)] == [said["id"]]


def test_what_others_are_told_leaves_no_less_room_for_what_these_eyes_may_see(book: Book) -> None:
    aze = Choice(all=False, teams=("AZE01",), devices=(), area=None)
    tur = Choice(all=False, teams=("TUR01",), devices=(), area=None)
    evacuate = {"code": "evacuate"}
    for choice in (aze, *[tur] * (down_queries.ALERTS_LIMIT + 1)):
        with book.archive.reader() as connection:
            audience = choose(choice, connection, book.registry, ALL)
        _say_to(book, audience, kind="alert", form=evacuate)

    with book.archive.reader() as connection:
        words = down_queries.words(connection, book.registry, limit=20, devices=AZE)
    assert [word["id"] for word in words] == [1]
    assert [word["id"] for word in _news(book, AZE)] == [1]
    assert len(_news(book, ALL)) == down_queries.ALERTS_LIMIT


def _news(book: Book, view: frozenset[int] | None) -> list[dict[str, Any]]:
    with book.archive.reader() as connection:
        return down_queries.alerts(connection, book.registry, view)


def _say(book: Book, choice: Choice, view: frozenset[int] | None = None) -> None:
    with book.archive.reader() as connection:
        _say_to(book, choose(choice, connection, book.registry, view))


def _say_to(
    book: Book,
    audience: Audience,
    kind: str = "text",
    form: Mapping[str, Any] = {"text": "come"},  # nobody changes it
) -> None:
    saying = read_saying(
        kind,
        form,
        mode="exercise",
        audience=audience,
        lasts_min=None,
        now_s=book.now_ms // 1000,
        frame=book.field.mission.frame,
    )
    book.desk.down.do(DownDeed((saying,), "Aylin Demir"), book.now_ms)


def _seen(book: Book, view: frozenset[int] | None) -> dict[str, Any]:
    """Return the newest word as whoever sees these handsets reads it."""
    with book.archive.reader() as connection:
        (newest, *_) = down_queries.words(connection, book.registry, devices=view)
    return newest
