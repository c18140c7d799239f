"""The screens as text, line by line; what stands in inverse is between the bars |...|."""

from tests.portable.screens_bench import NOW_S, Board

from turna_handset import keypad
from turna_handset import letter as letters
from turna_handset.display import AlarmLine, ReportLine, Status, draw, draw_unprovisioned
from turna_handset.font import ENVELOPE, PLACE, SIGNS
from turna_handset.form import MENU_LINES, Form
from turna_handset.inbox_page import InboxPage
from turna_handset.letter import Letter
from turna_handset.lines import COLUMNS, Line
from turna_handset.pages import Pages
from turna_protocol import codes, delivery
from turna_protocol.report_codes import PHRASES, TASKS

SHORT, LONG, HOLD = keypad.SHORT, keypad.LONG, keypad.HOLD
# The signs of delivery, of the position's age and of a letter, as letters a test can show.
LETTERS = "sGSRA!F@M"


class Letters:
    """An inbox with a task that nobody has opened, a text, and a roll call."""

    def __init__(self) -> None:
        self._letters = (
            Letter(7, 2, letters.NEW, letters.TASK, TASKS.index("search"), 17, NOW_S - 180),
            Letter(6, 1, letters.ANSWERED, letters.MESSAGE, letters.ROLL_CALL, 0, NOW_S - 4000),
            Letter(5, 0, letters.SEEN, letters.LONG_TEXT, 0, 0, 0),
        )

    def __len__(self) -> int:
        return len(self._letters)

    def newest(self, place: int) -> "Letter | None":
        return self._letters[place] if place < len(self._letters) else None

    def content(self, reference: int) -> bytes:
        return b""


def read(letter: Letter, content: "bytes | None") -> "list[str]":
    return ["search #17", "AT ONCE", "TUR01-0056", "within 90 min", "36.22345 36.17777", "#7 14:05"]


def a_report(seq: int, state: int, type_name: str = "sitrep") -> ReportLine:
    return ReportLine(
        type_name=type_name, seq=seq, state=state, age_s=180, attempts=2, saved_at="14:32"
    )


def a_status(
    last: ReportLine | None = None,
    warning: str | None = None,
    sos: ReportLine | None = None,
    mode: str = "exercise",
    fix_age_s: int | None = 12,
    unread: int = 0,
    alarm: AlarmLine | None = None,
) -> Status:
    return Status(
        call_sign="TR-USAR-1",
        mode=mode,
        fix_age_s=fix_age_s,
        accuracy_m=5,
        battery_pct=87,
        counts=(2, 1, 14, 3, 0, 0),
        last=last,
        sos=sos,
        warning=warning,
        unread=unread,
        alarm=alarm,
    )


def shown(form: Form, status: Status, now_ms: int = 0) -> list[str]:
    return as_text(draw(form, status, now_ms))


def as_text(lines: tuple[Line, ...]) -> list[str]:
    return [_as_text(line) for line in lines]


def _as_text(line: Line) -> str:
    text = line.text
    for sign, letter in zip(SIGNS + PLACE + ENVELOPE, LETTERS):
        text = text.replace(sign, letter)
    if line.inverse_from >= COLUMNS:
        return text.rstrip()
    return text[: line.inverse_from] + "|" + text[line.inverse_from :].rstrip() + "|"


REPORTS = (a_report(12, delivery.AT_GATEWAY), a_report(9, delivery.READ, "sos"))


def a_form(*keys: str) -> Form:
    board = Board(REPORTS, Letters())
    form = Form(Pages(board, board, board))  # type: ignore[arg-type]  # what pages ask of it
    for key in keys:
        form.press(key, 0)
    return form


def menu(name: str) -> tuple[str, ...]:
    return (SHORT,) * (1 + MENU_LINES.index(name)) + (LONG,)


def test_home_shows_call_sign_exercise_position_battery_counts_and_the_last_report() -> None:
    assert shown(a_form(), a_status(a_report(12, delivery.AT_SECRETARIAT))) == [
        "TR-USAR-1    |EXERCISE|",
        "Pos 10s 5m        87%",
        "s2 G1 S14 R3 A0 !0",
        "S SITREP #12       3m",
        "stored at Secretariat",
    ]


def test_home_says_each_delivery_state_in_words() -> None:
    for state, words in enumerate(delivery.STATE_NAMES):
        lines = shown(a_form(), a_status(a_report(12, state)))
        assert lines[4] == words
        assert lines[3][0] == LETTERS[state]


def test_home_without_a_fix_and_without_a_report_says_so() -> None:
    assert shown(a_form(), a_status(fix_age_s=None)) == [
        "TR-USAR-1    |EXERCISE|",
        "No position       87%",
        "s2 G1 S14 R3 A0 !0",
        "No report yet",
        "long: SITREP",
    ]


def test_a_warning_stands_on_home_in_inverse_and_below_it_the_last_report_by_name() -> None:
    lines = shown(a_form(), a_status(a_report(12, delivery.SAVED), warning="warning.flash"))
    assert lines[3:] == ["|MEMORY FULL|", "s SITREP #12       3m"]


