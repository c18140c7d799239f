"""From reset to a configured SX1262, in the one order that works, each step verified.

Here are the remedies for the datasheet's known limitations (section 15) and for what drivers
commonly forget: DC-DC regulator, calibration after the TCXO runs, image calibration for the band.
Limitation 15.3 needs implicit headers, which are not used.
"""

import time

from micropython import const

from .radio import RadioError
from .sx1262_bus import Bus
from .sx1262_codes import (
    frequency_steps,
    image_band,
    modulation,
    output_power,
    sync_registers,
    tcxo_voltage,
    timer_steps,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from machine import Pin

    from turna_protocol.channel import Channel

TCXO_START_US = 5_000  # what TCXOs of such modules need at the most, in the cold too
CAD_SYMBOLS = 4
_CAD_4_SYMBOLS = const(0x02)
_CAD_MIN = const(10)  # AN1200.48
_CALIBRATION_MS = const(50)  # 3.5 ms by the datasheet; up to 18 ms seen
_RESET_LOOKS = const(20)  # starting takes 3.5 ms (DS table 8-2)
_RESET_LOOK_US = const(100)
_MODE_STANDBY_RC = const(2)
_IRQ_REPORTED = const(0x03F7)  # all of LoRa's: header and preamble are asked for, not signalled
_IRQ_SIGNALLED = const(0x02E3)  # TX done, RX done, header error, CRC error, CAD done, timeout

_CLEAR_ERRORS = const(0x07)
_SET_DIO_IRQ = const(0x08)
_GET_PACKET_TYPE = const(0x11)
_GET_ERRORS = const(0x17)
_SET_FREQUENCY = const(0x86)
_SET_CAD = const(0x88)
_CALIBRATE = const(0x89)
_SET_PACKET_TYPE = const(0x8A)
_SET_MODULATION = const(0x8B)
_SET_PACKET = const(0x8C)
_SET_TX = const(0x8E)
_SET_BUFFER_BASE = const(0x8F)
_SET_FALLBACK = const(0x93)
_SET_PA = const(0x95)
_SET_REGULATOR = const(0x96)
_SET_TCXO = const(0x97)
_CALIBRATE_IMAGE = const(0x98)
_SET_RF_SWITCH = const(0x9D)
_LORA = const(1)
_DC_DC = const(1)
_ALL_BLOCKS = const(0x7F)
_FALL_BACK_TO_XOSC = const(0x30)  # the TCXO keeps running from one operation to the next
_RAMP_200_US = const(0x04)
_EXPLICIT_HEADER = const(0)
_CRC_ON = const(1)
_STANDARD_IQ = const(0)

_REG_RETENTION = const(0x029F)
_REG_IQ_POLARITY = const(0x0736)
_REG_SYNC_WORD = const(0x0740)
_REG_TX_MODULATION = const(0x0889)
_REG_RX_GAIN = const(0x08AC)
_REG_RX_PATCH = const(0x08B5)
_REG_TX_CLAMP = const(0x08D8)
_REG_OVERCURRENT = const(0x08E7)
_RX_BOOSTED = const(0x96)
_RX_SPARING = const(0x94)  # 0.7 mA less, some 2 dB less sensitive (DS 9.6)
_TX_CLAMP_OFF = const(0x1E)
_140_MILLIAMPS = const(0x38)


async def bring_up(
    bus: Bus,
    reset: "Pin",
    channel: "Channel",
    tcxo_millivolts: "int | None",
    dio2_is_rf_switch: bool,
) -> None:
    """Reset the chip and configure all of it; RadioError names the step that failed."""
    await _reset(bus, reset)
    await _start_clocks(bus, tcxo_millivolts)
    bus.checked(_SET_RF_SWITCH, 1 if dio2_is_rf_switch else 0)
    await _set_channel(bus, channel)
    _set_power(bus, channel)
    _set_registers(bus, channel)
    _set_operation(bus, channel)
    _check_errors(bus, "after set-up")


def set_packet_length(bus: Bus, channel: "Channel", length: int) -> None:
    """Say how long the packet to send is, or the longest to receive."""
    preamble = channel.preamble_symbols
    bus.command(
        _SET_PACKET,
        preamble >> 8,
        preamble & 0xFF,
        _EXPLICIT_HEADER,
        length,
        _CRC_ON,
        _STANDARD_IQ,
    )


def set_gain(bus: Bus, *, sparing: bool) -> None:
    """Let the receiver hear as far as it can, or spare current."""
    bus.change_register(_REG_RX_GAIN, 0xFF, _RX_SPARING if sparing else _RX_BOOSTED)


async def _reset(bus: Bus, reset: "Pin") -> None:
    reset(0)
    time.sleep_us(200)  # 100 us suffice (DS 8.1)
    reset(1)
    for _ in range(_RESET_LOOKS):
        if bus.busy():
            break
        time.sleep_us(_RESET_LOOK_US)
    else:
        raise RadioError("BUSY does not answer to a reset")
    await bus.settled(_CALIBRATION_MS)
    if bus.mode() != _MODE_STANDBY_RC:
        raise RadioError("the chip is not in standby after a reset")


async def _start_clocks(bus: Bus, tcxo_millivolts: "int | None") -> None:
    # With a TCXO the calibration at power-on has failed, and the status may still say so: whether
    # these commands took effect shows in the calibration that follows.
    bus.command(_SET_REGULATOR, _DC_DC)
    if tcxo_millivolts is not None:
        steps = timer_steps(TCXO_START_US)
        voltage = tcxo_voltage(tcxo_millivolts)
        bus.command(_SET_TCXO, voltage, steps >> 16, steps >> 8 & 0xFF, steps & 0xFF)
    bus.command(_CLEAR_ERRORS, 0, 0)
    bus.command(_CALIBRATE, _ALL_BLOCKS)
    await bus.settled(_CALIBRATION_MS)
    _check_errors(bus, "after calibration")


async def _set_channel(bus: Bus, channel: "Channel") -> None:
    bus.checked(_SET_PACKET_TYPE, _LORA)
    if bus.read(_GET_PACKET_TYPE, 1)[0] != _LORA:
        raise RadioError("the chip does not switch to LoRa")
    bus.command(_CALIBRATE_IMAGE, *image_band(channel.freq_hz))
    await bus.settled(_CALIBRATION_MS)
    bus.checked(_SET_FREQUENCY, *frequency_steps(channel.freq_hz).to_bytes(4, "big"))
    bus.checked(_SET_MODULATION, *modulation(channel.sf, channel.bandwidth_hz, channel.coding_rate))
    set_packet_length(bus, channel, 255)


def _set_power(bus: Bus, channel: "Channel") -> None:
    duty, hp_max, power = output_power(channel.power_dbm)
    bus.checked(_SET_PA, duty, hp_max, 0, 1)
    bus.checked(_SET_TX, power & 0xFF, _RAMP_200_US)
    bus.change_register(_REG_OVERCURRENT, 0xFF, _140_MILLIAMPS)


def _set_registers(bus: Bus, channel: "Channel") -> None:
    high, low = sync_registers(channel.sync_word)
    bus.change_register(_REG_SYNC_WORD, 0xFF, high)
    bus.change_register(_REG_SYNC_WORD + 1, 0xFF, low)
    bus.change_register(_REG_RX_GAIN, 0xFF, _RX_BOOSTED)
    wide = channel.bandwidth_hz == 500_000
    bus.change_register(_REG_TX_MODULATION, 0x04, 0 if wide else 0x04)  # DS 15.1
    bus.change_register(_REG_TX_CLAMP, 0, _TX_CLAMP_OFF)  # DS 15.2
    bus.change_register(_REG_IQ_POLARITY, 0, 0x04)  # DS 15.4, standard polarity
    # Undocumented; Meshtastic applies it on Semtech's advice for sensitivity.
    bus.write_registers(_REG_RX_PATCH, bus.register(_REG_RX_PATCH) | 0x01)
    # Sleep forgets these unless they are on the list of what to keep, which has room for four
    # (DS 9.6, and the list of Semtech's own driver).
    kept = (_REG_RX_GAIN, _REG_TX_MODULATION, _REG_IQ_POLARITY, _REG_RX_PATCH)
    addresses = b"".join([address.to_bytes(2, "big") for address in kept])
    bus.write_registers(_REG_RETENTION, len(kept), *addresses)


def _set_operation(bus: Bus, channel: "Channel") -> None:
    bus.checked(_SET_BUFFER_BASE, 0, 0)
    bus.checked(_SET_FALLBACK, _FALL_BACK_TO_XOSC)
    bus.checked(_SET_CAD, _CAD_4_SYMBOLS, channel.sf + 13, _CAD_MIN, 0, 0, 0, 0)
    reported, signalled = _IRQ_REPORTED, _IRQ_SIGNALLED
    bus.checked(
        _SET_DIO_IRQ, reported >> 8, reported & 0xFF, signalled >> 8, signalled & 0xFF, 0, 0, 0, 0
    )


def _check_errors(bus: Bus, when: str) -> None:
    errors = int.from_bytes(bus.read(_GET_ERRORS, 2), "big")
    if errors & 0x20:
        raise RadioError("the oscillator does not start: is the TCXO voltage right?")
    if errors:
        raise RadioError(f"device errors 0x{errors:04x} {when}")
