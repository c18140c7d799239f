"""SX1262 driver: sends and receives packets, listens before it talks, sleeps, and recovers.

It comes in five files: `sx1262_bus.py` speaks SPI, `sx1262_codes.py` knows the bytes,
`sx1262_setup.py` brings a chip from reset to configured, `sx1262_reader.py` takes packets out of
its buffer, and this one runs it.  An interrupt only sets a flag; the task `_serve` empties the chip
at once, so packets that follow each other closely wait here, not there.  After any failure the chip
is reset and set up anew, and goes back to what it was doing.
"""

import asyncio
import time

from micropython import const

from turna_protocol.airtime import SX126X, symbol_us, time_on_air_us
from turna_protocol.errors import MisuseError

from .packet_queue import PacketQueue
from .radio import RadioConfig, RadioCounters, RadioError
from .sx1262_bus import Bus
from .sx1262_codes import duty_cycle_us, timer_steps
from .sx1262_reader import PacketReader
from .sx1262_setup import (
    CAD_SYMBOLS,
    TCXO_START_US,
    bring_up,
    set_packet_length,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from machine import SPI, Pin

    from .radio import ReceivedPacket

PACKET_BYTES_MAX = 255
_CHECK_MS = const(2_000)  # soft interrupts can be lost (ESP32 drops them when eight wait)
_HEALTH_CHECKS = const(
    5
)  # every so many checks a receiving chip is asked whether it still receives
_SETTLE_MS = const(50)
_INTERRUPTS_MAX = const(8)  # in one go; more means that the line is stuck

# What the chip does between operations.
_STANDBY = const(0)
_CONTINUOUS = const(1)
_DUTY_CYCLE = const(2)
_ASLEEP = const(3)

# Interrupts (DS table 13-29).
_TX_DONE = const(0x0001)
_RX_DONE = const(0x0002)
_PREAMBLE_DETECTED = const(0x0004)
_HEADER_VALID = const(0x0010)
_HEADER_ERROR = const(0x0020)
_CRC_ERROR = const(0x0040)
_CAD_DONE = const(0x0080)
_CAD_DETECTED = const(0x0100)
_TIMEOUT = const(0x0200)
_ALL = const(0xFFFF)
_OPERATION_ENDS = const(_TX_DONE | _CAD_DONE | _TIMEOUT)

# Commands (DS table 11-1 to 11-5).
_CLEAR_IRQ = const(0x02)
_GET_IRQ = const(0x12)
_GET_RSSI = const(0x15)
_GET_ERRORS = const(0x17)
_SET_STANDBY = const(0x80)
_SET_RX = const(0x82)
_SET_TX = const(0x83)
_SET_SLEEP = const(0x84)
_SET_RX_DUTY_CYCLE = const(0x94)
_SET_CAD = const(0xC5)
_STANDBY_RC = const(0)
_STANDBY_XOSC = const(1)
_WARM_SLEEP = const(0x04)
_MODE_RX = const(5)
_MODE_TX = const(6)
# Past its time on air a transmission has this long before the chip, then the driver, ends it.
_CHIP_PATIENCE_US = const(50_000)
_DRIVER_PATIENCE_MS = const(100)


class Sx1262:
    """An SX1262 on SPI; `start` it once, then use any method from any task."""

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
        self._bus = Bus(spi, nss, busy, self.counters)
        self._dio1 = dio1
        self._reset_pin = reset
        self._tcxo_millivolts = tcxo_millivolts
        self._dio2_is_rf_switch = dio2_is_rf_switch
        self._config: RadioConfig | None = None
        self._lock = asyncio.Lock()
        self._interrupt = asyncio.ThreadSafeFlag()
        self._interrupt_ms = 0
        self._operation_over = asyncio.Event()
        self._operation_irq = 0
        self._packets = PacketQueue()
        self._reader = PacketReader(self._bus, self._packets, self.counters)
        self._reception_since_ms: int | None = None
        self._rest = _STANDBY
        self._duty_us = (0, 0)
        self._tasks: list[asyncio.Task[None]] = []
        self.fault = "not started"

    async def start(self, config: RadioConfig) -> None:
        """Reset the chip and set it up, or set it up anew; RadioError says what does not work."""
        async with self._lock:
            self._config = config
            self._dio1.irq(handler=self._on_dio1, trigger=self._dio1.IRQ_RISING)
            await self._bring_up()
            self._resume()
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._serve()), asyncio.create_task(self._watch())]

    async def send(self, packet: bytes) -> int:
        """Transmit and return the time on air in microseconds; RadioError if it did not go out."""
        if not 0 < len(packet) <= PACKET_BYTES_MAX:
            raise MisuseError("packet")
        airtime_us = self._airtime_us(len(packet))
        async with self._lock:
            await self._attempt(self._transmit, packet, airtime_us)
        self.counters.sent += 1
        return airtime_us

    async def channel_is_clear(self) -> bool:
        """Listen for a few symbols; a packet that is just coming in is not given up for it."""
        async with self._lock:
            if self._rest == _CONTINUOUS and not self.fault and self._reception_under_way():
                return False
            await self._attempt(self._detect_activity)
            return not self._operation_irq & _CAD_DETECTED

    async def receive_continuous(self) -> None:
        """Receive from now on whenever nothing else is done."""
        await self._change_rest(_CONTINUOUS)

    async def receive_duty_cycle(self, sender_preamble_symbols: int) -> bool:
        """Receive in turns with sleep, without missing such preambles; False if they are too short.

        Too short means continuous reception.  Between packets nothing is said to the chip.
        """
        config = self._configured()
        tcxo_us = TCXO_START_US if self._tcxo_millivolts else 0
        periods = duty_cycle_us(config.sf, config.bandwidth_hz, sender_preamble_symbols, tcxo_us)
        if periods:
            self._duty_us = periods
        await self._change_rest(_DUTY_CYCLE if periods else _CONTINUOUS)
        return periods is not None

    async def sleep(self) -> None:
        """Sleep with settings kept; an operation wakes the chip and lets it sleep again."""
        await self._change_rest(_ASLEEP)

    async def next_packet(self, timeout_ms: "int | None" = None) -> "ReceivedPacket | None":
        """Return the oldest packet not fetched yet, or None after a time without one."""
        return await self._packets.get(timeout_ms)

    def rssi_dbm(self) -> "int | None":
        """Return the power on the channel now, or None unless receiving continuously."""
        if self._rest != _CONTINUOUS or self._lock.locked() or self.fault:
            return None
        try:
            return -(self._bus.read(_GET_RSSI, 1)[0] >> 1)
        except RadioError:
            return None  # the watch will see to it

    # Operations; each leaves the chip in standby.

    async def _transmit(self, packet: bytes, airtime_us: int) -> None:
        bus = self._bus
        bus.write_buffer(packet)
        set_packet_length(bus, self._configured(), len(packet))
        limit = timer_steps(airtime_us + _CHIP_PATIENCE_US)
        self._begin_operation()
        bus.command(_SET_TX, limit >> 16, limit >> 8 & 0xFF, limit & 0xFF)
        if bus.mode() != _MODE_TX:
            raise RadioError(f"the chip does not transmit, {self._errors()}")
        await self._end_operation(airtime_us // 1000 + _DRIVER_PATIENCE_MS)
        if not self._operation_irq & _TX_DONE:
            self.counters.timeouts += 1
            raise RadioError("the transmission did not end")

    async def _detect_activity(self) -> None:
        config = self._configured()
        listen_ms = CAD_SYMBOLS * symbol_us(config.sf, config.bandwidth_hz) // 1000
        self._begin_operation()
        self._bus.checked(_SET_CAD)
        await self._end_operation(listen_ms + _DRIVER_PATIENCE_MS)
        if not self._operation_irq & _CAD_DONE:
            self.counters.timeouts += 1
            raise RadioError("the activity detection did not end")

    def _begin_operation(self) -> None:
        self._operation_irq = 0
        self._operation_over.clear()
        self._bus.command(_CLEAR_IRQ, 0xFF, 0xFF)

    async def _end_operation(self, limit_ms: int) -> None:
        try:
            await asyncio.wait_for_ms(self._operation_over.wait(), limit_ms)
        except asyncio.TimeoutError:  # noqa: UP041 - not the builtin on MicroPython
            if not self._dio1() and self._irq() & _OPERATION_ENDS:
                raise RadioError("DIO1 does not follow the chip's interrupts") from None
            self._read_interrupts()  # only the edge was lost

    async def _attempt(
        self, operation: "Callable[..., Awaitable[None]]", *arguments: "bytes | int"
    ) -> None:
        """Run an operation out of standby and return to what was before, whatever happens."""
        try:
            await self._leave_rest(self._rest)
            await operation(*arguments)
            self._resume()
        except RadioError:
            await self._recover()
            raise
        except asyncio.CancelledError:
            await self._leave_rest(self._rest)
            self._resume()
            raise

    async def _change_rest(self, rest: int) -> None:
        async with self._lock:
            self._configured()
            before, self._rest = self._rest, rest
            try:
                await self._leave_rest(before)
                self._resume()
            except RadioError:
                await self._recover()
                raise

    # Rest: what the chip does between operations.

    async def _leave_rest(self, rest: int) -> None:
        if self.fault:
            await self._bring_up()
            return
        bus = self._bus
        if rest in (_ASLEEP, _DUTY_CYCLE):
            bus.wake()
            await bus.settled(_SETTLE_MS)
        bus.command(_SET_STANDBY, _STANDBY_XOSC)
        await bus.settled(_SETTLE_MS)
        self._read_interrupts()  # what has arrived must leave the buffer first

    def _resume(self) -> None:
        if self._rest == _CONTINUOUS:
            self._listen(_SET_RX, 0xFF, 0xFF, 0xFF)
            if self._bus.mode() != _MODE_RX:
                raise RadioError(f"the chip does not receive, {self._errors()}")
            self._reader.begin_continuous()
        elif self._rest == _DUTY_CYCLE:
            listen, asleep = (timer_steps(period_us) for period_us in self._duty_us)
            periods = listen << 24 | asleep
            self._listen(_SET_RX_DUTY_CYCLE, *periods.to_bytes(6, "big"))
            self._reader.begin_single()
        else:
            self._bus.command(_SET_STANDBY, _STANDBY_RC)
            if self._rest == _ASLEEP:
                self._bus.command(_SET_SLEEP, _WARM_SLEEP)

    def _listen(self, *command: int) -> None:
        set_packet_length(self._bus, self._configured(), PACKET_BYTES_MAX)
        self._bus.command(_CLEAR_IRQ, 0xFF, 0xFF)
        self._reception_since_ms = None
        self._bus.command(*command)

    def _reception_under_way(self) -> bool:
        """Tell whether a packet is coming in; a preamble that leads to nothing is forgotten."""
        try:
            irq = self._irq()
        except RadioError:
            return False  # what follows meets the same trouble and deals with it
        if irq & _RX_DONE or not irq & (_PREAMBLE_DETECTED | _HEADER_VALID):
            self._reception_since_ms = None
            return False
        if self._reception_since_ms is None:
            self._reception_since_ms = _now_ms()
        waited_ms = time.ticks_diff(time.ticks_ms(), self._reception_since_ms)
        longest_us = self._airtime_us(PACKET_BYTES_MAX if irq & _HEADER_VALID else 0)
        return waited_ms * 1000 <= longest_us

    # Interrupts.

    def _on_dio1(self, _pin: "Pin") -> None:
        self._interrupt_ms = _now_ms()
        self._interrupt.set()

    async def _serve(self) -> None:
        while True:
            await self._interrupt.wait()
            try:
                if not self.fault:
                    self._read_interrupts()
            except RadioError:
                await self._recover_if_idle()

    async def _watch(self) -> None:
        checks = 0
        while True:
            await asyncio.sleep_ms(_CHECK_MS)
            checks += 1
            if self._dio1():
                self._interrupt.set()
            if checks % _HEALTH_CHECKS == 0 and not self._lock.locked() and not self._healthy():
                await self._recover_if_idle()

    def _healthy(self) -> bool:
        if self.fault or self._rest != _CONTINUOUS:
            return not self.fault  # one asleep must not be woken by the question
        try:
            return self._bus.mode() == _MODE_RX
        except RadioError:
            return False

    def _read_interrupts(self) -> None:
        """Take everything that the chip reports; leave DIO1 low."""
        for _ in range(_INTERRUPTS_MAX):
            if not self._dio1():
                return
            irq = self._irq()
            self._bus.command(_CLEAR_IRQ, irq >> 8, irq & 0xFF)
            self._reception_since_ms = None
            if irq & _HEADER_ERROR:
                self.counters.header_errors += 1
            if irq & _RX_DONE:
                self._reader.take(damaged=bool(irq & _CRC_ERROR), at_ms=self._interrupt_ms)
                if self._rest == _DUTY_CYCLE and not self._lock.locked():
                    self._resume()  # a packet ends the cycle
            if irq & _OPERATION_ENDS:
                self._operation_irq = irq
                self._operation_over.set()
        raise RadioError("DIO1 does not fall")

    # Failure and recovery.

    async def _recover_if_idle(self) -> None:
        if not self._lock.locked():  # an operation under way finds out for itself
            async with self._lock:
                try:
                    await self._recover()
                except RadioError:
                    pass  # `fault` tells; the watch tries again

    async def _recover(self) -> None:
        self.counters.resets += 1
        await self._bring_up()
        self._resume()

    async def _bring_up(self) -> None:
        self.fault = "starting"
        try:
            await bring_up(
                self._bus,
                self._reset_pin,
                self._configured(),
                self._tcxo_millivolts,
                self._dio2_is_rf_switch,
            )
        except RadioError as error:
            self.fault = str(error)
            raise
        self.fault = ""

    def _configured(self) -> RadioConfig:
        if self._config is None:
            raise MisuseError("radio not started")
        return self._config

    def _airtime_us(self, length: int) -> int:
        config = self._configured()
        return time_on_air_us(
            SX126X,
            length,
            sf=config.sf,
            bandwidth_hz=config.bandwidth_hz,
            coding_rate=config.coding_rate,
            preamble_symbols=config.preamble_symbols,
        )

    def _irq(self) -> int:
        return int.from_bytes(self._bus.read(_GET_IRQ, 2), "big")

    def _errors(self) -> str:
        return f"device errors 0x{int.from_bytes(self._bus.read(_GET_ERRORS, 2), 'big'):04x}"


def _now_ms() -> int:
    return time.ticks_ms()  # pyright: ignore[reportReturnType] - the stubs' own type of ticks