def test_an_actual_operation_shows_no_exercise() -> None:
    assert shown(a_form(), a_status(mode="actual"))[0] == "TR-USAR-1"


def test_every_screen_says_exercise() -> None:
    walks: tuple[tuple[str, ...], ...] = (
        (),
        (SHORT,),
        (LONG,),
        (LONG, LONG),
        (LONG, LONG, SHORT, SHORT, LONG),
        (LONG, LONG) + (SHORT,) * 5 + (LONG,),
        (LONG, LONG) + (SHORT,) * 6 + (LONG,),
        (LONG, LONG) + (SHORT,) * 6 + (LONG, SHORT, LONG),
        menu("reports") + (LONG,),
        (HOLD,),
    )
    walks += tuple([menu(name) for name in MENU_LINES if name not in ("inbox", "position", "back")])
    for keys in walks:
        assert shown(a_form(*keys), a_status())[0].endswith("|EXERCISE|"), keys


def test_the_menu_marks_the_chosen_line() -> None:
    assert shown(a_form(SHORT, SHORT), a_status()) == [
        "Menu   @10ss2|EXERCISE|",
        "New SITREP",
        "|Orders, texts|",
        "Send a message",
        "Report a hazard",
    ]


def test_the_status_list_rolls_with_the_cursor() -> None:
    assert shown(a_form(LONG, SHORT, SHORT, SHORT), a_status()) == [
        "Status @10ss2|EXERCISE|",
        "available",
        "|resting|",
        "unknown",
        "monitoring",
    ]


def test_the_summary_shows_what_was_entered() -> None:
    form = a_form(LONG, LONG, SHORT, SHORT, LONG, SHORT, SHORT, SHORT, LONG, LONG, LONG, LONG, LONG)
    assert shown(form, a_status()) == [
        "SITREP @10ss2|EXERCISE|",
        "Status        on site",
        "|Casualties  2/?/?/?/?|",
        "Trapped             ?",
        "Rescued             ?",
    ]


def test_a_count_is_asked_in_large_words() -> None:
    assert shown(a_form(LONG, LONG, SHORT, SHORT, SHORT, LONG), a_status()) == [
        "Trapp. @10ss2|EXERCISE|",
        "Trapped",
        "|> unknown <|",
        "",
        "press +  long: OK",
    ]


def test_marked_hazards_carry_a_star() -> None:
    form = a_form(LONG, LONG, *[SHORT] * 5, LONG, SHORT, LONG)
    assert shown(form, a_status()) == [
        "Hazar. @10ss2|EXERCISE|",
        "Done",
        "|* gas|",
        "  electricity",
        "  fire",
    ]


def test_a_need_shows_its_quantity() -> None:
    form = a_form(LONG, LONG, *[SHORT] * 6, LONG, SHORT, LONG, SHORT, SHORT, LONG)
    assert shown(form, a_status())[2] == "|* water             5|"


def test_the_report_list_shows_each_report_with_its_sign() -> None:
    assert shown(a_form(*menu("reports")), a_status()) == [
        "Repor. @10ss2|EXERCISE|",
        "|G SITREP #12       3m|",
        "R SOS #9           3m",
        "",
        "",
    ]


def test_a_report_in_detail_says_who_holds_it() -> None:
    assert shown(a_form(*menu("reports"), SHORT, LONG), a_status()) == [
        "2/2    @10ss2|EXERCISE|",
        "R SOS #9",
        "read by a person",
        "saved 14:32   sent 2x",
        "long: back",
    ]


def test_the_countdown_to_an_sos_says_how_to_cancel_it() -> None:
    assert shown(a_form(HOLD), a_status(), now_ms=1500) == [
        "SOS    @10ss2|EXERCISE|",
        "|SOS in 4 s|",
        "4",
        "",
        "Press to cancel",
    ]


def test_an_sos_shows_whether_anybody_has_heard_it() -> None:
    form = a_form(HOLD)
    form.tick(5000)
    sent = shown(form, a_status(sos=a_report(13, delivery.SAVED, "sos")))
    assert sent[1:] == [
        "|SOS is being sent|",
        "s #13 sent 2x",
        "saved here",
        "short: more long: end",
    ]
    held = shown(form, a_status(sos=a_report(13, delivery.READ, "sos")))
    assert held[1:] == [
        "|SOS was heard|",
        "R #13 sent 2x",
        "read by a person",
        "short: more long: end",
    ]


def test_a_handset_without_a_mission_says_so() -> None:
    assert as_text(draw_unprovisioned("no settings.json")) == [
        "|NOT SET UP|",
        "This handset has no",
        "mission and cannot",
        "send. Connect USB.",
        "no settings.json",
    ]


def test_no_line_is_wider_than_the_screen_whatever_the_numbers() -> None:
    status = Status(
        call_sign="A-VERY-LONG-CALL-SIGN-123",
        mode="exercise",
        fix_age_s=999_999,
        accuracy_m=9999,
        battery_pct=100,
        counts=(999,) * 6,
        last=a_report(1_048_575, delivery.AT_SECRETARIAT, "node_health"),
        sos=None,
        warning=None,
    )
    for line in draw(a_form(), status, 0):
        assert len(line.text) <= COLUMNS, line


