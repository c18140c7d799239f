"""The SX1262 as a `RadioDriver` uses it.

`sx1262_bus.py` speaks SPI, `sx1262_codes.py` knows the bytes, `sx1262_setup.py` brings a chip from
reset to configured; here are its modes and its events.
"""

from micropython import const

from turna_protocol.airtime import SX126X, symbol_us
from turna_protocol.errors import MisuseError

from .radio import (
    ACTIVITY,
    CRC_ERROR,
    DETECTION_OVER,
    HEADER,
    HEADER_ERROR,
    NOTHING,
    PACKET_BYTES_MAX,
    PREAMBLE,
    RECEIVED,
    SENT,
    TIMED_OUT,
    RadioCounters,
    RadioError,
)
from .sx1262_bus import Bus
from .sx1262_codes import duty_cycle_us, received_dbm, signed, timer_steps
from .sx1262_setup import CAD_SYMBOLS, TCXO_START_US, bring_up, set_gain, set_packet_length

TYPE_CHECKING = False
if TYPE_CHECKING:
    from machine import SPI, Pin

    from turna_protocol.channel import Channel

_SETTLE_MS = const(50)

# Interrupts (DS table 13-29).
_RX_DONE = const(0x0002)
_PREAMBLE_DETECTED = const(0x0004)
_HEADER_VALID = const(0x0010)
_ALL = const(0xFFFF)
_EVENTS = (
    (0x0001, SENT),
    (_RX_DONE, RECEIVED),
    (0x0020, HEADER_ERROR),
    (0x0040, CRC_ERROR),
    (0x0080, DETECTION_OVER),
    (0x0100, ACTIVITY),
    (0x0200, TIMED_OUT),
)

# Commands (DS table 11-1 to 11-5).
_CLEAR_IRQ = const(0x02)
_GET_IRQ = const(0x12)
_GET_RX_BUFFER = const(0x13)
_GET_PACKET_STATUS = const(0x14)
_GET_RSSI = const(0x15)
_GET_ERRORS = const(0x17)
_SET_STANDBY = const(0x80)
_SET_RX = const(0x82)
_SET_TX = const(0x83)
_SET_SLEEP = const(0x84)
_SET_RX_DUTY_CYCLE = const(0x94)
_SET_CAD = const(0xC5)
_REG_RX_POINTER = const(0x0803)
_STANDBY_RC = const(0)
_STANDBY_XOSC = const(1)
_WARM_SLEEP = const(0x04)
_MODE_RX = const(5)
_MODE_TX = const(6)
_CHIP_PATIENCE_US = const(50_000)  # past its time on air the chip ends a transmission


