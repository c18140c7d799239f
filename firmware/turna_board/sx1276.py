"""The SX1276 (and SX1277 to 79, RFM95, RFM98) as a `RadioDriver` uses it.

`sx1276_bus.py` speaks SPI, `sx1276_codes.py` knows the bytes, `sx1276_setup.py` brings a chip from
reset to configured; here are its modes and its events.  One line, DIO0, signals the one event that
each operation waits for.  The chip has no timeouts of its own and no receive duty cycle.
"""

import asyncio

from micropython import const

from turna_protocol.airtime import SX127X, symbol_us
from turna_protocol.errors import MisuseError

from .radio import (
    ACTIVITY,
    CRC_ERROR,
    DETECTION_OVER,
    HEADER,
    NOTHING,
    PREAMBLE,
    RECEIVED,
    SENT,
    RadioCounters,
    RadioError,
)
from .sx1276_bus import Bus
from .sx1276_codes import is_low_band, received_dbm, rssi_offset_dbm, signed
from .sx1276_setup import bring_up

TYPE_CHECKING = False
if TYPE_CHECKING:
    from machine import SPI, Pin

    from turna_protocol.channel import Channel

_OP_MODE = const(0x01)
_RX_CURRENT = const(0x10)
_IRQ_FLAGS = const(0x12)
_RX_LENGTH = const(0x13)
_MODEM_STATUS = const(0x18)
_PACKET_SNR = const(0x19)  # and behind it the strength
_RSSI = const(0x1B)
_HOP_CHANNEL = const(0x1C)
_PAYLOAD_LENGTH = const(0x22)
_DIO_MAPPING = const(0x40)

_LONG_RANGE = const(0x80)
_LOW_BAND = const(0x08)
_MODE_SLEEP = const(0)
_MODE_STANDBY = const(1)
_MODE_TX = const(3)
_MODE_RX = const(5)
_MODE_CAD = const(7)
# What DIO0 shows (table 18).
_DIO0_RX_DONE = const(0x00)
_DIO0_TX_DONE = const(0x40)
_DIO0_CAD_DONE = const(0x80)

_IRQ_RX_DONE = const(0x40)
_IRQ_VALID_HEADER = const(0x10)
_IRQ_CRC_ERROR = const(0x20)
_ALL = const(0xFF)
_EVENTS = (
    (0x01, ACTIVITY),
    (0x04, DETECTION_OVER),
    (0x08, SENT),
    (_IRQ_CRC_ERROR, CRC_ERROR),
    (_IRQ_RX_DONE, RECEIVED),
)
_SIGNAL = const(0x03)  # RegModemStat: signal detected, signal synchronised
_CRC_ON_PAYLOAD = const(0x40)
_CAD_SYMBOLS = const(3)  # less than two and some processing (4.1.6)
_SETTLE_MS = const(1)  # 250 us out of sleep


