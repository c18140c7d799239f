"""The registers by which the power chips of T-Beams give 3.3 V and tell the battery's voltage."""

from turna_board import axp192, axp2101


def test_a_rail_gets_its_voltage_before_it_is_switched_on() -> None:
    assert axp192.switched_on("ldo2") == ((0x28, 0xF0, 0xF0), (0x12, 0, 0x04))
    assert axp192.switched_on("ldo3") == ((0x28, 0x0F, 0x0F), (0x12, 0, 0x08))
    assert axp2101.switched_on("aldo2") == ((0x93, 0x1F, 28), (0x90, 0, 0x02))
    assert axp2101.switched_on("aldo4") == ((0x95, 0x1F, 28), (0x90, 0, 0x08))


def test_nothing_but_the_rail_that_is_meant_is_changed() -> None:
    for rail in ("ldo2", "ldo3"):
        for _register, clear, bits in axp192.switched_on(rail):
            assert clear in (0, bits)
    for rail in ("aldo1", "aldo2", "aldo3", "aldo4"):
        (_, _, _), (_, clear, bits) = axp2101.switched_on(rail)
        assert (clear, bits & (bits - 1)) == (0, 0)


def test_the_battery_is_in_steps_of_each_chip() -> None:
    assert axp192.battery_mv(bytes((0xDD, 0x09))) == 3_899
    assert axp2101.battery_mv(bytes((0x4F, 0x3C))) == 3_900
