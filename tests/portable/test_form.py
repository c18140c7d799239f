"""The form: what a rescuer can do with one button, and in how many presses."""

from tests.portable.form_bench import (
    DOUBLE,
    LONG,
    SHORT,
    Pages,
    actions,
    menu,
    new_form,
    press,
    sent,
    sheet_of,
)

from turna_handset import form as screens
from turna_handset import intents, keypad
from turna_handset.form import Form
from turna_handset.lists import Reports
from turna_handset.sheet import LIST, NUMBER, ROWS
from turna_handset.sheets import STATUSES_FIRST
from turna_protocol import codes, report_codes

TYPE_CHECKING = False


def test_three_presses_send_a_sitrep_with_the_last_status() -> None:
    form = new_form()
    press(form, LONG, LONG, LONG)
    name, values = sent(form)
    assert (name, list(values)) == ("sitrep", ["team_status"])
    assert values["team_status"] == codes.TEAM_STATUSES.index("on_site")
    assert form.screen == screens.HOME


def test_six_presses_send_a_sitrep_with_any_of_the_four_commonest_statuses() -> None:
    for shorts, name in enumerate(STATUSES_FIRST):
        form = new_form()
        keys = [LONG] + [SHORT] * shorts + [LONG, LONG]
        assert len(keys) <= 6
        press(form, *keys)
        assert sent(form)[1]["team_status"] == codes.TEAM_STATUSES.index(name)


def test_the_status_list_begins_at_the_status_sent_last() -> None:
    form = new_form()
    press(form, LONG, SHORT, LONG, LONG)
    form.next_intent()
    press(form, LONG, LONG, LONG)
    assert sent(form)[1]["team_status"] == codes.TEAM_STATUSES.index("moving_to_task")


def test_every_status_can_be_chosen() -> None:
    seen = set()
    for shorts in range(len(codes.TEAM_STATUSES)):
        form = new_form()
        press(form, LONG, *[SHORT] * shorts)
        press(form, LONG, LONG)
        seen.add(sent(form)[1]["team_status"])
    assert seen == set(range(len(codes.TEAM_STATUSES)))


def test_casualties_are_asked_one_after_the_other_and_unknown_is_not_none() -> None:
    form = new_form()
    press(form, LONG, LONG, SHORT, SHORT, LONG)  # the casualties line
    sheet = sheet_of(form)
    assert sheet.at == NUMBER and sheet.value is None
    press(form, LONG)  # immediate: unknown
    press(form, SHORT, LONG)  # delayed: 0
    press(form, SHORT, SHORT, SHORT, LONG)  # minor: 2
    press(form, LONG, LONG)
    assert sheet.at == ROWS
    assert sheet.values["casualties"] == (None, 0, 2, None, None)


def test_direction_buttons_count_up_and_down() -> None:
    form = new_form()
    press(form, LONG, LONG, keypad.DOWN, keypad.DOWN, keypad.DOWN, LONG)
    press(form, *[keypad.UP] * 5)
    press(form, keypad.DOWN, LONG)
    assert sheet_of(form).values["trapped"] == 3


def test_going_back_from_a_count_leaves_it_as_it_was() -> None:
    form = new_form()
    press(form, LONG, LONG, SHORT, SHORT, SHORT, LONG, SHORT, SHORT, DOUBLE)
    assert sheet_of(form).at == ROWS
    assert "trapped" not in sheet_of(form).values


def test_hazards_are_marked_and_unmarked() -> None:
    form = new_form()
    press(form, LONG, LONG, *[SHORT] * 5, LONG)
    sheet = sheet_of(form)
    assert sheet.at == LIST
    press(form, SHORT, LONG, SHORT, SHORT, LONG, DOUBLE)
    gas, fire = codes.HAZARDS.index("gas"), codes.HAZARDS.index("fire")
    assert sheet.values.get("hazards") == (gas, fire)
    press(form, LONG, SHORT, LONG, DOUBLE)
    assert sheet.values.get("hazards") == (fire,)


def test_needs_carry_quantities_and_can_be_taken_back() -> None:
    form = new_form()
    press(form, LONG, LONG, *[SHORT] * 6, LONG)
    sheet = sheet_of(form)
    press(form, SHORT, LONG, SHORT, SHORT, LONG)  # water: 1, 2, 5
    assert sheet.values["needs"] == {0: 5}
    press(form, LONG, keypad.DOWN, keypad.DOWN, keypad.DOWN, LONG)
    assert sheet.values["needs"] == {}


def test_an_abandoned_report_goes_home_and_keeps_what_was_entered() -> None:
    form = new_form()
    press(form, LONG, SHORT, LONG, now_ms=1000)
    form.tick(1000 + screens.IDLE_MS)
    assert form.screen == screens.HOME
    press(form, LONG, LONG, LONG)
    assert sent(form)[1]["team_status"] == codes.TEAM_STATUSES.index("moving_to_task")


def test_a_hazard_is_sent_in_five_presses_from_the_menu() -> None:
    form = new_form()
    menu(form, "hazard")
    press(form, SHORT, LONG, LONG)  # electricity, then send
    assert sent(form) == ("hazard", {"hazard": codes.HAZARDS.index("electricity")})


