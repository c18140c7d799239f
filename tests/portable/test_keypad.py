"""The keypad: gestures of one button, as they come from a bouncing switch."""

from turna_handset import keypad
from turna_handset.keypad import Keypad


class Hand:
    """Presses buttons of a keypad and lets its time pass in steps of its own deadlines."""

    def __init__(self) -> None:
        self.keypad = Keypad()
        self.now_ms = 1000
        self.keys: list[str] = []

    def hold(self, duration_ms: int, button: str = "user") -> None:
        self.keypad.edge(button, True, self.now_ms)
        self.wait(duration_ms)
        self.keypad.edge(button, False, self.now_ms)

    def wait(self, duration_ms: int) -> None:
        until_ms = self.now_ms + duration_ms
        while True:
            deadline_ms = self.keypad.deadline_ms()
            if deadline_ms is None or deadline_ms > until_ms:
                break
            self.now_ms = max(self.now_ms, deadline_ms)
            self._take()
        self.now_ms = until_ms
        self._take()

    def _take(self) -> None:
        self.keypad.tick(self.now_ms)
        key = self.keypad.next_key()
        while key is not None:
            self.keys.append(key)
            key = self.keypad.next_key()


def test_a_press_is_a_short_key_once_it_cannot_become_a_double_one() -> None:
    hand = Hand()
    hand.hold(100)
    hand.wait(300)
    assert hand.keys == []
    hand.wait(100)
    assert hand.keys == [keypad.SHORT]


def test_two_quick_presses_are_one_double_key() -> None:
    hand = Hand()
    hand.hold(100)
    hand.wait(200)
    hand.hold(100)
    hand.wait(1000)
    assert hand.keys == [keypad.DOUBLE]


def test_a_second_press_at_the_last_moment_still_makes_a_double_key() -> None:
    hand = Hand()
    hand.hold(100)
    hand.wait(keypad.DOUBLE_WITHIN_MS - 1)
    hand.hold(100)
    hand.wait(1000)
    assert hand.keys == [keypad.DOUBLE]


def test_a_long_press_selects_when_it_is_let_go() -> None:
    hand = Hand()
    hand.hold(800)
    assert hand.keys == [keypad.ARMED]
    hand.wait(50)
    assert hand.keys == [keypad.ARMED, keypad.LONG]


def test_two_seconds_of_holding_are_a_hold_and_select_nothing() -> None:
    hand = Hand()
    hand.hold(2500)
    hand.wait(1000)
    assert hand.keys == [keypad.ARMED, keypad.HOLD]


def test_a_hold_comes_while_the_button_is_still_down() -> None:
    hand = Hand()
    hand.keypad.edge("user", True, hand.now_ms)
    hand.wait(2000)
    assert hand.keys[-1] == keypad.HOLD


def test_a_bouncing_contact_is_one_press() -> None:
    hand = Hand()
    for level in (True, False, True, False, True):
        hand.keypad.edge("user", level, hand.now_ms)
        hand.wait(3)
    hand.wait(700)
    for level in (False, True, False):
        hand.keypad.edge("user", level, hand.now_ms)
        hand.wait(3)
    hand.wait(1000)
    assert hand.keys == [keypad.ARMED, keypad.LONG]


def test_the_direction_buttons_answer_at_once() -> None:
    hand = Hand()
    hand.hold(60, "up")
    hand.hold(60, "down")
    hand.wait(30)
    assert hand.keys == [keypad.UP, keypad.DOWN]


def test_keys_that_nobody_takes_are_bounded_and_counted() -> None:
    pad = Keypad()
    for press in range(keypad.MAX_WAITING_KEYS + 3):
        pad.edge("up", True, press * 100)
        pad.edge("up", False, press * 100 + 50)
    pad.tick(100000)
    assert pad.keys_dropped == 3
