"""The microcontroller of a board: serves what its interpreter asks of it, in virtual time.

`Mcu` knows clocks, pins, buses, flash and sleep; it knows neither processes nor what is soldered
to the pins.  A request is served at the instant the board made it; requests that take time are
answered when the time has passed.
"""

import json
import struct
from collections.abc import Callable
from random import Random

from .clocks import RealTimeClock, Timers, Watchdog
from .flash import BLOCKS, Flash
from .frames import Frame, pack_item, pack_message
from .native_usb import UsbConsole, UsbPort
from .network import CLOSED, Network
from .peripherals import Peripherals
from .pins import Pins
from .scheduler import Scheduler
from .soc import Soc
from .storage import Storage
from .uart import CONSOLE_BAUD, CONSOLE_RING_BYTES, Uart
from .waiting import TIMER_WAKE, Waiting, WakeSources

# reset causes of the ESP32 port
POWER_ON, HARD, WATCHDOG, DEEP_SLEEP, SOFT = 1, 2, 3, 4, 5

OFF, ACTIVE, LIGHT_SLEEP, DEEP_SLEEPING = "off", "active", "light sleep", "deep sleep"
USUAL_HZ = 160_000_000  # of the ESP32 port at the start


class Mcu:
    """One microcontroller; `resume` lets its interpreter go on with a message."""

    def __init__(
        self,
        scheduler: Scheduler,
        random: Random,
        *,
        soc: Soc,
        flash: Flash,
        storage: Storage,
        unique_id: bytes,
        resume: Callable[[bytes], None],
        restart: Callable[[int, int], None],
        suspend: Callable[[], None],
        transmit: Callable[[int, bytes, int], None],
        fault: Callable[[str], None],
    ) -> None:
        self._scheduler = scheduler
        self._random = random
        self._soc = soc
        self._flash = flash
        self._storage = storage
        self._unique_id = unique_id
        self._resume = resume
        self._restart = restart
        self._suspend = suspend
        self._fault = fault
        self.pins = Pins(random, self._edge, self._pins_changed, fault)
        peripherals = self._peripherals = Peripherals(random, soc, self.pins, fault)
        self.spi, self.i2c = peripherals.spi, peripherals.i2c
        self.analog, self.pwm = peripherals.analog, peripherals.pwm
        self.uarts: list[Uart | UsbConsole] = [
            Uart(scheduler, transmit=transmit, readable=self._uart_readable) for _ in range(3)
        ]
        self.usb: UsbPort | None = None
        self.uarts[0].interrupted = self._keyboard_interrupt
        self.firmware: list[str] = []
        self.rom = ""
        self.heap_bytes = 0  # 0: whatever the interpreter has
        self.temperature_c = 27
        self.state = OFF
        self.frequency_hz = USUAL_HZ
        self.access_point = False
        self.network = Network(lambda: self._notify("x", 0))
        self._watchdog = Watchdog(scheduler, lambda: restart(WATCHDOG, 0))
        self._timers = Timers(scheduler, self._timer_expired)
        self._clock = RealTimeClock(scheduler)
        self._waiting = Waiting(scheduler)
        self._wake_sources = WakeSources(self.pins)
        self._cause = POWER_ON
        self._wake_reason = 0
        self._wake: Callable[[int], None] = self._wake_up
        self._started_us = 0
        self._items = b""
        self._serving = {
            **peripherals.services(),
            "u": self._configure_uart, "D": self._watch, "d": self._feed,
            "t": self._start_timer, "k": self._set_interrupt_character, "e": self._set_wake,
            "n": self._consume, "H": self._settings, "T": self._wait_for,
            "N": self._look, "U": self._write_uart, "E": self._transmitter_empty,
            "F": self._change_flash, "V": self._serve_storage, "M": self._serve_rtc_memory,
            "C": self._serve_clock, "Y": self._tell_fact, "L": self._light_sleep,
            "Z": self._deep_sleep, "Q": self._reset, "f": self._set_speed, "a": self._set_wifi,
            "B": self._serve_sockets,
        }  # fmt: skip

    def use_native_usb(self) -> UsbPort:
        """Have the console on a USB port of the chip's own; return the host's end of it."""
        self.usb = UsbPort()
        self.uarts[0] = UsbConsole(self._scheduler, self.usb, self._uart_readable)
        self.uarts[0].interrupted = self._keyboard_interrupt
        return self.usb

    # The life of the chip, as the board's power and reset decide it.

    def power_off(self) -> None:
        """Lose all but the flash."""
        self.halt()
        self.state = OFF
        self._wake_sources.forget()

    def halt(self) -> None:
        """Stop everything that a hardware reset stops."""
        self._quiet()
        self._leave_usb()
        self.access_point = False
        self.network.stop()
        self._watchdog.stop()
        self._peripherals.halt()

    def soften(self) -> None:
        """Stop what a soft reset stops: pins and watchdog stay as they are."""
        self._quiet()
        self.pins.forget_interrupts()

    def start(self, cause: int, wake_reason: int = 0) -> None:
        """Begin to run; ticks start anew unless the reset was soft."""
        self._cause = cause
        self._wake_reason = wake_reason
        self.state, self.frequency_hz = ACTIVE, USUAL_HZ
        if cause != SOFT:
            self._started_us = self._scheduler.now_us
        if cause == POWER_ON:
            self._clock.lose()
        console = self.uarts[0]
        tx, rx = self._soc.console_tx, self._soc.console_rx
        console.configure(tx, rx, CONSOLE_BAUD, CONSOLE_RING_BYTES, 0)
        console.interrupt_character = 3

    def sleeps_until_ms(self) -> int:
        """Return when a sleep, or any other wait, ends if nothing ends it before; 0: never."""
        left_us = self._waiting.left_us
        return (self._scheduler.now_us + left_us) // 1000 if left_us else 0

    def serve(self, frame: Frame) -> None:
        """Serve a request at this instant."""
        reply = self._serving[frame.kind](frame.arg, frame.payload)
        if reply is not None:
            self._answer(reply)

    def receive(self, rx_pin: int, data: bytes, baud: int) -> None:
        """Take bytes that a device sends to a pin; asleep, the UARTs are deaf."""
        if self._waiting.asleep:
            return
        for uart in self.uarts:
            if uart.configured and uart.rx_pin == rx_pin:
                uart.receive(data, baud)

    # Replies and waiting.

    def _answer(self, reply: bytes, left_us: int = 0) -> None:
        items, self._items = self._items, b""
        if reply:
            items += pack_item("r", 0, reply)
        now_us, next_us = self._scheduler.now_us, self._scheduler.next_us()
        message = pack_message(
            items,
            uptime_us=now_us - self._started_us,
            unchanged_us=0 if next_us is None else next_us - now_us,
            ready=sum(uart.readable << number for number, uart in enumerate(self.uarts)),
            left_us=left_us,
            levels=self.pins.snapshot(),
        )
        self._resume(message)

    def _answer_at(self, when_us: int) -> None:
        self._waiting.begin(when_us, lambda: self._answer(b""))

    def _wait_for(self, ports: int, payload: bytes) -> None:
        (duration_us,) = struct.unpack("<I", payload)
        if self._items or duration_us == 0 or self._readable(ports):
            self._answer(b"", duration_us)
            return
        until_us = self._scheduler.now_us + duration_us
        self._waiting.begin(until_us, self._end_wait, ports=ports, disturbable=True)

    def _end_wait(self) -> None:
        self._answer(b"", self._waiting.left_us)

    def _readable(self, ports: int) -> bool:
        return any(ports >> number & 1 and u.readable for number, u in enumerate(self.uarts))

    def _notify(self, kind: str, arg: int) -> None:
        if not self._waiting.asleep:
            self._items += pack_item(kind, arg)
            self._waiting.disturb()

    def _edge(self, pin: int) -> None:
        self._notify("I", pin)

    def _timer_expired(self, number: int) -> None:
        self._notify("t", number)

    def _keyboard_interrupt(self) -> None:
        self._notify("K", 0)

    def _uart_readable(self) -> None:
        if self._readable(self._waiting.ports):
            self._waiting.disturb()

    def _quiet(self) -> None:
        self._waiting.cancel()
        self._items = b""
        self._timers.stop_all()
        for uart in self.uarts:
            uart.switch_off()
        self._peripherals.silence()

    # UARTs.

    def _configure_uart(self, number: int, payload: bytes) -> None:
        tx, rx, _, _, _, baud, ring, transmit_ring = struct.unpack("<BBBBBIHH", payload)
        self.uarts[number].configure(tx, rx, baud, ring, transmit_ring)

    def _look(self, number: int, _payload: bytes) -> bytes:
        return self.uarts[number].look()

    def _consume(self, number: int, payload: bytes) -> None:
        self.uarts[number].consume(*struct.unpack("<H", payload))

    def _write_uart(self, number: int, payload: bytes) -> bytes | None:
        when_us = self.uarts[number].write(payload)
        if when_us <= self._scheduler.now_us:
            return b""
        self._answer_at(when_us)
        return None

    def _transmitter_empty(self, number: int, _payload: bytes) -> bytes:
        return bytes([self.uarts[number].sent_us <= self._scheduler.now_us])

    def _set_interrupt_character(self, _arg: int, payload: bytes) -> None:
        (character,) = struct.unpack("<h", payload)
        self.uarts[0].interrupt_character = None if character < 0 else character

    # Memory and clocks.

    def _settings(self, _arg: int, _payload: bytes) -> bytes:
        settings = {
            "seed": f"{self._random.getrandbits(128):032x}",
            "flash": str(self._flash.path),
            "blocks": BLOCKS,
            "firmware": self.firmware,
            "soc": self._soc.facts(),
            "rom": self.rom,
            "heap": self.heap_bytes,
        }
        return json.dumps(settings).encode()

    def _change_flash(self, operation: int, payload: bytes) -> bytes | None:
        (place,) = struct.unpack_from("<I", payload)
        started_us = self._scheduler.now_us
        took_us = self._flash.erase(place) if operation else self._flash.program(place, payload[4:])
        if self._running:
            self._answer_at(started_us + took_us)
        return None

    def _serve_storage(self, operation: int, payload: bytes) -> bytes | None:
        reply = self._storage.serve(operation, payload)
        return reply if self._running else None

    def _serve_rtc_memory(self, operation: int, payload: bytes) -> bytes:
        if operation:
            self._clock.memory = payload
        return self._clock.memory

    def _serve_clock(self, operation: int, payload: bytes) -> bytes:
        if operation:
            self._clock.set(*struct.unpack("<q", payload))
        return struct.pack("<q", self._clock.now_us)

    def _tell_fact(self, fact: int, _payload: bytes) -> bytes:
        facts = (
            bytes([self._cause]),
            bytes([self._wake_reason]),
            self._unique_id,
            struct.pack("<b", self.temperature_c),
        )
        return facts[fact]

    def _watch(self, _arg: int, payload: bytes) -> bytes:
        self._watchdog.start(struct.unpack("<I", payload)[0])
        return b""

    def _feed(self, _arg: int, _payload: bytes) -> None:
        self._watchdog.feed()

    def _start_timer(self, number: int, payload: bytes) -> None:
        periodic, period_us = struct.unpack("<BI", payload)
        self._timers.start(number, period_us, periodic=bool(periodic))

    # Sleep and reset.

    def _set_wake(self, source: int, payload: bytes) -> None:
        self._wake_sources.choose(source, payload[0], payload[1:])

    def _set_speed(self, _arg: int, payload: bytes) -> None:
        (self.frequency_hz,) = struct.unpack("<I", payload)

    def _set_wifi(self, on: int, _payload: bytes) -> None:
        self.access_point = bool(on)
        if not on:
            self.network.stop()

    def _serve_sockets(self, operation: int, payload: bytes) -> bytes:
        if not self.access_point:
            return CLOSED
        return self.network.serve(operation, payload)

    def _light_sleep(self, _arg: int, payload: bytes) -> None:
        (duration_us,) = struct.unpack("<q", payload)
        self._leave_usb()
        if self._peripherals.sounding:
            self._fault("light sleep stops PWM")
        if self.access_point:
            self._fault("light sleep with Wi-Fi on")
        self.state = LIGHT_SLEEP
        self._sleep(duration_us, self._wake_up)

    def _wake_up(self, reason: int) -> None:
        self.state = ACTIVE
        self._wake_reason = reason
        self._answer(b"")

    def _deep_sleep(self, _arg: int, payload: bytes) -> None:
        (duration_us,) = struct.unpack("<q", payload)

        def fall_asleep() -> None:
            self._suspend()
            self.state = DEEP_SLEEPING
            self._sleep(duration_us, lambda reason: self._restart(DEEP_SLEEP, reason))

        self._when_all_is_sent(fall_asleep)

    def _sleep(self, duration_us: int, wake: Callable[[int], None]) -> None:
        until_us = None if duration_us < 0 else self._scheduler.now_us + duration_us
        self._wake = wake
        self._waiting.begin(until_us, lambda: wake(TIMER_WAKE), asleep=True)
        self._pins_changed()

    def _pins_changed(self) -> None:
        if not self._waiting.asleep:
            return
        reason, wake = self._wake_sources.reason(), self._wake
        if reason:
            self._waiting.begin(self._scheduler.now_us, lambda: wake(reason), asleep=True)

    def _leave_usb(self) -> None:
        console = self.uarts[0]
        if isinstance(console, UsbConsole):
            console.vanish()

    def _reset(self, cause: int, _payload: bytes) -> None:
        self._when_all_is_sent(lambda: self._restart(cause, 0))

    def _when_all_is_sent(self, action: Callable[[], None]) -> None:
        """Let the UARTs finish first, as esp_restart() and esp_deep_sleep_start() do."""
        self._waiting.begin(max(uart.sent_us for uart in self.uarts), action)

    @property
    def _running(self) -> bool:
        return self.uarts[0].configured
