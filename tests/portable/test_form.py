"""The form: what a rescuer can do with one button, and in how many presses."""

from turna_handset import form as screens
from turna_handset import keypad
from turna_handset.form import Form
from turna_protocol import codes

SHORT, LONG, DOUBLE = keypad.SHORT, keypad.LONG, keypad.DOUBLE


def new_form(reports: int = 0) -> Form:
    return Form(lambda: reports, node_lines=6)


def press(form: Form, *keys: str, now_ms: int = 0) -> None:
    for key in keys:
        form.press(key, now_ms)


def actions(form: Form) -> list[str]:
    found = []
    intent = form.next_intent()
    while intent is not None:
        found.append(intent.action)
        intent = form.next_intent()
    return found


def test_three_presses_send_a_sitrep_with_the_last_status() -> None:
    form = new_form()
    press(form, LONG, LONG, LONG)
    intent = form.next_intent()
    assert intent is not None and intent.draft is not None
    assert intent.action == screens.SEND_SITREP
    assert codes.TEAM_STATUSES[intent.draft.team_status] == "on_site"
    assert intent.draft.counts == {}
    assert form.screen == screens.HOME


def test_six_presses_send_a_sitrep_with_any_of_the_four_commonest_statuses() -> None:
    for shorts, name in enumerate(screens.STATUS_ORDER_FIRST):
        form = new_form()
        keys = [LONG] + [SHORT] * shorts + [LONG, LONG]
        assert len(keys) <= 6
        press(form, *keys)
        intent = form.next_intent()
        assert intent is not None and intent.draft is not None
        assert codes.TEAM_STATUSES[intent.draft.team_status] == name


def test_the_status_list_begins_at_the_status_sent_last() -> None:
    form = new_form()
    press(form, LONG, SHORT, LONG, LONG)
    form.next_intent()
    press(form, LONG)
    assert form.statuses[form.cursor] == codes.TEAM_STATUSES.index("moving_to_task")


def test_every_status_can_be_chosen() -> None:
    form = new_form()
    press(form, LONG)
    seen = set()
    for _ in codes.TEAM_STATUSES:
        seen.add(form.statuses[form.cursor])
        press(form, SHORT)
    assert seen == set(range(len(codes.TEAM_STATUSES)))


def test_casualties_are_asked_one_after_the_other_and_unknown_is_not_none() -> None:
    form = new_form()
    press(form, LONG, LONG, SHORT, SHORT, LONG)  # the casualties line
    assert form.screen == screens.COUNT and form.value is None
    press(form, LONG)  # immediate: unknown
    press(form, SHORT, LONG)  # delayed: 0
    press(form, SHORT, SHORT, SHORT, LONG)  # minor: 2
    press(form, LONG, LONG)
    assert form.screen == screens.SUMMARY
    assert form.draft is not None
    assert form.draft.counts == {"delayed": 0, "minor": 2}


def test_direction_buttons_count_up_and_down() -> None:
    form = new_form()
    press(form, LONG, LONG, keypad.DOWN, keypad.DOWN, keypad.DOWN, LONG)
    assert form.fields == ("trapped",)
    press(form, *[keypad.UP] * 5)
    press(form, keypad.DOWN, LONG)
    assert form.draft is not None and form.draft.counts == {"trapped": 3}


def test_going_back_from_a_count_leaves_it_as_it_was() -> None:
    form = new_form()
    press(form, LONG, LONG, SHORT, SHORT, SHORT, LONG, SHORT, SHORT, DOUBLE)
    assert form.screen == screens.SUMMARY
    assert form.draft is not None and form.draft.counts == {}


def test_hazards_are_marked_and_unmarked() -> None:
    form = new_form()
    press(form, LONG, LONG, *[SHORT] * 5, LONG)
    assert form.screen == screens.HAZARDS
    press(form, SHORT, LONG, SHORT, SHORT, LONG, DOUBLE)
    assert form.draft is not None
    assert [codes.HAZARDS[code] for code in form.draft.hazards] == ["gas", "fire"]
    press(form, LONG, SHORT, LONG, DOUBLE)
    assert [codes.HAZARDS[code] for code in form.draft.hazards] == ["fire"]


