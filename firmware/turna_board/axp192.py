"""The AXP192 of T-Beams up to 1.1: its registers, as in XPowersLib's table of the chip."""

ID = 0x03
CONVERTER = (0x82, 0x80)  # register and bit that measure the battery's voltage
BATTERY_AT = 0x78

_SWITCHES = 0x12
_VOLTAGES = 0x28  # LDO2 in the upper half, LDO3 in the lower: 1.8 V and 0.1 V per step
_LDO2, _LDO3 = 0x04, 0x08
_3300_MV = 15


def switched_on(rail: str) -> "tuple[tuple[int, int, int], ...]":
    """Return register, bits to clear and bits to set, in the order that gives 3.3 V on a rail."""
    if rail == "ldo2":
        return (_VOLTAGES, 0xF0, _3300_MV << 4), (_SWITCHES, 0, _LDO2)
    return (_VOLTAGES, 0x0F, _3300_MV), (_SWITCHES, 0, _LDO3)


def switched_off(rail: str) -> "tuple[int, int, int]":
    """Return register, bits to clear and bits to set that take the supply from a rail."""
    return _SWITCHES, _LDO2 if rail == "ldo2" else _LDO3, 0


def battery_mv(measured: bytes) -> int:
    """Return the battery's voltage: 12 bits of 1.1 mV."""
    return (measured[0] << 4 | measured[1] & 0x0F) * 11 // 10
