"""The power chips of T-Beams: rails that feed, and the wrong things that can be done to them."""

from turna_simulation.chips.axp import AXP192, AXP2101, Axp, Kind


class Board:
    """A power chip with a radio on one rail."""

    def __init__(self, kind: Kind, rail: str) -> None:
        self.faults: list[str] = []
        self.radio_fed = False
        self.chip = Axp(kind, self.faults.append, lambda: 3_900)
        self.chip.feed(rail, self._feed)
        self.chip.power(on=True)

    def write(self, register: int, value: int) -> None:
        self.chip.write(bytes((register, value)))

    def read(self, register: int, count: int = 1) -> bytes:
        self.chip.write(bytes((register,)))
        return self.chip.read(count)

    def _feed(self, on: bool) -> None:
        self.radio_fed = on


def test_each_says_who_it_is() -> None:
    assert Board(AXP192, "ldo2").read(0x03) == b"\x03"
    assert Board(AXP2101, "aldo2").read(0x03) == b"\x4a"


def test_a_rail_feeds_once_it_is_on_and_high_enough() -> None:
    old, new = Board(AXP192, "ldo2"), Board(AXP2101, "aldo2")
    old.write(0x12, 0x07)
    new.write(0x90, 0x02)
    assert (old.radio_fed, new.radio_fed) == (False, False)  # 1.8 V are not enough
    old.write(0x28, 0xF0)
    new.write(0x93, 28)
    assert (old.radio_fed, new.radio_fed) == (True, True)


def test_power_lost_is_settings_lost() -> None:
    board = Board(AXP2101, "aldo2")
    board.write(0x93, 28)
    board.write(0x90, 0x02)
    board.chip.power(on=False)
    assert not board.radio_fed
    assert not board.chip.acknowledges(0x34)
    board.chip.power(on=True)
    assert not board.radio_fed


def test_who_switches_off_the_rail_of_the_bus_hears_no_more() -> None:
    board = Board(AXP192, "ldo2")
    assert board.chip.acknowledges(0x34)
    board.write(0x12, 0x02)
    assert not board.chip.acknowledges(0x34)


def test_the_battery_is_measured_once_the_converter_is_on() -> None:
    old, new = Board(AXP192, "ldo2"), Board(AXP2101, "aldo2")
    assert old.read(0x78, 2) == new.read(0x34, 2) == bytes(2)
    old.write(0x82, 0x83)
    new.write(0x30, 0x01)
    high, low = old.read(0x78, 2)
    assert (high << 4 | low) * 11 // 10 in range(3_895, 3_901)
    assert int.from_bytes(new.read(0x34, 2)) == 3_900


def test_unknown_registers_are_faults() -> None:
    board = Board(AXP192, "ldo2")
    board.write(0x99, 1)
    assert board.faults == ["AXP register 0x99 written"]