def test_what_has_to_be_filled_in_is_asked_before_anything_is_sent() -> None:
    for name in ("message", "hazard", "worksite_triage", "needs", "medevac", "victim"):
        form = new_form()
        menu(form, name)
        assert sheet_of(form).at != ROWS, name
        press(form, DOUBLE)
        assert form.screen == screens.HOME and actions(form) == [], name


def test_a_worksite_is_named_digit_by_digit_and_remembered_for_the_next_report() -> None:
    form = new_form()
    menu(form, "worksite_triage")
    press(form, LONG, LONG, SHORT, SHORT, SHORT, LONG, SHORT, LONG)  # 0031
    press(form, SHORT, SHORT, LONG, SHORT, SHORT, LONG)  # alive: 1
    press(form, SHORT, LONG)  # under 12 h: yes
    press(form, *[SHORT] * 4)
    press(form, LONG)
    name, values = sent(form)
    assert (name, values) == ("worksite_triage", {"worksite": 31, "live": 1, "under_12h": True})
    menu(form, "victim")
    assert sheet_of(form).values == {"worksite": 31}


def test_a_worksite_without_a_number_is_asked_for_again() -> None:
    form = new_form()
    menu(form, "worksite_triage")
    press(form, LONG, LONG, LONG, LONG)
    assert sheet_of(form).at == NUMBER


def test_a_canned_text_is_chosen_and_confirmed() -> None:
    form = new_form()
    menu(form, "message")
    press(form, LONG)  # the first that a team says of its own accord
    assert actions(form) == []
    press(form, LONG)
    assert sent(form) == ("message", {"phrase": report_codes.PHRASES.index("arrived")})


def test_no_team_can_say_what_only_comes_down() -> None:
    form = new_form()
    menu(form, "message")
    seen = set()
    for _ in range(2 * len(report_codes.PHRASES)):
        press(form, LONG)
        seen.add(sheet_of(form).values["phrase"])
        press(form, SHORT, LONG, SHORT)
    assert seen == set(range(1, report_codes.PHRASES.index("roll_call")))


def test_needs_and_medevac_are_filled_in_alike() -> None:
    form = new_form()
    menu(form, "needs")
    press(form, SHORT, LONG, LONG, DOUBLE, LONG)
    assert sent(form) == ("needs", {"needs": {0: 1}})
    menu(form, "medevac")
    press(form, SHORT, LONG, SHORT, SHORT, LONG, SHORT, SHORT, LONG, LONG, LONG, LONG)
    sheet = sheet_of(form)
    assert sheet.values == {"precedence": 1, "patients": (1, None, None, None)}


def test_a_double_press_reads_what_nobody_has_read() -> None:
    pages = Pages(reports=1)
    form = Form(pages)
    form.unread = True
    press(form, DOUBLE)
    assert pages.opened == screens.INBOX


def test_the_menu_leads_everywhere_and_back() -> None:
    for name in screens.MENU_LINES:
        form = new_form()
        menu(form, name)
        leads_to = {"position": screens.HOME, "back": screens.HOME, "phone": screens.PHONE}
        assert form.screen == leads_to.get(name, screens.PAGE), name
        if name == "position":
            assert actions(form) == [intents.SEND_POSITION]


def test_the_page_for_a_phone_stays_open_until_a_key_closes_it() -> None:
    form = new_form()
    menu(form, "phone")
    assert actions(form) == [intents.OPEN_PHONE]
    form.tick(10 * screens.IDLE_MS)
    assert form.screen == screens.PHONE
    press(form, SHORT, now_ms=10 * screens.IDLE_MS)
    assert (form.screen, actions(form)) == (screens.HOME, [intents.CLOSE_PHONE])


def test_a_page_that_closes_by_itself_leaves_other_screens_alone() -> None:
    form = new_form()
    menu(form, "phone")
    form.leave_phone()
    assert form.screen == screens.HOME
    press(form, SHORT)
    form.leave_phone()
    assert form.screen == screens.MENU


def test_a_way_of_saving_power_is_chosen_from_a_list() -> None:
    form = new_form()
    menu(form, "power")
    press(form, SHORT, SHORT, SHORT, LONG)
    intent = form.next_intent()
    assert intent is not None
    assert (intent.action, intent.name) == (intents.SAVE_POWER, "poll")


def test_reports_are_walked_through_newest_first() -> None:
    form = new_form(reports=3)
    menu(form, "reports")
    page = form.page
    assert isinstance(page, Reports)
    press(form, SHORT, LONG)
    assert page.opened and page.cursor == 1
    press(form, SHORT, SHORT)
    assert page.cursor == 0
    press(form, LONG)
    assert not page.opened


def test_any_sequence_of_keys_leaves_the_form_alive() -> None:
    form = new_form(reports=2)
    keys = (SHORT, LONG, DOUBLE, keypad.UP, keypad.DOWN, keypad.ARMED, LONG, SHORT, keypad.HOLD)
    state = 12345
    for step in range(3000):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        form.press(keys[(state >> 8) % len(keys)], step * 500)
        form.tick(step * 500)
        if state >> 16 & 0xFF == 0:
            form.alarm(on=bool(state >> 24 & 1), sounds=bool(state >> 25 & 1))
        if form.page is not None:
            assert form.page.title and form.page.lines(step * 500)
        while form.next_intent() is not None:
            pass
    assert form.screen