def test_needs_carry_quantities_and_can_be_taken_back() -> None:
    form = new_form()
    press(form, LONG, LONG, *[SHORT] * 6, LONG)
    assert form.screen == screens.NEEDS
    press(form, SHORT, LONG, SHORT, SHORT, LONG)  # water: 1, 2, 5
    assert form.draft is not None and form.draft.needs == {0: 5}
    press(form, LONG, keypad.DOWN, keypad.DOWN, keypad.DOWN, LONG)
    assert form.draft.needs == {}


def test_an_abandoned_report_goes_home_and_keeps_what_was_entered() -> None:
    form = new_form()
    press(form, LONG, SHORT, LONG, now_ms=1000)
    form.tick(1000 + screens.IDLE_MS)
    assert form.screen == screens.HOME
    assert form.draft is not None
    assert codes.TEAM_STATUSES[form.draft.team_status] == "moving_to_task"


def test_holding_on_any_screen_begins_a_countdown_and_then_declares() -> None:
    for keys in ((), (SHORT,), (LONG,), (LONG, LONG), (LONG, LONG, SHORT, SHORT, LONG)):
        form = new_form()
        press(form, *keys)
        press(form, keypad.ARMED, keypad.HOLD, now_ms=10_000)
        assert form.screen == screens.SOS_COUNTDOWN
        assert form.countdown_s(10_000) == 5
        form.tick(14_999)
        assert actions(form) == []
        form.tick(15_000)
        assert actions(form) == [screens.DECLARE_SOS]
        assert form.screen == screens.SOS


def test_any_press_during_the_countdown_cancels_it() -> None:
    for key in (SHORT, LONG, DOUBLE, keypad.UP, keypad.DOWN):
        form = new_form()
        press(form, keypad.HOLD, now_ms=10_000)
        press(form, key, now_ms=12_000)
        form.tick(60_000)
        assert actions(form) == []
        assert form.screen == screens.HOME and not form.sos_active


def test_an_active_sos_is_cancelled_only_by_two_long_presses() -> None:
    form = new_form()
    press(form, keypad.HOLD, now_ms=0)
    form.tick(5000)
    actions(form)
    press(form, LONG, SHORT)
    assert actions(form) == [] and form.sos_active
    press(form, LONG, LONG)
    assert actions(form) == [screens.CANCEL_SOS]
    assert not form.sos_active


def test_an_sos_that_could_not_be_saved_is_not_shown_as_sent() -> None:
    form = new_form()
    press(form, keypad.HOLD, now_ms=0)
    form.tick(5000)
    form.fail_sos()
    assert form.screen == screens.HOME and not form.sos_active


def test_holding_again_while_an_sos_is_active_shows_it_and_declares_no_second_one() -> None:
    form = new_form()
    press(form, keypad.HOLD, now_ms=0)
    form.tick(5000)
    actions(form)
    press(form, DOUBLE, keypad.HOLD, now_ms=6000)
    form.tick(60_000)
    assert form.screen == screens.SOS
    assert actions(form) == []


def test_the_menu_leads_everywhere_and_back() -> None:
    for line, screen in enumerate(
        (
            screens.STATUS,
            screens.REPORTS,
            screens.HOME,
            screens.NODE,
            screens.LANGUAGE,
            screens.HOME,
        )
    ):
        form = new_form()
        press(form, SHORT)
        press(form, *[SHORT] * line)
        press(form, LONG)
        assert form.screen == screen


def test_reports_are_walked_through_newest_first() -> None:
    form = new_form(reports=3)
    press(form, SHORT, SHORT, LONG, SHORT, LONG)
    assert (form.screen, form.cursor) == (screens.REPORT, 1)
    press(form, SHORT, SHORT)
    assert form.cursor == 0
    press(form, LONG)
    assert form.screen == screens.REPORTS


def test_any_sequence_of_keys_leaves_the_form_alive() -> None:
    form = new_form(reports=2)
    keys = (SHORT, LONG, DOUBLE, keypad.UP, keypad.DOWN, keypad.ARMED, LONG, SHORT, keypad.HOLD)
    state = 12345
    for step in range(3000):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        form.press(keys[(state >> 8) % len(keys)], step * 500)
        form.tick(step * 500)
        while form.next_intent() is not None:
            pass
    assert form.screen
