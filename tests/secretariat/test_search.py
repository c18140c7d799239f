"""Reports are found by what an officer remembers, in bounded looks, whatever the archive's size."""

from typing import Any

import pytest

from tests.secretariat.field import EPOCH_S, Field, position, sos
from turna_protocol import codes
from turna_protocol.reports import Report, Sitrep
from turna_protocol.reports.message import Message
from turna_secretariat import search as searching
from turna_secretariat.archive import Archive
from turna_secretariat.desk import Desk
from turna_secretariat.registry import Registry
from turna_secretariat.search import Wanted, folded, search

NOW_MS = (EPOCH_S + 60) * 1000


class Asked:
    """An archive that is filled and asked."""

    def __init__(self, field: Field, desk: Desk, archive: Archive, registry: Registry) -> None:
        self._field, self._desk, self._archive = field, desk, archive
        self._registry = registry
        self._seq = 0

    def keeps(self, report: Report, device: int = 1, at_ms: int = NOW_MS) -> None:
        self._seq += 1
        self._desk.file([self._field.carried(report, device=device, seq=self._seq)], at_ms)

    def finds(self, wanted: Wanted, limit: int = 60, before_id: int | None = None) -> Any:
        with self._archive.reader() as connection:
            return search(connection, self._registry, wanted, limit=limit, before_id=before_id)

    def ids(self, wanted: Wanted) -> list[int]:
        return [report["id"] for report in self.finds(wanted)["reports"]]


@pytest.fixture
def asked(field: Field, desk: Desk, archive: Archive, registry: Registry) -> Asked:
    return Asked(field, desk, archive, registry)


def _message(text: str, mode: int = codes.EXERCISE) -> Message:
    return Message(mode=mode, time_s=EPOCH_S, time_quality=codes.TIME_GNSS, text=text)


def test_each_filter_leaves_what_it_says(asked: Asked) -> None:
    asked.keeps(position(), device=1)
    asked.keeps(sos(), device=2)
    asked.keeps(_message("x", codes.ACTUAL), device=1, at_ms=NOW_MS + 5_000)

    assert asked.ids(Wanted()) == [3, 2, 1]
    assert asked.ids(Wanted(types=("sos", "message"))) == [3, 2]
    assert asked.ids(Wanted(teams=("TUR01",))) == [3, 1]
    assert asked.ids(Wanted(countries=("az",))) == [2]
    assert asked.ids(Wanted(device=1, mode="exercise")) == [1]
    assert asked.ids(Wanted(mode="actual")) == [3]
    assert asked.ids(Wanted(state=4)) == []
    assert asked.ids(Wanted(since_ms=NOW_MS + 1)) == [3]
    assert asked.ids(Wanted(until_ms=NOW_MS + 1)) == [2, 1]


def test_what_is_found_says_how_far_the_archive_went(asked: Asked) -> None:
    asked.keeps(position(), device=1)
    asked.keeps(sos(), device=2)

    for wanted, before_id in ((Wanted(), None), (Wanted(device=1), None), (Wanted(), 2)):
        assert asked.finds(wanted, before_id=before_id)["newest_id"] == 2


@pytest.mark.parametrize(
    "text", ["çatı", "CATI", "Çatı çöktü", "tur01 çöktü", "  ÇÖKTÜ  ", "blankets", "on site"]
)
def test_words_are_found_whatever_their_case_and_marks(asked: Asked, text: str) -> None:
    asked.keeps(_message("Kapı açık"))
    needs = ((codes.NEED_ITEMS.index("blankets"), 20),)
    status = codes.TEAM_STATUSES.index("on_site")
    sitrep = Sitrep(
        mode=codes.EXERCISE, text="Çatı çöktü, İstanbul", needs=needs, team_status=status
    )
    asked.keeps(sitrep)

    assert asked.ids(Wanted(text=text)) == [2]


def test_names_of_fields_are_no_words_of_a_report(asked: Asked) -> None:
    asked.keeps(position())

    assert asked.ids(Wanted(text="battery")) == []
    assert asked.ids(Wanted(text="exercise")) == []


@pytest.mark.parametrize("text", ["%", "_", "' OR 1=1 --", "\u202e", "x" * 100])
def test_no_text_is_a_pattern(asked: Asked, text: str) -> None:
    asked.keeps(_message("Kapı açık"))

    assert asked.ids(Wanted(text=text)) == []


def test_turkish_letters_compare_alike() -> None:
    assert folded("IĞDIR ığdır İğdır") == "igdir igdir igdir"


def test_a_rare_report_is_found_by_going_on_from_where_the_look_ended(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "STRETCH", 3)
    asked.keeps(sos())
    for _ in range(7):
        asked.keeps(position())

    found = asked.finds(Wanted(types=("sos",)))
    looks = 1
    while not found["reports"] and found["older_before_id"] is not None:
        found = asked.finds(Wanted(types=("sos",)), before_id=found["older_before_id"])
        looks += 1

    assert [report["id"] for report in found["reports"]] == [1]
    assert looks == 3
    assert found["older_before_id"] is None


def test_pages_follow_one_another_without_gap_or_repeat(asked: Asked) -> None:
    for _ in range(7):
        asked.keeps(_message("same"))

    seen, before_id = [], None
    for _ in range(4):
        found = asked.finds(Wanted(text="same"), limit=2, before_id=before_id)
        seen += [report["id"] for report in found["reports"]]
        before_id = found["older_before_id"]

    assert seen == [7, 6, 5, 4, 3, 2, 1]
    assert before_id is None


def test_words_in_several_types_are_all_found_in_looks_that_are_bounded(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "READ_AT_MOST", 3)
    for number in range(8):
        asked.keeps(_message(f"bridge {number}"))
        asked.keeps(_message(f"bridge {number}", codes.ACTUAL))
    found, before_id = [], None
    while True:
        look = asked.finds(Wanted(types=("message",), text="bridge"), before_id=before_id)
        found += [report["id"] for report in look["reports"]]
        before_id = look["older_before_id"]
        if before_id is None:
            break
    assert found == list(range(16, 0, -1))
