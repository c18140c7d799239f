"""The form when it matters most: an SOS declared, cancelled and updated; an alarm heard."""

from tests.portable.form_bench import DOUBLE, LONG, SHORT, actions, new_form, press

from turna_handset import form as screens
from turna_handset import intents, keypad
from turna_handset.form import Form
from turna_protocol import codes

TYPE_CHECKING = False


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
        assert actions(form) == [intents.DECLARE_SOS]
        assert form.screen == screens.SOS


def test_any_press_during_the_countdown_cancels_it() -> None:
    for key in (SHORT, LONG, DOUBLE, keypad.UP, keypad.DOWN):
        form = new_form()
        press(form, keypad.HOLD, now_ms=10_000)
        press(form, key, now_ms=12_000)
        form.tick(60_000)
        assert actions(form) == []
        assert form.screen == screens.HOME and not form.sos_active


def in_distress() -> Form:
    form = new_form()
    press(form, keypad.HOLD, now_ms=0)
    form.tick(5000)
    actions(form)
    return form


def test_an_active_sos_is_cancelled_only_by_two_long_presses() -> None:
    form = in_distress()
    press(form, LONG, SHORT)
    assert actions(form) == [] and form.sos_active
    press(form, LONG, LONG)
    assert actions(form) == [intents.CANCEL_SOS]
    assert not form.sos_active


def test_an_active_sos_is_updated_with_what_happened_and_to_how_many() -> None:
    form = in_distress()
    press(form, SHORT)  # what
    press(form, SHORT, SHORT, LONG)  # medical
    press(form, SHORT, SHORT, LONG, SHORT, SHORT, SHORT, LONG)  # two people
    press(form, SHORT, LONG)  # from people on to the first line: send
    intent = form.next_intent()
    assert intent is not None and intent.action == intents.UPDATE_SOS
    assert intent.values == {"kind": codes.SOS_KINDS.index("medical"), "people": 2}
    assert form.screen == screens.SOS and form.sos_active


def test_an_sos_that_could_not_be_saved_is_not_shown_as_sent() -> None:
    form = new_form()
    press(form, keypad.HOLD, now_ms=0)
    form.tick(5000)
    form.fail_sos()
    assert form.screen == screens.HOME and not form.sos_active


def test_holding_again_while_an_sos_is_active_shows_it_and_declares_no_second_one() -> None:
    form = in_distress()
    press(form, DOUBLE, keypad.HOLD, now_ms=6000)
    form.tick(60_000)
    assert form.screen == screens.SOS
    assert actions(form) == []


def test_an_active_sos_comes_back_to_the_screen_when_nobody_touches_a_key() -> None:
    form = in_distress()
    press(form, DOUBLE, SHORT, now_ms=6000)
    assert form.screen == screens.MENU
    form.tick(6000 + screens.IDLE_MS)
    assert form.screen == screens.SOS


def test_an_alarm_covers_every_screen_and_the_first_key_means_heard() -> None:
    for keys in ((), (SHORT,), (LONG, LONG)):
        form = new_form()
        press(form, *keys)
        form.alarm(on=True, sounds=True)
        assert form.screen == screens.ALARM
        press(form, LONG)
        assert actions(form) == [intents.HEAR_ALARM]
        assert form.screen == screens.ALARM, "silenced, but shown"
        press(form, SHORT, now_ms=1000)
        assert form.screen == screens.HOME, "who has to do something can"
        form.tick(1000 + screens.IDLE_MS)
        assert form.screen == screens.ALARM, "until it is ended"
        form.alarm(on=False, sounds=False)
        assert form.screen == screens.HOME


def test_an_sos_can_be_declared_while_an_alarm_sounds() -> None:
    form = new_form()
    form.alarm(on=True, sounds=True)
    press(form, keypad.HOLD, now_ms=0)
    form.tick(5000)
    assert actions(form) == [intents.DECLARE_SOS]
    assert form.screen == screens.SOS


def test_an_alarm_does_not_stop_a_countdown() -> None:
    form = new_form()
    press(form, keypad.HOLD, now_ms=0)
    form.alarm(on=True, sounds=True)
    form.tick(5000)
    assert actions(form) == [intents.DECLARE_SOS]
