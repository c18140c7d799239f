"""The screens as text, line by line; what stands in inverse is between the bars |...|."""

from turna_handset import display, font_large, keypad
from turna_handset.display import COLUMNS, ReportLine, Status, draw, draw_unprovisioned
from turna_handset.font import HEIGHT, SIGNS, WIDTH, characters, glyph
from turna_handset.form import Form
from turna_protocol import delivery
from turna_protocol import text as page

SHORT, LONG, HOLD = keypad.SHORT, keypad.LONG, keypad.HOLD
# The signs of delivery, as letters a test can show.
LETTERS = "sGSRA!"


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
        node=("Device 7", "Region COMMON433", "Heard 12", "Sent 3", "Refused 0", "Memory 45 KB"),
    )


def shown(form: Form, status: Status, now_ms: int = 0) -> list[str]:
    reports = [a_report(12, delivery.AT_GATEWAY), a_report(9, delivery.READ, "sos")]
    return as_text(
        draw(form, status, lambda row: reports[row] if row < len(reports) else None, now_ms)
    )


def as_text(lines: tuple[display.Line, ...]) -> list[str]:
    return [_as_text(line) for line in lines]


def _as_text(line: display.Line) -> str:
    text = line.text
    for sign, letter in zip(SIGNS, LETTERS):
        text = text.replace(sign, letter)
    if line.inverse_from >= COLUMNS:
        return text.rstrip()
    return text[: line.inverse_from] + "|" + text[line.inverse_from :].rstrip() + "|"


def a_form(*keys: str) -> Form:
    form = Form(lambda: 2, node_lines=6)
    for key in keys:
        form.press(key, 0)
    return form


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


def test_a_warning_stands_on_home_in_inverse_and_the_last_state_stays() -> None:
    lines = shown(a_form(), a_status(a_report(12, delivery.SAVED), warning="warning.flash"))
    assert lines[3:] == ["|MEMORY FULL|", "saved here"]


def test_an_actual_operation_shows_no_exercise() -> None:
    assert shown(a_form(), a_status(mode="actual"))[0] == "TR-USAR-1"


def test_every_screen_says_exercise() -> None:
    walks = (
        (),
        (SHORT,),
        (LONG,),
        (LONG, LONG),
        (LONG, LONG, SHORT, SHORT, LONG),
        (LONG, LONG) + (SHORT,) * 5 + (LONG,),
        (LONG, LONG) + (SHORT,) * 6 + (LONG,),
        (LONG, LONG) + (SHORT,) * 6 + (LONG, SHORT, LONG),
        (SHORT, SHORT, LONG),
        (SHORT, SHORT, LONG, LONG),
        (SHORT, SHORT, SHORT, SHORT, LONG),
        (HOLD,),
    )
    for keys in walks:
        assert shown(a_form(*keys), a_status())[0].endswith("|EXERCISE|"), keys


def test_the_menu_marks_the_chosen_line() -> None:
    assert shown(a_form(SHORT, SHORT), a_status()) == [
        "Menu         |EXERCISE|",
        "New SITREP",
        "|My reports|",
        "Send position",
        "This handset",
    ]


def test_the_status_list_rolls_with_the_cursor() -> None:
    assert shown(a_form(LONG, SHORT, SHORT, SHORT), a_status()) == [
        "Team status  |EXERCISE|",
        "available",
        "|resting|",
        "unknown",
        "monitoring",
    ]


def test_the_summary_shows_what_was_entered() -> None:
    form = a_form(LONG, LONG, SHORT, SHORT, LONG, SHORT, SHORT, SHORT, LONG, LONG, LONG, LONG, LONG)
    assert shown(form, a_status()) == [
        "SITREP       |EXERCISE|",
        "Status        on site",
        "|Casualties  2/?/?/?/?|",
        "Trapped             ?",
        "Rescued             ?",
    ]


def test_a_count_is_asked_in_large_words() -> None:
    assert shown(a_form(LONG, LONG, SHORT, SHORT, SHORT, LONG), a_status()) == [
        "SITREP       |EXERCISE|",
        "TRAPPED",
        "|> unknown <|",
        "",
        "press +  long: OK",
    ]


