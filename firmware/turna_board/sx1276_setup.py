"""From reset to a configured SX1276, in the one order that works, each register read back.

Here are the remedies for the errata and for what drivers commonly forget: image calibration at the
channel's frequency, the over-current limit and the amplifier's supply above 17 dBm, the CRC.
"""

import asyncio
import time

from micropython import const

from .radio import RadioError
from .sx1276_bus import Bus
from .sx1276_codes import (
    frequency_steps,
    is_low_band,
    modem_config,
    output_power,
    receiver_remedies,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from machine import Pin

    from turna_protocol.channel import Channel

_VERSION = const(0x12)
_RESET_LOW_US = const(200)  # 100 us suffice (7.2.2)
_START_MS = const(6)  # 5 ms (7.2.2)
_CALIBRATION_LIMIT_MS = const(50)  # 10 ms (2.1.3.8)
_SETTLE_MS = const(1)  # 250 us out of sleep

_OP_MODE = const(0x01)
_FRF = const(0x06)
_PA_CONFIG = const(0x09)
_PA_RAMP = const(0x0A)
_OCP = const(0x0B)
_LNA = const(0x0C)
_TX_BASE = const(0x0E)
_RX_BASE = const(0x0F)
_MODEM_1 = const(0x1D)
_MODEM_2 = const(0x1E)
_PREAMBLE = const(0x20)
_MODEM_3 = const(0x26)
_DETECT_THRESHOLD = const(0x37)
_SYNC_WORD = const(0x39)
_IMAGE_CALIBRATION = const(0x3B)  # in FSK mode
_VERSION_AT = const(0x42)
_PA_DAC = const(0x4D)

_AFTER_RESET = const(0x09)  # RegOpMode: FSK, low band, standby
_OCP_AFTER_RESET = const(0x2B)
_OCP_MARK = const(0x2A)
_LOW_BAND = const(0x08)
_LONG_RANGE = const(0x80)
_SLEEP = const(0)
_STANDBY = const(1)
_RAMP_40_US = const(0x09)
_HIGHEST_GAIN = const(0x20)
_BOOST_HIGH_BAND = const(0x03)
_SF7_TO_12 = const(0x0A)
_START_CALIBRATION = const(0x40)
_CALIBRATING = const(0x20)


async def bring_up(bus: Bus, reset: "Pin", channel: "Channel") -> None:
    """Reset the chip and configure all of it; RadioError names the step that failed."""
    await _reset(bus, reset)
    for offset, byte in enumerate(frequency_steps(channel.freq_hz).to_bytes(3, "big")):
        bus.set(_FRF + offset, byte)
    await _calibrate_image(bus)
    band = _LOW_BAND if is_low_band(channel.freq_hz) else 0
    bus.write(_OP_MODE, band | _SLEEP)
    bus.write(_OP_MODE, _LONG_RANGE | band | _SLEEP)  # only asleep does it change modems
    bus.write(_OP_MODE, _LONG_RANGE | band | _STANDBY)
    await asyncio.sleep_ms(_SETTLE_MS)
    if bus.mode() != _STANDBY:
        raise RadioError("the chip does not switch to LoRa")
    _set_channel(bus, channel)
    _set_power(bus, channel)


async def _reset(bus: Bus, reset: "Pin") -> None:
    bus.write(_OCP, _OCP_MARK)  # gone after a reset, unless the reset does not arrive
    await _pulse(reset)
    version = bus.read(_VERSION_AT)
    if version in (0x00, 0xFF):
        raise RadioError("no chip answers on SPI")
    if version != _VERSION:
        raise RadioError(f"no SX1276: version 0x{version:02x}")
    if bus.read(_OCP) != _OCP_AFTER_RESET or bus.read(_OP_MODE) != _AFTER_RESET:
        raise RadioError("the chip does not answer to a reset")


async def _pulse(reset: "Pin") -> None:
    reset(0)
    time.sleep_us(_RESET_LOW_US)
    reset(1)
    await asyncio.sleep_ms(_START_MS)


async def _calibrate_image(bus: Bus) -> None:
    """Calibrate at the frequency set; at power-on that was 434 MHz, whatever the channel."""
    bus.write(_PA_CONFIG, 0)
    value = bus.read(_IMAGE_CALIBRATION)
    bus.write(_IMAGE_CALIBRATION, value | _START_CALIBRATION)
    for _ in range(_CALIBRATION_LIMIT_MS):
        await asyncio.sleep_ms(1)
        if not bus.read(_IMAGE_CALIBRATION) & _CALIBRATING:
            return
    raise RadioError("the image calibration does not end")


def _set_channel(bus: Bus, channel: "Channel") -> None:
    modem = modem_config(channel.sf, channel.bandwidth_hz, channel.coding_rate)
    for register, value in zip((_MODEM_1, _MODEM_2, _MODEM_3), modem):
        bus.set(register, value)
    bus.set(_PREAMBLE, channel.preamble_symbols >> 8)
    bus.set(_PREAMBLE + 1, channel.preamble_symbols & 0xFF)
    bus.set(_SYNC_WORD, channel.sync_word)
    bus.set(_DETECT_THRESHOLD, _SF7_TO_12)
    for register, value in receiver_remedies(channel.freq_hz, channel.bandwidth_hz):
        bus.write(register, value)  # partly test registers: they need not read back
    boost = 0 if is_low_band(channel.freq_hz) else _BOOST_HIGH_BAND
    bus.set(_LNA, _HIGHEST_GAIN | boost)
    bus.set(_TX_BASE, 0)
    bus.set(_RX_BASE, 0)


def _set_power(bus: Bus, channel: "Channel") -> None:
    pa_config, pa_dac, ocp = output_power(channel.power_dbm)
    bus.set(_PA_CONFIG, pa_config)
    bus.set(_PA_DAC, pa_dac)
    bus.set(_OCP, ocp)
    bus.set(_PA_RAMP, _RAMP_40_US)
