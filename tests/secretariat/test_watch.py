"""The terminal's lines: alarms always, reports within the bytes agreed, nothing that acts."""

from pathlib import Path

import pytest

from tests.secretariat.exported import NOW_MS, Exported, sitrep, sos
from tests.secretariat.field import Field, position
from turna.__main__ import main
from turna_protocol import codes, keys
from turna_secretariat.archive import Archive
from turna_secretariat.config import TEMPLATE
from turna_secretariat.desk import Desk
from turna_secretariat.registry import Registry
from turna_secretariat.watch import BELL, COLUMNS, Budget, Watch, after_last, gist

DATABASES = ("sqlite",)
MINUTE_MS = 60_000


def _look(watch: Watch, exported: Exported, now_ms: int = NOW_MS) -> list[str]:
    with exported.archive.reader() as connection:
        return watch.look(connection, now_ms)


def test_an_sos_is_told_with_a_bell_and_again_when_somebody_has_accepted_it(
    exported: Exported,
) -> None:
    watch = Watch(exported.registry, 2_000)
    exported.file(sos())
    first, *others = _look(watch, exported)

    assert first.startswith(f"{BELL}14:14:20 EXERCISE TUR01-1 !!! SOS at 36.20150,36.16020")
    assert [line.split()[3] for line in others] == ["summary:"]
    exported.desk.act(1, "accepted", "Aylin Demir", NOW_MS)
    assert _look(watch, exported) == ["14:14:20 EXERCISE TUR01-1 SOS at 36.20150,36.16020 closed"]
    assert _look(watch, exported) == []


def test_an_sos_that_is_taken_back_says_so(exported: Exported) -> None:
    watch = Watch(exported.registry, 2_000)
    exported.file(sos())
    _look(watch, exported)
    exported.file(sos(phase=codes.CANCEL, reference=0))

    line = _look(watch, exported)[0]
    assert "!!! SOS? TAKEN BACK by its sender" in line
    assert line in _look(Watch(exported.registry, 2_000), exported)  # who comes later, too


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


def test_the_last_reports_are_counted_without_positions(exported: Exported) -> None:
    exported.file(sitrep(text="a"), sitrep(text="b"), sitrep(text="c"), *[position()] * 5)
    with exported.archive.reader() as connection:
        begins = after_last(connection, 2)
        all_there_are = after_last(connection, 9)
    lines = _look(Watch(exported.registry, 2_000, begins), exported)

    assert sum(" sitrep " in line for line in lines) == 2
    assert all_there_are == 0


def test_reports_are_told_in_one_line_and_positions_are_not(exported: Exported) -> None:
    watch = Watch(exported.registry, 2_000)
    _look(watch, exported)
    exported.file(position(), sitrep(text="Çatı"))

    (line,) = _look(watch, exported)
    assert line == '14:14:20 EXERCISE TUR01-1 sitrep immediate 2; on site; "Çatı"; battery pct 80'


def test_text_that_acts_on_a_terminal_is_replaced(exported: Exported) -> None:
    watch = Watch(exported.registry, 2_000)
    _look(watch, exported)
    exported.file(sitrep(text="a\u202eb\u2028c" + "x" * 100))

    (line,) = _look(watch, exported)
    assert "a\N{REPLACEMENT CHARACTER}b c" in line
    assert len(line) == COLUMNS
    assert line.isprintable()


def test_no_more_bytes_than_agreed_and_what_was_left_out_is_counted(exported: Exported) -> None:
    watch = Watch(exported.registry, 500)
    _look(watch, exported)
    exported.file(*(sitrep(text="x" * 60) for _ in range(40)))

    lines = _look(watch, exported)
    assert sum(len(line.encode()) + 1 for line in lines) <= 500
    later = _look(watch, exported, NOW_MS + MINUTE_MS)
    told = sum(" sitrep immediate" in line for line in lines)
    assert later == [f"14:15:20 not shown for want of room: EXERCISE {40 - told} sitrep"]


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
    exported.file(sitrep(mode=codes.ACTUAL))

    assert any(" REAL TUR01-1 sitrep" in line for line in _look(watch, exported))


def test_what_is_saved_up_is_a_minute_at_most() -> None:
    budget = Budget(100)

    assert budget.takes(100, 0)
    assert not budget.takes(1, 0)
    assert budget.takes(50, 30_000)
    assert not budget.takes(101, 10_000_000)
    assert budget.takes(100, 10_000_000)


def test_the_command_tells_what_there_is_and_how_much_it_may_send(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    field = Field(tmp_path / "kit")
    archive = Archive.in_file(tmp_path / "secretariat.db")
    archive.open()
    registry = Registry(field.mission, keys.authentication_branch(field.master))
    desk = Desk(archive, registry, field.mission.frame)
    Exported(field, desk, archive, registry).file(sos(), *(sitrep(text="Çatı") for _ in range(9)))
    archive.close()
    settings = tmp_path / "secretariat.toml"
    settings.write_text(TEMPLATE)
    asked = ["secretariat", "watch", "--config", str(settings), "--once", "--bytes-a-minute", "300"]

    assert main(asked) == 0
    said = capsys.readouterr().out
    assert "!!! SOS" in said
    assert len(said.encode()) <= 300 + 2 * COLUMNS