def test_marked_hazards_carry_a_star() -> None:
    form = a_form(LONG, LONG, *[SHORT] * 5, LONG, SHORT, LONG)
    assert shown(form, a_status()) == [
        "Hazards      |EXERCISE|",
        "Done",
        "|* gas|",
        "  electricity",
        "  fire",
    ]


def test_a_need_shows_its_quantity() -> None:
    form = a_form(LONG, LONG, *[SHORT] * 6, LONG, SHORT, LONG, SHORT, SHORT, LONG)
    assert shown(form, a_status())[2] == "|* water             5|"


def test_the_report_list_shows_each_report_with_its_sign() -> None:
    assert shown(a_form(SHORT, SHORT, LONG), a_status()) == [
        "Reports 2    |EXERCISE|",
        "|G SITREP #12       3m|",
        "R SOS #9           3m",
        "",
        "",
    ]


def test_a_report_in_detail_says_who_holds_it() -> None:
    assert shown(a_form(SHORT, SHORT, LONG, SHORT, LONG), a_status()) == [
        "2/2          |EXERCISE|",
        "R SOS #9",
        "read by a person",
        "saved 14:32   sent 2x",
        "long: back",
    ]


def test_the_countdown_to_an_sos_says_how_to_cancel_it() -> None:
    assert shown(a_form(HOLD), a_status(), now_ms=1500) == [
        "SOS          |EXERCISE|",
        "|SOS in 4 s|",
        "4",
        "",
        "Press to cancel",
    ]


def test_an_sos_shows_whether_anybody_has_heard_it() -> None:
    form = a_form(HOLD)
    form.tick(5000)
    sent = shown(form, a_status(sos=a_report(13, delivery.SAVED, "sos")))
    assert sent[1:] == ["|SOS is being sent|", "s #13 sent 2x", "saved here", "long: cancel SOS"]
    held = shown(form, a_status(sos=a_report(13, delivery.READ, "sos")))
    assert held[1:] == ["|SOS was heard|", "R #13 sent 2x", "read by a person", "long: cancel SOS"]


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
        node=("x" * 40,),
    )
    for line in draw(a_form(), status, lambda _: None, 0):
        assert len(line.text) <= COLUMNS, line


def test_every_glyph_is_its_own_within_a_script() -> None:
    latin = [letter for letter in characters() if not is_cyrillic(letter)]
    cyrillic = [letter for letter in characters() if is_cyrillic(letter)]
    for script in (latin, cyrillic):
        drawn: dict[bytes, str] = {}
        for character in script:
            rows = glyph(character)
            assert len(rows) == HEIGHT
            assert not [row for row in rows if row & (1 << 8 - WIDTH) - 1]
            assert rows not in drawn, (character, drawn.get(rows))
            drawn[rows] = character


def test_what_is_read_at_a_glance_is_large_and_has_the_next_place_to_itself() -> None:
    reach_trapped = (LONG, LONG, SHORT, SHORT, SHORT, LONG, SHORT, SHORT)
    for keys, now_ms, value in (((HOLD,), 1500, "4"), (reach_trapped, 0, "> 1 <")):
        lines = draw(a_form(*keys), a_status(), lambda _: None, now_ms)
        (place,) = [place for place, line in enumerate(lines) if line.large]
        assert (lines[place].text, lines[place + 1].text) == (value, "")


def test_large_letters_are_the_small_ones_in_other_pixels() -> None:
    assert font_large.characters() == characters()[: -len(SIGNS)]
    for letter in "09AĞЙңʻ":
        rows = font_large.glyph(letter)
        assert len(rows) == 2 * font_large.HEIGHT
        assert any(rows), letter
        for row in range(font_large.HEIGHT):
            assert rows[2 * row + 1] & 0x3F == 0, letter


def test_no_letter_is_blank_or_a_question_mark() -> None:
    for character in page.LETTERS:
        assert any(glyph(character)), character
        assert glyph(character) != glyph("?"), character


def is_cyrillic(letter: str) -> bool:
    return 0x400 <= ord(letter) < 0x500


def test_an_unknown_letter_is_drawn_as_a_question_mark() -> None:
    assert glyph("\u4e16") == glyph("?")
