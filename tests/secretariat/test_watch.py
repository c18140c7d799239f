"""The terminal's lines: what matters first, reports within the bytes agreed, nothing that acts."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.secretariat.down_book import Book
from tests.secretariat.exported import NOW_MS, Exported, sitrep, sos
from tests.secretariat.field import Field, position
from turna.__main__ import main
from turna.deployment import TeamPlan
from turna_protocol import codes, downlink, keys
from turna_protocol.report_codes import PHRASES
from turna_protocol.reports.message import Message
from turna_secretariat import distress, standing
from turna_secretariat.archive import Archive
from turna_secretariat.config import TEMPLATE
from turna_secretariat.desk import Desk
from turna_secretariat.down_desk import DownDeed, Revocation
from turna_secretariat.registry import Registry
from turna_secretariat.understanding import GatewayPresence, Heartbeat
from turna_secretariat.watch import BELL, COLUMNS, ROWS, Budget, Watch, after_last, gist, head

DATABASES = ("sqlite",)
MINUTE_MS = 60_000


def _look(watch: Watch, exported: Exported, now_ms: int = NOW_MS) -> list[str]:
    with exported.archive.reader() as connection:
        return watch.look(connection, now_ms)


def _begun(exported: Exported, bytes_a_minute: int = 2_000) -> Watch:
    """Return a watch that has told what stands."""
    watch = Watch(exported.registry, bytes_a_minute)
    _look(watch, exported)
    return watch


def _hears(exported: Exported, now_ms: int, *, connected: bool = True, modem: bool = True) -> None:
    beat = Heartbeat("hatay-1", "tr", {"modem_up": modem})
    exported.desk.note([beat, GatewayPresence("hatay-1", "tr", connected=connected)], now_ms)


def test_first_stands_what_matters_most_mode_sos_alarms_gateways_and_teams(
    exported: Exported, field: Field
) -> None:
    exported.file(position(), now_ms=NOW_MS - 16 * MINUTE_MS)
    exported.desk.file([field.carried(sitrep(), seq=70, key=bytes(32))], NOW_MS)
    exported.file(sos(), device=2)

    assert _look(Watch(exported.registry, 2_000, last=0), exported) == [
        "14:14:20 EXERCISE TEST: SOS 1, alarms 1; gateways 0 of 1; feed 0s old",
        f"{BELL}14:14:20 EXERCISE AZE01-1 !!! SOS at 36.20150,36.16020",
        f"{BELL}14:14:20 EXERCISE TUR01-1 !!! not authentic device 1",
        "14:14:20 EXERCISE gateway hatay-1 DOWN: never heard",
        "teams: AZE01 55s, TUR01 16m (1 SILENT)",
    ]


def test_an_sos_is_told_with_a_bell_and_again_when_somebody_has_accepted_it(
    exported: Exported,
) -> None:
    watch = _begun(exported)
    exported.file(sos())
    said = "14:14:20 EXERCISE TUR01-1 {}SOS at 36.20150,36.16020"

    assert _look(watch, exported) == [
        BELL + said.format("!!! "),
        "14:14:20 EXERCISE - the feed is back",
    ]
    exported.desk.officers.act(1, "accepted", "Aylin Demir", NOW_MS)
    assert _look(watch, exported) == [
        "14:14:20 EXERCISE TUR01-1 SOS in hand: Aylin Demir 0s at 36.20150,36.16020"
    ]
    assert _look(watch, exported) == []
    first = _look(Watch(exported.registry, 2_000, last=0), exported)  # who comes later, too
    assert first[0].startswith("14:14:20 EXERCISE: SOS 0, in hand 1, alarms 0; gateways")
    assert first[1] == "14:14:20 EXERCISE TUR01-1 SOS in hand: Aylin Demir 0s at 36.20150,36.16020"
    exported.desk.officers.act(1, "acted", "Aylin Demir", NOW_MS)
    assert _look(watch, exported) == ["14:14:20 EXERCISE TUR01-1 SOS closed, acted on: Aylin Demir"]
    assert _look(watch, exported) == []


def test_an_alarm_about_no_report_is_of_the_missions_mode(exported: Exported) -> None:
    exported.desk.alarm_once("unknown_order", "order 7", NOW_MS)

    watch = Watch(exported.registry, 2_000, last=0)
    first = _look(watch, exported)
    assert f"{BELL}14:14:20 EXERCISE - !!! unknown order order 7" in first
    exported.desk.officers.close_alarm(1, "Aylin Demir", NOW_MS)
    assert _look(watch, exported) == [
        "14:14:20 EXERCISE - unknown order order 7 closed: Aylin Demir"
    ]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("HATAY", " HATAY"),
        ("HATAY EXERCISE 2026 OF SIX COUNTRIES", " HATAY EXERC..."),
        ("X" * 9, " XXXXXXXXX"),
    ],
)
def test_the_first_line_cuts_the_missions_name_and_never_the_mode_or_a_count(
    exported: Exported, name: str, shown: str
) -> None:
    with exported.archive.reader() as connection:
        now = replace(standing.look(connection, exported.registry, NOW_MS), mission=name)
    assert head(now) == [f"14:14:20 EXERCISE{shown}: SOS 0, alarms 0; gateways 0 of 1; NO FEED yet"]
    many = {"mode": "exercise", "calls": [], "count": 123_456, "more": 123_456, "since_ms": 0}
    full = replace(now, fed_ms=0, in_hand=(many,))
    (first, *others) = head(full)
    assert first.startswith("14:14:20 EXERCISE: SOS 0, in hand 123456, alarms 0")
    assert [first, *others][-1].endswith(
        f"gateways 0 of 1; FEED DEAD for {standing.ago(0, NOW_MS)}"
    )
    assert max(map(len, head(full))) <= COLUMNS


def test_a_team_whose_every_handset_is_revoked_says_so_and_since_when(exported: Exported) -> None:
    exported.desk.down.do(DownDeed(Revocation((1,), "lost"), "Aylin Demir"), NOW_MS - 5 * MINUTE_MS)

    first = _look(Watch(exported.registry, 2_000, last=0), exported)
    assert first[-1] == "teams: AZE01 never, TUR01 revoked 5m"


def test_an_sos_that_nobody_accepts_is_told_every_minute(exported: Exported) -> None:
    watch = _begun(exported)
    exported.file(sos())
    _look(watch, exported)

    assert _look(watch, exported, NOW_MS + MINUTE_MS - 1) == []
    assert _look(watch, exported, NOW_MS + MINUTE_MS) == [
        f"{BELL}14:15:20 EXERCISE !!! nobody has accepted SOS of: TUR01-1 60s"
    ]
    assert _look(watch, exported, NOW_MS + MINUTE_MS) == []


def test_an_sos_that_is_taken_back_says_so(exported: Exported) -> None:
    watch = _begun(exported)
    exported.file(sos())
    _look(watch, exported)
    exported.file(sos(phase=codes.CANCEL, reference=0))

    line = _look(watch, exported)[0]
    assert "!!! SOS? TAKEN BACK by its sender" in line
    assert line in _look(Watch(exported.registry, 2_000), exported)  # who comes later, too


def test_a_gateway_that_falls_out_is_told_when_why_and_when_it_is_back(exported: Exported) -> None:
    _hears(exported, NOW_MS)
    watch = _begun(exported)
    _hears(exported, NOW_MS, connected=False)
    down = f"{BELL}14:14:20 EXERCISE gateway hatay-1 DOWN: "
    assert _look(watch, exported) == [f"{down}cut off from the broker"]
    _hears(exported, NOW_MS)
    assert _look(watch, exported) == ["14:14:20 EXERCISE gateway hatay-1 works again"]
    _hears(exported, NOW_MS, modem=False)
    assert _look(watch, exported) == [f"{down}its modem does not answer"]


def test_a_feed_that_dies_is_told_and_a_summary_goes_on_saying_so(exported: Exported) -> None:
    _hears(exported, NOW_MS)
    watch = _begun(exported)
    later_ms = NOW_MS + standing.HEARTBEAT_MISSED_MS

    assert _look(watch, exported, later_ms) == []
    assert _look(watch, exported, later_ms + 1_000) == [
        f"{BELL}14:16:51 EXERCISE gateway hatay-1 DOWN: silent since 2m",
        f"{BELL}14:16:51 EXERCISE - FEED DEAD for 2m: does the Secretariat run?",
    ]
    assert _look(watch, exported, NOW_MS + 5 * MINUTE_MS) == [
        "14:19:20 EXERCISE TEST: SOS 0, alarms 0; gateways 0 of 1; FEED DEAD for 5m",
        "teams: AZE01 never, TUR01 never",
    ]
    _hears(exported, NOW_MS + 5 * MINUTE_MS)
    assert _look(watch, exported, NOW_MS + 5 * MINUTE_MS)[-1].endswith("the feed is back")


def test_what_stands_fits_a_small_terminal_however_much_it_is(tmp_path: Path) -> None:
    teams = [TeamPlan(f"TUR{number:02d}", "tr", handsets=2) for number in range(1, 31)]
    field = Field(tmp_path / "field", teams)
    registry = Registry(field.mission, keys.authentication_branch(field.master))
    archive = Archive.in_file(tmp_path / "archive.db")
    archive.open()
    exported = Exported(field, Desk(archive, registry, field.mission.frame), archive, registry)
    for device in range(1, 21):
        exported.file(sos(), sitrep(), device=device)
        exported.desk.file([field.carried(sitrep(), device=device, seq=99, key=bytes(32))], NOW_MS)
    lines = _look(Watch(registry, 2_000), exported)
    archive.close()

    assert len(lines) <= ROWS
    assert max(len(line.lstrip(BELL)) for line in lines) <= COLUMNS
    assert lines[0].startswith("14:14:20 EXERCISE TEST: SOS 20, alarms 20; gateways 0 of 1")
    assert "... and 13 more SOS" in lines
    assert "... and 18 more alarms" in lines


def test_more_sos_in_hand_than_there_is_room_for_are_counted_with_since_when(
    exported: Exported,
) -> None:
    many = distress.IN_HAND_LIMIT + 5
    exported.desk.file([exported.field.carried(sos(), seq=seq) for seq in range(many)], NOW_MS)
    for report_id in range(1, many + 1):
        exported.desk.officers.act(report_id, "accepted", "Aylin Demir", NOW_MS)
    lines = _look(Watch(exported.registry, 2_000, last=0), exported, NOW_MS + 3 * 60 * MINUTE_MS)

    assert f"in hand {many}, " in lines[0]
    assert f"... and {many - 2} more SOS in hand, the first for 3h" in lines


def test_a_call_in_earnest_during_an_exercise_is_counted_and_told_apart(exported: Exported) -> None:
    calls = [sos(mode=codes.ACTUAL), sos(), sos()]
    exported.desk.file(
        [exported.field.carried(call, seq=seq) for seq, call in enumerate(calls)], NOW_MS
    )
    watch = Watch(exported.registry, 2_000, last=0)
    first = _look(watch, exported)
    assert "SOS 2 EXERCISE + 1 REAL" in first[0]
    reminded = [line for line in _look(watch, exported, NOW_MS + MINUTE_MS) if "nobody" in line]
    assert [line.split()[1] for line in reminded] == ["EXERCISE", "REAL"]

    exported.desk.officers.act(1, "accepted", "Aylin Demir", NOW_MS)
    exported.desk.officers.act(2, "accepted", "Aylin Demir", NOW_MS)
    again = _look(Watch(exported.registry, 2_000, last=0), exported)
    assert again[0].startswith("14:14:20 EXERCISE: SOS 1, in hand 1 REAL + 1 EXERCISE, alarms 0")
    assert max(map(len, again)) <= COLUMNS + len(BELL)


def test_a_quiet_hour_takes_less_than_two_bytes_a_second_and_a_look_without_news_none(
    exported: Exported,
) -> None:
    watch = _begun(exported)
    told = [_look(watch, exported, NOW_MS + second * 1_000) for second in range(10, 3_601, 10)]
    sizes = [sum(len(line.encode()) + 1 for line in lines) for lines in told]

    assert sum(size > 0 for size in sizes) <= 13  # twelve summaries, and a feed that dies
    assert sum(sizes) < 2_000
    assert max(sizes) < 256


def test_what_matters_most_stands_first_and_the_altitude_nowhere() -> None:
    said = {
        "team_status": "on_site",
        "altitude_m": 812,
        "text": "Çatı",
        "needs": {"water": 40},
        "trapped": 3,
        "casualties": {"immediate": 2, "deceased": 1},
    }
    assert gist(said) == 'immediate 2; deceased 1; trapped 3; water 40; on site; "Çatı"'


@pytest.mark.parametrize(
    ("phase", "said"),
    [
        ("declare", "trapped; people 3"),
        ("update", "an addition; trapped; people 3"),
        ("cancel", "TAKEN BACK by its sender; trapped; people 3"),
    ],
)
def test_a_call_for_help_is_told_in_words_and_not_by_its_phase(phase: str, said: str) -> None:
    assert gist({"type": "sos", "phase": phase, "kind": "trapped", "people": 3}) == said


def test_the_last_reports_are_counted_without_positions(exported: Exported) -> None:
    exported.file(sitrep(text="a"), sitrep(text="b"), sitrep(text="c"), *[position()] * 5)
    with exported.archive.reader() as connection:
        all_there_are = after_last(connection, 9)
    lines = _look(Watch(exported.registry, 2_000, last=2), exported)

    assert sum(" sitrep " in line for line in lines) == 2
    assert all_there_are == 0


def test_reports_are_told_in_one_line_and_positions_are_not(exported: Exported) -> None:
    _hears(exported, NOW_MS)
    watch = _begun(exported)
    exported.file(position(), sitrep(text="Çatı"))

    (line,) = _look(watch, exported)
    assert line == '14:14:20 EXERCISE TUR01-1 sitrep immediate 2; on site; "Çatı"; battery pct 80'


def test_an_answer_says_what_it_answers_in_words(tmp_path: Path, archive: Archive) -> None:
    book = Book(tmp_path, archive)
    book.say("roll_call", {})
    phrase = PHRASES.index("received")
    known = downlink.answer_to_notice(book.sent[0][1].number)
    book.file(Message(mode=codes.EXERCISE, phrase=phrase, answers=known), device=3, seq=1)
    book.file(Message(mode=codes.EXERCISE, phrase=phrase, answers=known + 99), device=3, seq=2)

    with archive.reader() as connection:
        lines = Watch(book.registry, 2_000).look(connection, book.now_ms)
    assert [line.partition("message ")[2] for line in lines[-2:]] == [
        "received; answers #1 roll call",
        "received; answers what is not known here",
    ]


def test_text_that_acts_on_a_terminal_is_replaced(exported: Exported) -> None:
    _hears(exported, NOW_MS)
    watch = _begun(exported)
    exported.file(sitrep(text="a\u202eb\u2028c" + "x" * 100))

    (line,) = _look(watch, exported)
    assert "a\N{REPLACEMENT CHARACTER}b c" in line
    assert len(line) == COLUMNS
    assert line.isprintable()


def test_no_more_bytes_than_agreed_and_what_was_left_out_is_counted(exported: Exported) -> None:
    _hears(exported, NOW_MS)
    watch = _begun(exported, 500)
    exported.file(*(sitrep(text="x" * 60) for _ in range(40)))

    lines = _look(watch, exported)
    assert sum(len(line.encode()) + 1 for line in lines) <= 500
    _hears(exported, NOW_MS + MINUTE_MS)
    later = _look(watch, exported, NOW_MS + MINUTE_MS)
    told = sum(" sitrep immediate" in line for line in lines)
    left_out = f"not shown for want of room: EXERCISE {40 - told} sitrep"
    assert [line[9:] for line in (*lines, *later) if "room" in line] == [left_out]


def test_alarms_pass_a_budget_that_is_used_up(exported: Exported) -> None:
    watch = Watch(exported.registry, 1)
    exported.file(sos(), sos())

    assert sum("!!! SOS" in line for line in _look(watch, exported)) == 2


def test_a_report_that_is_not_proved_says_so(exported: Exported, field: Field) -> None:
    watch = Watch(exported.registry, 2_000)
    exported.desk.file([field.carried(sitrep(), key=bytes(32))], NOW_MS)

    assert any("NOT PROVED (not_authentic)" in line for line in _look(watch, exported))


def test_a_real_report_among_exercises_is_marked(exported: Exported) -> None:
    watch = Watch(exported.registry, 2_000)
    exported.file(sitrep(mode=codes.ACTUAL), sos(mode=codes.ACTUAL))

    lines = _look(watch, exported)
    assert any(" REAL TUR01-1 sitrep" in line for line in lines)
    assert any(" REAL TUR01-1 !!! SOS" in line for line in lines)


def test_what_is_saved_up_is_a_minute_at_most() -> None:
    budget = Budget(100)

    assert budget.takes(100, 0)
    assert not budget.takes(1, 0)
    assert budget.takes(50, 30_000)
    assert not budget.takes(101, 10_000_000)
    assert budget.takes(100, 10_000_000)


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """Return the settings of a Secretariat with an SOS and nine reports."""
    field = Field(tmp_path / "kit")
    archive = Archive.in_file(tmp_path / "secretariat.db")
    archive.open()
    registry = Registry(field.mission, keys.authentication_branch(field.master))
    desk = Desk(archive, registry, field.mission.frame)
    Exported(field, desk, archive, registry).file(sos(), *(sitrep(text="Çatı") for _ in range(9)))
    archive.close()
    settings = tmp_path / "secretariat.toml"
    settings.write_text(TEMPLATE)
    return settings


def _watch(settings: Path, *options: str) -> int:
    return main(["secretariat", "watch", "--config", str(settings), *options])


def test_the_command_tells_what_there_is_and_by_its_exit_code_that_a_person_is_needed(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _watch(settings, "--once", "--bytes-a-minute", "300") == 1
    said = capsys.readouterr().out
    assert "!!! SOS" in said
    assert BELL not in said  # nobody hears it in a pipe
    assert len(said.encode()) <= 300 + 4 * COLUMNS


def test_a_script_reads_what_stands_as_json(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _watch(settings, "--once", "--json") == 1
    stands = json.loads(capsys.readouterr().out)
    assert (stands["mode"], stands["needs_a_person"], stands["is_fed"]) == ("exercise", True, False)
    assert [call["call_sign"] for call in stands["sos"]] == ["TUR01-1"]
    assert stands["gateways"][0]["trouble"] == "never heard"
    assert [team["team"] for team in stands["teams"]] == ["AZE01", "TUR01"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--bytes-a-minute", "0"), "--bytes-a-minute is at least 1"),
        (("--last", "-1"), "--last at least 0"),
    ],
)
def test_a_wrong_number_is_one_sentence(
    settings: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], says: str
) -> None:
    assert _watch(settings, "--once", *options) == 2
    assert says in capsys.readouterr().err


def test_nothing_open_is_exit_code_0(exported: Exported) -> None:
    exported.file(position())
    _hears(exported, NOW_MS)
    with exported.archive.reader() as connection:
        quiet = standing.look(connection, exported.registry, NOW_MS)
        silent = standing.look(connection, exported.registry, NOW_MS + 16 * MINUTE_MS)
    assert (quiet.needs_a_person, silent.needs_a_person) == (False, True)
