"""The radio of a board: sends and receives packets, listens before it talks, sleeps, and recovers.

What is the same for every chip is here; the chips are in `sx1262.py` and `sx1276.py`.  An interrupt
only sets a flag; the task `_serve` empties the chip at once, so packets that follow each other
closely wait here, not there.  After any failure the chip is reset and set up anew, and goes back to
what it was doing.
"""

import asyncio
import time

from micropython import const

from turna_protocol.errors import MisuseError

from .packet_queue import PacketQueue
from .packet_reader import PacketReader
from .radio import (
    ACTIVITY,
    CRC_ERROR,
    DETECTION_OVER,
    HEADER,
    HEADER_ERROR,
    NOTHING,
    PACKET_BYTES_MAX,
    RECEIVED,
    SENT,
    TIMED_OUT,
    RadioError,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from machine import Pin

    from turna_protocol.channel import Channel

    from .radio import RadioChip, ReceivedPacket

_CHECK_MS = const(2_000)  # soft interrupts can be lost (ESP32 drops them when eight wait)
_HEALTH_CHECKS = const(5)  # every so many a receiving chip is asked whether it still receives
_INTERRUPTS_MAX = const(8)  # in one go; more means that the line is stuck
_PATIENCE_MS = const(100)  # past its time an operation has this long before it has failed

# What the chip does between operations.
_STANDBY = const(0)
_CONTINUOUS = const(1)
_DUTY_CYCLE = const(2)
_ASLEEP = const(3)
_SPARING = const(4)  # continuously too

_OPERATION_ENDS = SENT | DETECTION_OVER | TIMED_OUT


class RadioDriver:
    """Runs one chip; `start` it once, then use any method from any task.

    Powers are those at the antenna: with an amplifier behind it, the chip gives less.
    """

    def __init__(
        self, chip: "RadioChip", *, amplifier_db: int = 0, chip_max_dbm: "int | None" = None
    ) -> None:
        self.counters = chip.counters
        self._chip = chip
        self._amplifier_db = amplifier_db
        self._chip_max_dbm = chip_max_dbm
        self._channel: "Channel | None" = None
        self._lock = asyncio.Lock()
        self._interrupt = asyncio.ThreadSafeFlag()
        self._interrupt_ms = 0
        self._operation_over = asyncio.Event()
        self._operation_events = 0
        self._packets = PacketQueue()
        self._reader = PacketReader(chip, self._packets)
        self._reception_since_ms: int | None = None
        self._rest = _STANDBY
        self._tasks: list[asyncio.Task[None]] = []
        self.fault = "not started"

    async def start(self, channel: "Channel") -> None:
        """Reset the chip and set it up, or set it up anew; RadioError says what does not work."""
        async with self._lock:
            self._channel = self._at_chip(channel)
            line = self._chip.interrupt
            line.irq(handler=self._on_interrupt, trigger=line.IRQ_RISING)
            await self._bring_up()
            self._resume()
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._serve()), asyncio.create_task(self._watch())]

    async def send(self, packet: bytes) -> int:
        """Transmit and return the time on air in microseconds; RadioError if it did not go out."""
        if not 0 < len(packet) <= PACKET_BYTES_MAX:
            raise MisuseError("packet")
        airtime_us = self._configured().airtime_us(len(packet), self._chip.FAMILY)
        async with self._lock:
            await self._attempt(self._transmit, packet, airtime_us)
        self.counters.sent += 1
        return airtime_us

    async def channel_is_clear(self) -> bool:
        """Listen for a few symbols; a packet that is just coming in is not given up for it."""
        async with self._lock:
            if self._receives() and not self.fault and self._reception_under_way():
                return False
            await self._attempt(self._detect_activity)
            return not self._operation_events & ACTIVITY

    async def receive_continuous(self, *, sparing: bool = False) -> None:
        """Receive whenever nothing else is done; `sparing` may hear less far and draw less."""
        await self._change_rest(_SPARING if sparing else _CONTINUOUS)

    async def receive_duty_cycle(self, sender_preamble_symbols: int) -> bool:
        """Receive in turns with sleep, without missing such preambles; False if that cannot be.

        Then reception is continuous.  Between packets nothing is said to the chip.
        """
        self._configured()
        possible = self._chip.plan_duty_cycle(sender_preamble_symbols)
        await self._change_rest(_DUTY_CYCLE if possible else _CONTINUOUS)
        return possible

    async def sleep(self) -> None:
        """Sleep with settings kept; an operation wakes the chip and lets it sleep again."""
        await self._change_rest(_ASLEEP)

    @property
    def working(self) -> bool:
        """Tell whether an operation is under way: what it waits for must not come late."""
        return self._lock.locked()

    @property
    def line(self) -> "Pin":
        """The line by which the chip says that it has something; a sleeper wakes by it."""
        return self._chip.interrupt

    def look(self) -> None:
        """Listen to the line anew: while the processor slept, its edge told nobody."""
        line = self._chip.interrupt
        line.irq(handler=self._on_interrupt, trigger=line.IRQ_RISING)
        if line():
            self._on_interrupt(line)

    async def next_packet(self, timeout_ms: "int | None" = None) -> "ReceivedPacket | None":
        """Return the oldest packet not fetched yet, or None after a time without one."""
        return await self._packets.get(timeout_ms)

    def rssi_dbm(self) -> "int | None":
        """Return the power on the channel now, or None unless receiving continuously."""
        if not self._receives() or self._lock.locked() or self.fault:
            return None
        try:
            return self._chip.rssi_dbm()
        except RadioError:
            return None  # the watch will see to it

    # Operations; each leaves the chip in standby.

    async def _transmit(self, packet: bytes, airtime_us: int) -> None:
        self._begin_operation()
        self._chip.begin_transmission(packet, airtime_us)
        await self._end_operation(airtime_us // 1000 + _PATIENCE_MS)
        if not self._operation_events & SENT:
            self.counters.timeouts += 1
            raise RadioError("the transmission did not end")

    async def _detect_activity(self) -> None:
        self._begin_operation()
        await self._end_operation(self._chip.begin_detection() + _PATIENCE_MS)
        if not self._operation_events & DETECTION_OVER:
            self.counters.timeouts += 1
            raise RadioError("the activity detection did not end")

    def _begin_operation(self) -> None:
        self._operation_events = 0
        self._operation_over.clear()

    async def _end_operation(self, limit_ms: int) -> None:
        try:
            await asyncio.wait_for_ms(self._operation_over.wait(), limit_ms)
        except asyncio.TimeoutError:  # noqa: UP041 - not the builtin on MicroPython
            if not self._chip.interrupt() and self._chip.events() & _OPERATION_ENDS:
                raise RadioError("the interrupt line does not follow the chip") from None
            self._take_events()  # only the edge was lost

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
            # MicroPython's wait_for cancels its caller a second time: nothing is awaited here.
            self.fault = "given up"
            self._tasks[2:] = [asyncio.create_task(self._recover_if_idle())]
            raise

    # Rest: what the chip does between operations.

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

    async def _leave_rest(self, rest: int) -> None:
        if self.fault:
            await self._bring_up()
            return
        await self._chip.stand_by(asleep=rest in (_ASLEEP, _DUTY_CYCLE))
        self._take_events()  # what has arrived must leave the buffer first

    def _resume(self) -> None:
        self._reception_since_ms = None
        if self._receives():
            self._chip.listen(sparing=self._rest == _SPARING)
            self._reader.begin_continuous()
        elif self._rest == _DUTY_CYCLE:
            self._chip.listen_in_turns()
            self._reader.begin_single()
        elif self._rest == _ASLEEP:
            self._chip.sleep()
        else:
            self._chip.rest()

    def _receives(self) -> bool:
        return self._rest in (_CONTINUOUS, _SPARING)

    def _reception_under_way(self) -> bool:
        """Tell whether a packet is coming in; a preamble that leads to nothing is forgotten."""
        try:
            reception = self._chip.reception()
        except RadioError:
            return False  # what follows meets the same trouble and deals with it
        if reception == NOTHING:
            self._reception_since_ms = None
            return False
        if self._reception_since_ms is None:
            self._reception_since_ms = _now_ms()
        waited_ms = time.ticks_diff(time.ticks_ms(), self._reception_since_ms)
        longest_us = self._configured().airtime_us(
            PACKET_BYTES_MAX if reception == HEADER else 0, self._chip.FAMILY
        )
        return waited_ms * 1000 <= longest_us

    # Interrupts.

    def _on_interrupt(self, _pin: "Pin") -> None:
        self._interrupt_ms = _now_ms()
        self._interrupt.set()

    async def _serve(self) -> None:
        while True:
            await self._interrupt.wait()
            try:
                if not self.fault:
                    self._take_events()
            except (RadioError, MemoryError):
                await self._recover_if_idle()

    async def _watch(self) -> None:
        checks = 0
        while True:
            await asyncio.sleep_ms(_CHECK_MS)
            checks += 1
            if self._chip.interrupt():
                self._interrupt.set()
            if checks % _HEALTH_CHECKS == 0 and not self._lock.locked() and not self._healthy():
                await self._recover_if_idle()  # nothing in this loop may end it

    def _healthy(self) -> bool:
        if self.fault or not self._receives():
            return not self.fault  # one asleep must not be woken by the question
        try:
            return self._chip.listens()
        except (RadioError, MemoryError):
            return False

    def _take_events(self) -> None:
        """Take everything that the chip reports; leave its interrupt line low."""
        for _ in range(_INTERRUPTS_MAX):
            if not self._chip.interrupt():
                return
            events = self._chip.take_events()
            self._reception_since_ms = None
            if events & HEADER_ERROR:
                self.counters.header_errors += 1
            if events & RECEIVED:
                self._reader.take(damaged=bool(events & CRC_ERROR), at_ms=self._interrupt_ms)
                if self._rest == _DUTY_CYCLE and not self._lock.locked():
                    self._resume()  # a packet ends the cycle
            if events & _OPERATION_ENDS:
                self._operation_events = events
                self._operation_over.set()
        raise RadioError("the interrupt line does not fall")

    # Failure and recovery.

    async def _recover_if_idle(self) -> None:
        if not self._lock.locked():  # an operation under way finds out for itself
            async with self._lock:
                try:
                    await self._recover()
                except (RadioError, MemoryError):
                    pass  # `fault` tells; the watch tries again

    async def _recover(self) -> None:
        self.counters.resets += 1
        await self._bring_up()
        self._resume()

    async def _bring_up(self) -> None:
        self.fault = "starting"
        try:
            await self._chip.bring_up(self._configured())
        except RadioError as error:
            self.fault = str(error)
            raise
        self.fault = ""

    def _at_chip(self, channel: "Channel") -> "Channel":
        power_dbm = channel.power_dbm - self._amplifier_db
        if self._chip_max_dbm is not None and power_dbm > self._chip_max_dbm:
            raise MisuseError("power_dbm")
        return channel.replace(power_dbm=power_dbm)

    def _configured(self) -> "Channel":
        if self._channel is None:
            raise MisuseError("radio not started")
        return self._channel


def _now_ms() -> int:
    return time.ticks_ms()  # pyright: ignore[reportReturnType] - the stubs' own type of ticks
