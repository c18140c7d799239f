"""The SH1106 and SH1107 displays: what is to be seen, and what comes of the wrong commands."""

from random import Random

import pytest

from turna_simulation.chips.sh110x import SH1106, SH1107, Kind, Sh110x

SETUP = (0xAE, 0xA8, 0x3F, 0xAD, 0x8B, 0xA1, 0xC8)
DOT = (0xB0 | 3, 0x05, 0x10)  # page 3, column 5


def made(kind: Kind) -> tuple[Sh110x, list[str]]:
    faults: list[str] = []
    oled = Sh110x(kind, Random(1), faults.append)
    oled.power(on=True)
    command(oled, *SETUP)
    for page in range(8):
        command(oled, 0xB0 | page, 0x00, 0x10)
        oled.write(b"\x40" + bytes(kind.columns))
    command(oled, 0xAF)
    return oled, faults


def command(oled: Sh110x, *codes: int) -> None:
    oled.write(b"\x00" + bytes(codes))


@pytest.mark.parametrize(("kind", "x"), [(SH1106, 3), (SH1107, 5)])
def test_a_dot_appears_where_it_was_written_less_the_columns_beside_the_glass(
    kind: Kind, x: int
) -> None:
    oled, faults = made(kind)
    command(oled, *DOT)
    oled.write(b"\x40\x01")

    assert oled.screen.lit(x, 24)
    assert sum(oled.screen.pixels) == 1
    assert faults == []


@pytest.mark.parametrize("kind", [SH1106, SH1107])
def test_without_converter_or_supply_all_is_dark(kind: Kind) -> None:
    oled, _ = made(kind)
    command(oled, *DOT)
    oled.write(b"\x40\x01")
    command(oled, 0xAD, 0x8A)
    assert sum(oled.screen.pixels) == 0
    command(oled, 0xAD, 0x8B)
    assert sum(oled.screen.pixels) == 1
    oled.power(on=False)
    assert sum(oled.screen.pixels) == 0
    assert not oled.acknowledges(0x3C)


@pytest.mark.parametrize("kind", [SH1106, SH1107])
@pytest.mark.parametrize("code", [0x8D, 0x21, 0x22])
def test_commands_of_the_ssd1306_are_faults(kind: Kind, code: int) -> None:
    oled, faults = made(kind)
    command(oled, code)
    assert faults == [f"{kind.name} command {code:#04x}"]


def test_more_than_a_page_does_not_flow_into_the_next() -> None:
    oled, faults = made(SH1107)
    command(oled, 0xB0, 0x00, 0x10)
    oled.write(b"\x40" + bytes(129))
    assert faults == ["SH1107 written beyond its last column"]
