"""The power management chip of a T-Beam: finds it, switches rails on, measures the battery.

One rail feeds the bus itself and is never touched.  What each chip is like is in `axp192.py` and
`axp2101.py`.
"""

from machine import I2C, Pin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

_ADDRESS = 0x34  # of both
_ID_AT = 0x03
_BUS_HZ = 400_000


class PowerError(Exception):
    """The power chip does not do its part; the first argument says what is wrong."""


class Pmu:
    """One power chip, whose registers `kind` knows."""

    def __init__(self, i2c: I2C, kind: "ModuleType") -> None:
        self._i2c = i2c
        self._kind = kind

    def switch_on(self, rails: "tuple[str, ...]") -> None:
        """Give 3.3 V on these rails; PowerError if one does not come."""
        for rail in rails:
            for register, clear, bits in self._kind.switched_on(rail):
                self._change(register, clear, bits)

    def switch_off(self, rail: str) -> None:
        """Take the supply from a rail; PowerError if the chip does not do it."""
        self._change(*self._kind.switched_off(rail))

    def read_mv(self) -> "int | None":
        """Return the voltage of the battery, None if the chip does not answer."""
        register, bits = self._kind.CONVERTER
        try:
            self._change(register, 0, bits)
            return self._kind.battery_mv(self._read(self._kind.BATTERY_AT, 2))
        except PowerError:
            return None

    def _change(self, register: int, clear: int, bits: int) -> None:
        before = self._read(register, 1)[0]
        value = before & ~clear | bits
        if value == before:
            return
        try:
            self._i2c.writeto_mem(_ADDRESS, register, bytes((value,)))
        except OSError:
            raise PowerError("the power chip does not answer") from None
        if self._read(register, 1)[0] != value:
            raise PowerError(f"power register 0x{register:02x} does not keep its value")

    def _read(self, register: int, count: int) -> bytes:
        try:
            return self._i2c.readfrom_mem(_ADDRESS, register, count)
        except OSError:
            raise PowerError("the power chip does not answer") from None


def find_pmu(profile: "ModuleType") -> "tuple[Pmu, tuple[str, ...]]":
    """Return the chip that is there, and the rails that this board wants on."""
    scl, sda = Pin(profile.PMU_SCL), Pin(profile.PMU_SDA)
    i2c = I2C(profile.PMU_I2C, scl=scl, sda=sda, freq=_BUS_HZ)
    try:
        found = i2c.readfrom_mem(_ADDRESS, _ID_AT, 1)[0]
    except OSError:
        raise PowerError("the power chip does not answer") from None
    for name, rails in profile.PMU_RAILS:
        kind = __import__("turna_board." + name, None, None, ("ID",))
        if found == kind.ID:
            return Pmu(i2c, kind), rails
    raise PowerError(f"unknown power chip 0x{found:02x}")