def test_what_is_read_at_a_glance_is_large_and_has_the_next_place_to_itself() -> None:
    reach_trapped = (LONG, LONG, SHORT, SHORT, SHORT, LONG, SHORT, SHORT)
    for keys, now_ms, value in (((HOLD,), 1500, "4"), (reach_trapped, 0, "> 1 <")):
        lines = draw(a_form(*keys), a_status(), now_ms)
        (place,) = [place for place, line in enumerate(lines) if line.large]
        assert (lines[place].text, lines[place + 1].text) == (value, "")


def test_the_age_of_the_position_and_what_waits_stay_in_sight_on_every_screen() -> None:
    for keys in ((SHORT,), (LONG,), menu("hazard"), menu("reports"), menu("node"), (HOLD,)):
        assert shown(a_form(*keys), a_status())[0].endswith("@10ss2|EXERCISE|"), keys
        assert shown(a_form(*keys), a_status(mode="actual"))[0].endswith("@10ss2"), keys
        assert "@--" in shown(a_form(*keys), a_status(fix_age_s=None))[0], keys


def test_new_orders_stand_on_home_until_somebody_reads_them() -> None:
    lines = shown(a_form(), a_status(a_report(12, delivery.READ), unread=2))
    assert lines[3:] == ["|M2 NEW ORDER, TEXT|", "press twice: read"]


def an_alarm(code: int, mode: int, *, heard: bool = False) -> list[str]:
    form = a_form(LONG)
    form.alarm(on=True, sounds=not heard)
    return shown(form, a_status(alarm=AlarmLine(mode=mode, code=code, heard=heard)))


def test_an_alarm_fills_the_screen_and_says_whether_it_is_a_drill() -> None:
    assert an_alarm(0, codes.EXERCISE) == [
        "ALERT  @10ss2|EXERCISE|",
        "|EVACUATE|",
        "",
        "|ONLY A DRILL|",
        "press: I have heard",
    ]
    assert an_alarm(1, codes.TEST)[1:4] == ["|STOP WORK|", "", "|ONLY A TEST|"]


def test_an_alarm_in_earnest_never_carries_the_word_of_the_exercise_it_comes_in() -> None:
    lines = an_alarm(0, codes.ACTUAL)
    assert lines[0] == "ALERT          @10ss2"
    assert lines[3] == "|REAL - NOT A DRILL|"
    assert not [line for line in lines if "EXERCISE" in line]


def test_an_alarm_that_was_heard_stays_on_home_in_inverse() -> None:
    form = a_form()
    for mode, words in ((codes.ACTUAL, "|EVACUATE|"), (codes.EXERCISE, "|EVACUATE     EXERCISE|")):
        status = a_status(warning="warning.flash", alarm=AlarmLine(mode=mode, code=0, heard=True))
        assert shown(form, status)[3] == words


def an_inbox(*keys: str) -> InboxPage:
    page = InboxPage(Letters(), read, lambda _now_ms: NOW_S)  # type: ignore[arg-type]  # a fake
    for key in keys:
        page.press(key)
    return page


def rows(page: InboxPage) -> list[str]:
    return as_text(tuple(page.lines(0)))


def test_the_inbox_shows_what_is_new_what_is_answered_and_how_old_it_is() -> None:
    assert rows(an_inbox()) == [
        "|M search           3m|",
        "A roll call: answe 1h",
        "  Text",
    ]


def test_opening_a_task_says_that_it_was_seen_and_leads_to_its_states() -> None:
    page = an_inbox(LONG)
    assert rows(page)[:2] == ["search #17", "AT ONCE"]
    intent = page.next_intent()
    assert intent is not None and (intent.name, intent.letter) == ("task_status", 7)
    assert intent.values == {"number": 17, "status": 0, "reason": 0}
    page.press(SHORT)
    assert rows(page)[-1] == "#7 14:05"
    page.press(LONG)
    assert rows(page) == ["|accepted|", "under way", "done", "refused"]
    page.press(LONG)
    intent = page.next_intent()
    assert intent is not None and intent.values == {"number": 17, "status": 1, "reason": 0}


def test_a_refused_task_carries_its_reason() -> None:
    page = an_inbox(LONG, LONG, SHORT, SHORT, SHORT, LONG)
    page.next_intent()
    assert rows(page)[0] == "|unsafe|"
    page.press(SHORT)
    page.press(LONG)
    intent = page.next_intent()
    assert intent is not None and intent.values == {"number": 17, "status": 2, "reason": 2}


def test_a_roll_call_is_answered_by_how_the_team_is_and_a_text_by_any_phrase() -> None:
    page = an_inbox(SHORT, LONG, LONG)
    assert page.next_intent() is None, "a roll call is answered by a person"
    assert rows(page)[0] == "|all safe|"
    page.press(LONG)
    intent = page.next_intent()
    assert intent is not None and intent.name == "message"
    assert intent.values == {"phrase": PHRASES.index("all_safe"), "answers": 6}
    assert rows(an_inbox(SHORT, SHORT, LONG, LONG))[0] == "|yes|"
