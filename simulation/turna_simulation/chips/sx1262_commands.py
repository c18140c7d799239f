"""The SX1262's commands: their opcodes, how many bytes they take, in which modes, and what they do.

Numbers of bytes and allowed modes as in chapters 11 and 13 of the datasheet.
"""

from collections.abc import Callable, Container
from typing import NamedTuple

from .sx1262_facts import Mode
from .sx1262_radio import Radio

_STANDBY = (Mode.STDBY_RC, Mode.STDBY_XOSC)
_RC = (Mode.STDBY_RC,)
_AWAKE = (*_STANDBY, Mode.FS, Mode.RX, Mode.TX)


class Write(NamedTuple):
    """A command that changes something."""

    lengths: Container[int]
    modes: tuple[Mode, ...]
    run: Callable[[Radio, bytes], None]


class Read(NamedTuple):
    """A command that asks; before the data come `skipped` bytes, the status the last of them.

    `data` takes what the host has sent after the opcode so far.
    """

    skipped: int
    data: Callable[[Radio, bytes], bytes]


def _registers(radio: Radio, sent: bytes) -> bytes:
    address = int.from_bytes(sent[:2])
    return bytes(radio.register(address + i) for i in range(len(sent) - 3))


def _buffer(radio: Radio, sent: bytes) -> bytes:
    return bytes(radio.fifo[(sent[0] + i) % 256] for i in range(len(sent) - 2))


def _nothing(_radio: Radio, _sent: bytes) -> bytes:
    return b""


WRITES = {
    0x00: Write((6,), _AWAKE, Radio.reset_stats),
    0x02: Write((2,), _AWAKE, Radio.clear_irq),
    0x07: Write((2,), _AWAKE, lambda radio, sent: radio.clocks.clear_errors(sent)),
    0x08: Write((8,), _AWAKE, Radio.set_dio_irq),
    0x0D: Write(range(3, 258), _AWAKE, Radio.write_register),
    0x0E: Write(range(2, 258), _AWAKE, Radio.write_buffer),
    0x80: Write((1,), _AWAKE, Radio.set_standby),
    0x82: Write((3,), _AWAKE, Radio.set_rx),
    0x83: Write((3,), (*_STANDBY, Mode.FS, Mode.RX), Radio.set_tx),
    0x84: Write((1,), _STANDBY, Radio.set_sleep),
    0x86: Write((4,), _AWAKE, lambda radio, sent: radio.settings.set_frequency(sent)),
    0x88: Write((7,), _AWAKE, lambda radio, sent: radio.settings.set_cad(sent)),
    0x89: Write((1,), _RC, Radio.calibrate),
    0x8A: Write((1,), _STANDBY, lambda radio, sent: radio.settings.set_packet_type(sent)),
    0x8B: Write(range(1, 9), _STANDBY, lambda radio, sent: radio.settings.set_modulation(sent)),
    0x8C: Write(range(1, 10), _STANDBY, lambda radio, sent: radio.settings.set_packet(sent)),
    0x8E: Write((2,), _AWAKE, lambda radio, sent: radio.settings.set_tx(sent)),
    0x8F: Write((2,), _AWAKE, lambda radio, sent: radio.settings.set_buffer_base(sent)),
    0x93: Write((1,), _STANDBY, lambda radio, sent: radio.settings.set_fallback(sent)),
    0x94: Write((6,), _STANDBY, Radio.set_rx_duty_cycle),
    0x95: Write((4,), _STANDBY, lambda radio, sent: radio.settings.set_pa(sent)),
    0x96: Write((1,), _RC, lambda radio, sent: radio.settings.set_regulator(sent)),
    0x97: Write((4,), _RC, lambda radio, sent: radio.clocks.set_tcxo(sent)),
    0x98: Write((2,), _STANDBY, Radio.calibrate_image),
    0x9D: Write((1,), _AWAKE, lambda radio, sent: radio.settings.set_rf_switch(sent)),
    0x9F: Write((1,), _AWAKE, lambda radio, sent: radio.settings.set_stop_on_preamble(sent)),
    0xC1: Write((0,), _AWAKE, Radio.set_fs),
    0xC5: Write((0,), (*_STANDBY, Mode.FS), Radio.set_cad),
}
READS = {
    0x10: Read(1, lambda radio, _: radio.stats()),
    0x11: Read(1, lambda radio, _: bytes((radio.settings.packet_type,))),
    0x12: Read(1, lambda radio, _: radio.irq.to_bytes(2)),
    0x13: Read(1, lambda radio, _: bytes((radio.rx_length, radio.rx_start))),
    0x14: Read(1, lambda radio, _: radio.packet_status),
    0x15: Read(1, lambda radio, _: bytes((radio.rssi_now(),))),
    0x17: Read(1, lambda radio, _: radio.clocks.errors.to_bytes(2)),
    0x1D: Read(3, _registers),
    0x1E: Read(2, _buffer),
    0xC0: Read(1, _nothing),
}