class Sx1262:
    """An SX1262 on SPI."""

    FAMILY: str = SX126X

    def __init__(
        self,
        spi: "SPI",
        nss: "Pin",
        busy: "Pin",
        dio1: "Pin",
        reset: "Pin",
        *,
        tcxo_millivolts: "int | None",
        dio2_is_rf_switch: bool,
    ) -> None:
        self.counters = RadioCounters()
        self.interrupt = dio1
        self._bus = Bus(spi, nss, busy, self.counters)
        self._reset_pin = reset
        self._tcxo_millivolts = tcxo_millivolts
        self._dio2_is_rf_switch = dio2_is_rf_switch
        self._channel: "Channel | None" = None
        self._duty_us = (0, 0)
        self._spares = False

    async def bring_up(self, channel: "Channel") -> None:
        """Reset the chip and set all of it up."""
        self._channel = channel
        self._spares = False
        await bring_up(
            self._bus, self._reset_pin, channel, self._tcxo_millivolts, self._dio2_is_rf_switch
        )

    # Modes.

    async def stand_by(self, *, asleep: bool) -> None:
        """End what is going on, and be ready for an operation."""
        bus = self._bus
        if asleep:
            bus.wake()
            await bus.settled(_SETTLE_MS)
        bus.command(_SET_STANDBY, _STANDBY_XOSC)
        await bus.settled(_SETTLE_MS)

    def rest(self) -> None:
        """Draw little current, settings kept."""
        self._bus.command(_SET_STANDBY, _STANDBY_RC)

    def sleep(self) -> None:
        """Draw next to none, settings kept."""
        self.rest()
        self._bus.command(_SET_SLEEP, _WARM_SLEEP)

    def begin_transmission(self, packet: bytes, airtime_us: int) -> None:
        """Send a packet; the chip gives up a little after its time on air."""
        bus = self._bus
        bus.write_buffer(packet)
        set_packet_length(bus, self._configured(), len(packet))
        limit = timer_steps(airtime_us + _CHIP_PATIENCE_US)
        self._clear_events()
        bus.command(_SET_TX, limit >> 16, limit >> 8 & 0xFF, limit & 0xFF)
        if bus.mode() != _MODE_TX:
            raise RadioError(f"the chip does not transmit, {self._errors()}")

    def begin_detection(self) -> int:
        """Look for chirps; return for how many milliseconds at most."""
        channel = self._configured()
        self._clear_events()
        self._bus.checked(_SET_CAD)
        return CAD_SYMBOLS * symbol_us(channel.sf, channel.bandwidth_hz) // 1000

    def plan_duty_cycle(self, sender_preamble_symbols: int) -> bool:
        """Tell whether such preambles are long enough to sleep between looks at the channel."""
        channel = self._configured()
        tcxo_us = TCXO_START_US if self._tcxo_millivolts else 0
        periods = duty_cycle_us(channel.sf, channel.bandwidth_hz, sender_preamble_symbols, tcxo_us)
        if periods:
            self._duty_us = periods
        return periods is not None

    def listen_in_turns(self) -> None:
        """Receive one packet, in turns with sleep."""
        listen, asleep = (timer_steps(period_us) for period_us in self._duty_us)
        periods = listen << 24 | asleep
        self._spare(False)
        self._listen(_SET_RX_DUTY_CYCLE, *periods.to_bytes(6, "big"))

    def listen(self, *, sparing: bool = False) -> None:
        """Receive until told otherwise; `sparing` hears less far and draws less."""
        self._spare(sparing)
        self._listen(_SET_RX, 0xFF, 0xFF, 0xFF)
        if not self.listens():
            raise RadioError(f"the chip does not receive, {self._errors()}")

    def listens(self) -> bool:
        """Tell whether the chip receives."""
        return self._bus.mode() == _MODE_RX

    # What comes in.

    def reception(self) -> int:
        """Return how far a packet that is coming in has come."""
        irq = self._irq()
        if irq & _RX_DONE:
            return NOTHING
        if irq & _HEADER_VALID:
            return HEADER
        return PREAMBLE if irq & _PREAMBLE_DETECTED else NOTHING

    def rssi_dbm(self) -> int:
        """Return the power on the channel now."""
        return -(self._bus.read(_GET_RSSI, 1)[0] >> 1)

    def events(self) -> int:
        """Return what has happened and was not taken yet."""
        return _events(self._irq())

    def take_events(self) -> int:
        """Return it and clear it, so that DIO1 falls."""
        irq = self._irq()
        self._bus.command(_CLEAR_IRQ, irq >> 8, irq & 0xFF)
        return _events(irq)

    def receive_pointer(self) -> int:
        """Return where in the buffer the first packet will begin."""
        return self._bus.register(_REG_RX_POINTER)

    def latest_packet(self) -> "tuple[int, int, int, int]":
        """Return start, length, power in dBm and ratio to noise in dB x 4."""
        length, start = self._bus.read(_GET_RX_BUFFER, 2)
        status = self._bus.read(_GET_PACKET_STATUS, 3)
        return start, length, received_dbm(status), signed(status[1])

    def read_buffer(self, start: int, count: int) -> bytes:
        """Return bytes of the buffer, which wraps."""
        return self._bus.read_buffer(start, count)

    def _spare(self, sparing: bool) -> None:
        if sparing != self._spares:
            set_gain(self._bus, sparing=sparing)
            self._spares = sparing

    def _listen(self, *command: int) -> None:
        set_packet_length(self._bus, self._configured(), PACKET_BYTES_MAX)
        self._clear_events()
        self._bus.command(*command)

    def _clear_events(self) -> None:
        self._bus.command(_CLEAR_IRQ, _ALL >> 8, _ALL & 0xFF)

    def _irq(self) -> int:
        return int.from_bytes(self._bus.read(_GET_IRQ, 2), "big")

    def _errors(self) -> str:
        return f"device errors 0x{int.from_bytes(self._bus.read(_GET_ERRORS, 2), 'big'):04x}"

    def _configured(self) -> "Channel":
        if self._channel is None:
            raise MisuseError("radio not started")
        return self._channel


def _events(irq: int) -> int:
    found = 0
    for flag, event in _EVENTS:
        if irq & flag:
            found |= event
    return found
