"""Power management chips of T-Beams: AXP192 and AXP2101 on I2C, with rails that feed other chips.

They keep their settings while the microcontroller resets, and lose them with the supply.  Registers
as in XPowersLib's tables of both chips.
"""

from collections.abc import Callable
from typing import ClassVar

MAX_HZ = 400_000
_ADDRESS = 0x34
_ID_AT = 0x03
_ENOUGH_MILLIVOLTS = 3000  # radio and GNSS modules of these boards want 3.3 V

Switch = Callable[[bool], None]


class _Axp:
    """Registers, rails and I2C of either chip."""

    RESET: ClassVar[dict[int, int]] = {}
    LIFELINE = ""  # the rail that feeds the pull-ups of the chip's own bus

    def __init__(self, fault: Callable[[str], None], battery_mv: Callable[[], int]) -> None:
        self._fault = fault
        self._battery_mv = battery_mv
        self._loads: dict[str, list[Switch]] = {}
        self._fed: dict[str, bool] = {}
        self._powered = False
        self._registers = dict(self.RESET)
        self._at = 0

    def feed(self, rail: str, switch: Switch) -> None:
        """Solder a load to a rail."""
        self._loads.setdefault(rail, []).append(switch)

    def power(self, on: bool) -> None:
        """Switch the battery."""
        self._powered = on
        self._registers = dict(self.RESET)
        self._settle()

    def acknowledges(self, address: int) -> bool:
        """Answer while there is a supply for the bus."""
        lifeline = not self.LIFELINE or self.millivolts(self.LIFELINE) >= _ENOUGH_MILLIVOLTS
        return address == _ADDRESS and self._powered and lifeline

    def write(self, data: bytes) -> None:
        """Take an address, and values for it and its successors."""
        self._at = data[0]
        for value in data[1:]:
            if self._at not in self.RESET or self._at == _ID_AT:
                self._fault(f"AXP register {self._at:#04x} written")
            else:
                self._registers[self._at] = value
            self._at += 1
        self._settle()

    def read(self, count: int) -> bytes:
        """Give values from the address on."""
        found = bytes(self._value(self._at + i) for i in range(count))
        self._at += count
        return found

    def millivolts(self, rail: str) -> int:
        """Return what a rail gives."""
        raise NotImplementedError

    def _measured(self, register: int) -> int | None:
        """Return a register of the converter, None for any other."""
        raise NotImplementedError

    def _value(self, register: int) -> int:
        measured = self._measured(register)
        return self._registers.get(register, 0) if measured is None else measured

    def _settle(self) -> None:
        for rail, switches in self._loads.items():
            fed = self._powered and self.millivolts(rail) >= _ENOUGH_MILLIVOLTS
            if self._fed.get(rail) is not fed:
                self._fed[rail] = fed
                for switch in switches:
                    switch(fed)


class Axp192(_Axp):
    """T-Beam 1.0 and 1.1."""

    # DCDC1 and DCDC3 are on; LDO2 and LDO3 would give 1.8 V, were they on
    RESET: ClassVar[dict[int, int]] = {
        _ID_AT: 0x03,
        0x12: 0x03,
        0x26: 0x68,
        0x27: 0x68,
        0x28: 0x00,
        0x82: 0x03,
    }
    LIFELINE = "dcdc1"
    _BITS: ClassVar[dict[str, int]] = {"dcdc1": 0, "dcdc3": 1, "ldo2": 2, "ldo3": 3}

    def millivolts(self, rail: str) -> int:
        """Return what a rail gives."""
        if not self._registers[0x12] >> self._BITS[rail] & 1:
            return 0
        if rail in ("dcdc1", "dcdc3"):
            return 700 + 25 * self._registers[0x26 if rail == "dcdc1" else 0x27]
        return 1800 + 100 * (self._registers[0x28] >> (4 if rail == "ldo2" else 0) & 15)

    def _measured(self, register: int) -> int | None:
        if register not in (0x78, 0x79):
            return None
        steps = self._battery_mv() * 10 // 11 if self._registers[0x82] & 0x80 else 0
        return steps >> 4 if register == 0x78 else steps & 0x0F


class Axp2101(_Axp):
    """T-Beam 1.2 and T-Beam Supreme."""

    RESET: ClassVar[dict[int, int]] = {
        _ID_AT: 0x4A, 0x30: 0x00, 0x80: 0x01, 0x82: 0x12, 0x90: 0x00, 0x92: 0x0D, 0x93: 0x0D,
        0x94: 0x0D, 0x95: 0x0D, 0x96: 0x0D, 0x97: 0x0D,
    }  # fmt: skip
    _RAILS = ("aldo1", "aldo2", "aldo3", "aldo4", "bldo1", "bldo2")

    def millivolts(self, rail: str) -> int:
        """Return what a rail gives."""
        if rail == "dcdc1":
            return 3300 if self._registers[0x80] & 1 else 0
        number = self._RAILS.index(rail)
        if not self._registers[0x90] >> number & 1:
            return 0
        return 500 + 100 * (self._registers[0x92 + number] & 0x1F)

    def _measured(self, register: int) -> int | None:
        if register not in (0x34, 0x35):
            return None
        millivolts = self._battery_mv() if self._registers[0x30] & 1 else 0
        return millivolts >> 8 if register == 0x34 else millivolts & 0xFF
