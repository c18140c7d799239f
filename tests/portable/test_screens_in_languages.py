"""Every screen in every language: whole lines, nothing cut, and read at a glance."""

import gc

from tests.portable.screens_bench import Board

from turna_handset import keypad, labels
from turna_handset.catalogue import ENGLISH
from turna_handset.display import AlarmLine, ReportLine, Status, draw
from turna_handset.form import MENU_LINES, Form
from turna_handset.languages import LANGUAGES
from turna_handset.lines import BODY_LINES, COLUMNS, LARGE_COLUMNS
from turna_handset.pages import Pages
from turna_protocol import codes

SHORT, LONG, HOLD = keypad.SHORT, keypad.LONG, keypad.HOLD
ALL = [code for code, _ in LANGUAGES]
REPORT = ReportLine(type_name="sitrep", seq=12, state=2, age_s=180, attempts=2, saved_at="14:32")


def speak(code: str) -> None:
    labels.speak(ENGLISH)  # the smallest table makes room for the next
    gc.collect()
    labels.speak(code)


def menu(name: str) -> "tuple[str, ...]":
    return (SHORT,) * (1 + MENU_LINES.index(name)) + (LONG,)


SHEETS = ("hazard", "worksite_triage", "needs", "medevac", "victim", "message")
WALKS = (
    (),
    (SHORT,),
    (SHORT,) * 5,
    (LONG,),
    (LONG, LONG),
    (LONG, LONG, SHORT, SHORT, LONG),
    (LONG, LONG) + (SHORT,) * 5 + (LONG,),
    (LONG, LONG) + (SHORT,) * 6 + (LONG,),
    (LONG, LONG) + (SHORT,) * 6 + (LONG, SHORT, LONG),
    menu("reports"),
    menu("reports") + (LONG,),
    menu("node"),
    menu("language"),
    (HOLD,),
)


def screen(keys: "tuple[str, ...]", alarm: "AlarmLine | None" = None) -> "list[str]":
    board = Board((REPORT,))
    form = Form(Pages(board, board, board))  # type: ignore[arg-type]  # no inbox here
    for key in keys:
        form.press(key, 0)
    if alarm is not None:
        form.alarm(on=True, sounds=True)
    status = Status(
        call_sign="KAZ01-1",
        mode="exercise",
        fix_age_s=40,
        accuracy_m=2000,
        battery_pct=100,
        counts=(1, 0, 0, 0, 0, 0),
        last=REPORT,
        sos=None,
        warning=None,
        alarm=alarm,
    )
    return [line.text for line in draw(form, status, 0)]


def test_every_screen_in_every_language_has_five_whole_lines() -> None:
    for code in ALL:
        speak(code)
        exercise = labels.text("mode.exercise")
        for keys in WALKS:
            lines = screen(keys)
            assert len(lines) == 1 + BODY_LINES
            assert lines[0].endswith(exercise), (code, lines)
            for line in lines:
                assert len(line) <= COLUMNS, (code, line)
    labels.speak(ENGLISH)


def test_in_no_row_of_two_parts_the_left_one_is_cut() -> None:
    for code in ALL:
        speak(code)
        home, summary = screen(()), screen((LONG, LONG))
        fix = labels.text("home.fix")
        assert home[1].startswith(fix + " 40s 2000m "), (code, home)
        status = labels.text("summary.status")
        for number in range(len(codes.TEAM_STATUSES)):
            row = status + " " + labels.text(f"team_status.{codes.TEAM_STATUSES[number]}")
            assert len(row) <= COLUMNS, (code, row)
        assert summary[2].startswith(status + " "), (code, summary)
        report = screen(menu("reports") + (LONG,))[3]
        assert report.startswith(labels.text("report.saved") + " 14:32 "), (code, report)
        assert report.endswith(labels.text("report.tries") + " 2x"), (code, report)
    labels.speak(ENGLISH)


def test_every_row_of_every_sheet_fits_with_its_widest_value() -> None:
    for code in ALL:
        speak(code)
        for name in SHEETS:
            keys = menu(name) + (LONG,) * (4 if name in ("worksite_triage", "victim") else 1)
            for shorts in range(8):
                for line in screen(keys + (SHORT,) * shorts):
                    assert len(line) <= COLUMNS, (code, name, line)
    labels.speak(ENGLISH)


def test_an_alarm_can_be_read_at_a_glance_in_every_language() -> None:
    for code in ALL:
        speak(code)
        for alert in range(3):
            lines = screen((), AlarmLine(mode=codes.EXERCISE, code=alert, heard=False))
            assert 0 < len(lines[1]) <= LARGE_COLUMNS, (code, lines)
            assert lines[3].strip() == labels.text("alarm.exercise")
            assert lines[0].endswith(labels.text("mode.exercise"))
    labels.speak(ENGLISH)


def test_the_menu_leads_to_the_languages_and_a_long_press_chooses() -> None:
    board = Board(())
    form = Form(Pages(board, board, board))  # type: ignore[arg-type]  # no inbox here
    for key in menu("language") + (SHORT, SHORT, SHORT, LONG):
        form.press(key, 0)
    intent = form.next_intent()
    assert intent is not None
    assert (intent.action, intent.name) == ("speak", "kk")