class Sx1276:
    """An SX1276 on SPI."""

    FAMILY: str = SX127X

    def __init__(self, spi: "SPI", nss: "Pin", dio0: "Pin", reset: "Pin") -> None:
        self.counters = RadioCounters()
        self.interrupt = dio0
        self._bus = Bus(spi, nss)
        self._reset_pin = reset
        self._channel: "Channel | None" = None

    async def bring_up(self, channel: "Channel") -> None:
        """Reset the chip and set all of it up."""
        if not 0 <= channel.sync_word <= 0xFF:
            raise MisuseError("sync_word")
        self._channel = channel
        await bring_up(self._bus, self._reset_pin, channel)

    # Modes.

    async def stand_by(self, *, asleep: bool) -> None:
        """End what is going on, and be ready for an operation."""
        self._enter(_MODE_STANDBY)
        if asleep:
            await asyncio.sleep_ms(_SETTLE_MS)
        if self._bus.mode() != _MODE_STANDBY:
            raise RadioError("the chip does not go to standby")

    def rest(self) -> None:
        """Draw 1.6 mA; the chip has no lesser standby."""
        self._enter(_MODE_STANDBY)

    def sleep(self) -> None:
        """Draw next to none, settings kept."""
        self._enter(_MODE_SLEEP)

    def begin_transmission(self, packet: bytes, airtime_us: int) -> None:  # noqa: ARG002
        """Send a packet; the chip knows no limit of time, the driver does."""
        self._bus.set(_PAYLOAD_LENGTH, len(packet))
        self._bus.write_buffer(packet)
        self._begin(_DIO0_TX_DONE, _MODE_TX)
        if self._bus.mode() != _MODE_TX:
            raise RadioError("the chip does not transmit")

    def begin_detection(self) -> int:
        """Look for chirps; return for how many milliseconds at most."""
        channel = self._configured()
        self._begin(_DIO0_CAD_DONE, _MODE_CAD)
        return _CAD_SYMBOLS * symbol_us(channel.sf, channel.bandwidth_hz) // 1000

    def plan_duty_cycle(self, sender_preamble_symbols: int) -> bool:  # noqa: ARG002
        """Tell that this chip cannot receive in turns with sleep."""
        return False

    def listen_in_turns(self) -> None:
        """Never called: `plan_duty_cycle` refuses."""
        raise MisuseError("receive duty cycle")

    def listen(self, *, sparing: bool = False) -> None:  # noqa: ARG002
        """Receive until told otherwise; below 525 MHz the chip has no gain that spares current."""
        self._begin(_DIO0_RX_DONE, _MODE_RX)
        if not self.listens():
            raise RadioError("the chip does not receive")

    def listens(self) -> bool:
        """Tell whether the chip receives."""
        return self._bus.mode() == _MODE_RX

    # What comes in.

    def reception(self) -> int:
        """Return how far a packet that is coming in has come."""
        irq = self._bus.read(_IRQ_FLAGS)
        if irq & _IRQ_RX_DONE:
            return NOTHING
        if irq & _IRQ_VALID_HEADER:
            return HEADER
        return PREAMBLE if self._bus.read(_MODEM_STATUS) & _SIGNAL else NOTHING

    def rssi_dbm(self) -> int:
        """Return the power on the channel now."""
        return rssi_offset_dbm(self._configured().freq_hz) + self._bus.read(_RSSI)

    def events(self) -> int:
        """Return what has happened and was not taken yet."""
        return _events(self._bus.read(_IRQ_FLAGS))

    def take_events(self) -> int:
        """Return it and clear it, so that DIO0 falls."""
        irq = self._bus.read(_IRQ_FLAGS)
        self._bus.write(_IRQ_FLAGS, irq)
        if irq & _IRQ_RX_DONE and not self._bus.read(_HOP_CHANNEL) & _CRC_ON_PAYLOAD:
            irq |= _IRQ_CRC_ERROR  # sent without a CRC: nobody of ours does
        return _events(irq)

    def receive_pointer(self) -> int:
        """Return where in the FIFO the first packet will begin: reception starts at its base."""
        return 0

    def latest_packet(self) -> "tuple[int, int, int, int]":
        """Return start, length, power in dBm and ratio to noise in dB x 4."""
        snr, strength = self._bus.read_many(_PACKET_SNR, 2)
        snr_db_x4 = signed(snr)
        power_dbm = received_dbm(self._configured().freq_hz, strength, snr_db_x4)
        return self._bus.read(_RX_CURRENT), self._bus.read(_RX_LENGTH), power_dbm, snr_db_x4

    def read_buffer(self, start: int, count: int) -> bytes:
        """Return bytes of the FIFO, which wraps."""
        return self._bus.read_buffer(start, count)

    def _begin(self, dio0: int, mode: int) -> None:
        self._bus.write(_DIO_MAPPING, dio0)
        self._bus.write(_IRQ_FLAGS, _ALL)
        self._enter(mode)

    def _enter(self, mode: int) -> None:
        band = _LOW_BAND if is_low_band(self._configured().freq_hz) else 0
        self._bus.write(_OP_MODE, _LONG_RANGE | band | mode)

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
