"""The AXP2101 of T-Beam 1.2 and Supreme: its registers, as in XPowersLib's table of the chip."""

ID = 0x4A
CONVERTER = (0x30, 0x01)  # register and bit that measure the battery's voltage
BATTERY_AT = 0x34

_SWITCHES = 0x90
_FIRST_VOLTAGE = 0x92  # of ALDO1; 0.5 V and 0.1 V per step
_3300_MV = 28
_VOLTAGE_BITS = 0x1F
_RAILS = ("aldo1", "aldo2", "aldo3", "aldo4")


def switched_on(rail: str) -> "tuple[tuple[int, int, int], ...]":
    """Return register, bits to clear and bits to set, in the order that gives 3.3 V on a rail."""
    number = _RAILS.index(rail)
    return (_FIRST_VOLTAGE + number, _VOLTAGE_BITS, _3300_MV), (_SWITCHES, 0, 1 << number)


def switched_off(rail: str) -> "tuple[int, int, int]":
    """Return register, bits to clear and bits to set that take the supply from a rail."""
    return _SWITCHES, 1 << _RAILS.index(rail), 0


def battery_mv(measured: bytes) -> int:
    """Return the battery's voltage: 14 bits of 1 mV."""
    return (measured[0] & 0x3F) << 8 | measured[1]
