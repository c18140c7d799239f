"""Power management chips of T-Beams: AXP192 and AXP2101 on I2C, with rails that feed other chips.

They keep their settings while the microcontroller resets, and lose them with the supply.  Registers
as in XPowersLib's tables of both chips.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

MAX_HZ = 400_000
_ADDRESS = 0x34
_ID_AT = 0x03
_ENOUGH_MILLIVOLTS = 3000  # radio and GNSS modules of these boards want 3.3 V

Registers = Mapping[int, int]
Switch = Callable[[bool], None]


@dataclass(frozen=True)
class Kind:
    """What differs between the two."""

    reset: Registers
    millivolts: Callable[[Registers, str], int]  # of a rail
    battery: Callable[[Registers, int], dict[int, int]]  # what the converter's registers show
    lifeline: str  # the rail that feeds the pull-ups of the chip's own bus


class Axp:
    """Registers, rails and I2C of either chip."""

    def __init__(
        self, kind: Kind, fault: Callable[[str], None], battery_mv: Callable[[], int]
    ) -> None:
        self._kind = kind
        self._fault = fault
        self._battery_mv = battery_mv
        self._loads: dict[str, list[Switch]] = {}
        self._fed: dict[str, bool] = {}
        self._powered = False
        self._registers = dict(kind.reset)
        self._at = 0
        self.bus_broken = False

    def feed(self, rail: str, switch: Switch) -> None:
        """Solder a load to a rail."""
        self._loads.setdefault(rail, []).append(switch)

    def power(self, on: bool) -> None:
        """Switch the battery."""
        self._powered = on
        self._registers = dict(self._kind.reset)
        self._settle()

    def acknowledges(self, address: int) -> bool:
        """Answer while there is a supply for the bus."""
        bus = self._kind.millivolts(self._registers, self._kind.lifeline) >= _ENOUGH_MILLIVOLTS
        return address == _ADDRESS and self._powered and bus and not self.bus_broken

    def write(self, data: bytes) -> None:
        """Take an address, and values for it and its successors."""
        self._at = data[0]
        for value in data[1:]:
            if self._at not in self._kind.reset or self._at == _ID_AT:
                self._fault(f"AXP register {self._at:#04x} written")
            else:
                self._registers[self._at] = value
            self._at += 1
        self._settle()

    def read(self, count: int) -> bytes:
        """Give values from the address on."""
        shown = {**self._registers, **self._kind.battery(self._registers, self._battery_mv())}
        found = bytes(shown.get(self._at + i, 0) for i in range(count))
        self._at += count
        return found

    def _settle(self) -> None:
        for rail, switches in self._loads.items():
            millivolts = self._kind.millivolts(self._registers, rail)
            fed = self._powered and millivolts >= _ENOUGH_MILLIVOLTS
            if self._fed.get(rail) is not fed:
                self._fed[rail] = fed
                for switch in switches:
                    switch(fed)


_AXP192_BITS = {"dcdc1": 0, "dcdc3": 1, "ldo2": 2, "ldo3": 3}
_AXP2101_LDOS = ("aldo1", "aldo2", "aldo3", "aldo4", "bldo1", "bldo2")


def _axp192_millivolts(registers: Registers, rail: str) -> int:
    if not registers[0x12] >> _AXP192_BITS[rail] & 1:
        return 0
    if rail in ("dcdc1", "dcdc3"):
        return 700 + 25 * registers[0x26 if rail == "dcdc1" else 0x27]
    return 1800 + 100 * (registers[0x28] >> (4 if rail == "ldo2" else 0) & 15)


def _axp192_battery(registers: Registers, millivolts: int) -> dict[int, int]:
    steps = millivolts * 10 // 11 if registers[0x82] & 0x80 else 0  # of 1.1 mV
    return {0x78: steps >> 4, 0x79: steps & 0x0F}


def _axp2101_millivolts(registers: Registers, rail: str) -> int:
    if rail == "dcdc1":
        return 3300 if registers[0x80] & 1 else 0
    number = _AXP2101_LDOS.index(rail)
    enabled = registers[0x90] >> number & 1
    return 500 + 100 * (registers[0x92 + number] & 0x1F) if enabled else 0


def _axp2101_battery(registers: Registers, millivolts: int) -> dict[int, int]:
    shown = millivolts if registers[0x30] & 1 else 0
    return {0x34: shown >> 8, 0x35: shown & 0xFF}


# T-Beam 1.0 and 1.1.  DCDC1 and DCDC3 are on; LDO2 and LDO3 would give 1.8 V, were they on.
AXP192 = Kind(
    reset={_ID_AT: 0x03, 0x12: 0x03, 0x26: 0x68, 0x27: 0x68, 0x28: 0x00, 0x82: 0x03},
    millivolts=_axp192_millivolts,
    battery=_axp192_battery,
    lifeline="dcdc1",
)
# T-Beam 1.2 and T-Beam Supreme.  DCDC1 is on; the others would give 1.8 V.
AXP2101 = Kind(
    reset={_ID_AT: 0x4A, 0x30: 0, 0x80: 1, 0x90: 0, **dict.fromkeys(range(0x92, 0x98), 0x0D)},
    millivolts=_axp2101_millivolts,
    battery=_axp2101_battery,
    lifeline="dcdc1",
)
