"""A virtual board: a microcontroller, what is soldered to it, its interpreter and its flash."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

from . import image
from .ether import Antenna, Ether
from .flash import Flash
from .frames import Frame
from .interpreter import heap_bytes, heap_option
from .mcu import DEEP_SLEEP, HARD, POWER_ON, SOFT, WATCHDOG, Mcu
from .models import BOARDS
from .process import BoardEndedError, BoardHungError, BoardProcess
from .rom import rom_of
from .scenario_log import ScenarioLog
from .scheduler import Scheduler
from .screen import Screen
from .serial_port import HostPort, PseudoTerminal, SerialPort
from .storage import Storage
from .wiring import Bench, Parts

_BOOT_US = 300_000  # ROM, second stage, MicroPython's own start
_SOFT_BOOT_US = 60_000
_RESET_CODES = {
    POWER_ON: "0x1 (POWERON)", HARD: "0xc (RTC_SW_CPU_RST)", WATCHDOG: "0x7 (TG0WDT_SYS_RST)",
    DEEP_SLEEP: "0x5 (DSLEEP)",
}  # fmt: skip
_CAUSES = {
    POWER_ON: "power on", HARD: "reset", WATCHDOG: "watchdog", DEEP_SLEEP: "deep sleep",
    SOFT: "soft reset",
}  # fmt: skip


class InterpreterError(Exception):
    """The interpreter of a board did not even start."""


@dataclass(frozen=True)
class Surroundings:
    """What all boards of a world share."""

    scheduler: Scheduler
    ether: Ether
    log: ScenarioLog
    start_unix_s: int


@dataclass(frozen=True)
class Equipment:
    """What a board is made with."""

    model: str
    micropython: Path
    overlay: Path
    heap: str | None
    firmware: Sequence[Path]
    rom: bool
    directory: Path
    hang_after_cpu_s: float
    unique_id: bytes | None = None


class Board:
    """One board; off until `power_on`."""

    def __init__(
        self, name: str, seed: int, around: Surroundings, equipment: Equipment, antenna: Antenna
    ) -> None:
        self.name = name
        self._around = around
        self._equipment = equipment
        self._random = Random(f"{seed}/{name}")
        self._process: BoardProcess | None = None
        self._life = 0
        self._powered = False
        self._terminal: PseudoTerminal | None = None
        self.antenna = antenna
        self.model = equipment.model
        self.faults: list[str] = []
        self.boots = 0
        directory = equipment.directory
        self.flash = Flash(directory / "flash.bin", self.power_cut)
        self.storage = Storage(directory / "nvs.json", self.flash.note_write)
        self.unique_id = equipment.unique_id or Random(f"id/{name}").randbytes(6)
        model = BOARDS[equipment.model]
        self._soc = model.soc
        self.mcu = Mcu(
            around.scheduler,
            self._random,
            soc=model.soc,
            flash=self.flash,
            storage=self.storage,
            unique_id=self.unique_id,
            resume=self._resume,
            restart=self._restart,
            suspend=self._suspend,
            transmit=self._transmitted,
            fault=self._fault,
        )
        folders = tuple(folder.resolve() for folder in equipment.firmware)
        if equipment.rom:
            self.mcu.rom = str(rom_of(folders))
        else:
            self.mcu.firmware = [str(folder) for folder in folders]
        if equipment.heap:
            self.mcu.heap_bytes = heap_bytes(equipment.heap)
        self.serial: HostPort = (
            self.mcu.use_native_usb()
            if model.native_usb
            else SerialPort(around.scheduler, partial(self.mcu.receive, model.soc.console_rx))
        )
        self.serial.listeners.append(lambda data: self._log("serial", data=data.hex()))
        self.parts: Parts = model.build(
            Bench(
                around.scheduler, self._random, self.mcu, antenna, around.start_unix_s,
                self._fault, self._note,
            )
        )  # fmt: skip

    # What a person does to a board.

    def power_on(self) -> None:
        """Switch the supply on; the firmware starts a moment later."""
        if not self._powered:
            self._powered = True
            self.parts.power(True)
            self._start(POWER_ON)

    def power_cut(self) -> None:
        """Take the supply away, in the middle of whatever goes on."""
        if self._powered:
            self._powered = False
            self._log("power cut")
            self._end_process()
            self.mcu.power_off()
            self.storage.lose_uncommitted()
            self.parts.power(False)

    def reset(self) -> None:
        """Press the reset button."""
        if self._powered:
            self._restart(POWER_ON, 0)

    def press(self, button: str = "user", hold_ms: int = 80) -> None:
        """Press a button and let go after a time."""
        self._log("button", name=button, hold_ms=hold_ms)
        self.parts.buttons[button].press(hold_ms)

    def press_twice(self, button: str = "user", hold_ms: int = 80) -> None:
        """Press a button twice in quick succession."""
        self._log("button twice", name=button, hold_ms=hold_ms)
        self.parts.buttons[button].press_twice(hold_ms)

    def nmea(self, data: bytes) -> None:
        """Send bytes on the GNSS receiver's line, beside what it says itself."""
        self.parts.gnss_line.send(data)

    def screen(self) -> Screen:
        """Return what is to be seen on the display."""
        return self.parts.oled.screen

    @property
    def battery_mv(self) -> int:
        """The battery's voltage."""
        return self.parts.battery.millivolts

    @battery_mv.setter
    def battery_mv(self, millivolts: int) -> None:
        self.parts.battery.millivolts = millivolts

    @property
    def powered(self) -> bool:
        """Tell whether the supply is on."""
        return self._powered

    @property
    def running(self) -> bool:
        """Tell whether the firmware runs (hung counts as running)."""
        return self._process is not None

    @property
    def pid(self) -> int | None:
        """The interpreter's process id, None while the board is off or asleep."""
        return self._process.pid if self._process else None

    # Flash and files.

    def cut_power_at_write(self, count: int) -> None:
        """Cut the power in the middle of the count-th write to flash from now on."""
        self.flash.cut_power_at_write(count)

    def write_files(self, files: Mapping[str, bytes]) -> None:
        """Put files into the flash of a board that is off."""
        image.write_files(self._equipment.micropython, self.flash.path, files)

    def read_file(self, path: str) -> bytes | None:
        """Read a file from flash, as a restart at this instant would find it."""
        return image.read_file(self._equipment.micropython, self.flash.path, path)

    def list_files(self, folder: str = "/") -> list[str]:
        """Name what is in a folder of the flash, as a restart at this instant would find it."""
        return image.list_files(self._equipment.micropython, self.flash.path, folder)

    def read_folder(self, folder: str) -> dict[str, bytes]:
        """Read every file of a folder, as a restart at this instant would find it."""
        return image.read_folder(self._equipment.micropython, self.flash.path, folder)

    # The serial port.

    def open_pty(self, path: Path | None = None) -> str:
        """Show the serial port as a device file that stays over resets; return its path."""
        if self._terminal is None:
            place = path or self._equipment.directory / "tty"
            self._terminal = PseudoTerminal(self.serial, place)
        return str(self._terminal.path)

    def close_pty(self) -> None:
        """Unplug the USB cable."""
        if self._terminal is not None:
            self._terminal.close()
            self._terminal = None

    @property
    def terminal(self) -> PseudoTerminal | None:
        """The open pseudo-terminal while it is connected, for the world's loop."""
        return self._terminal if self._terminal and self._terminal.connected else None

    @property
    def page_address(self) -> str | None:
        """The address of the page that the board serves on its access point, as seen from here."""
        port = self.mcu.network.port
        return None if port is None else f"http://127.0.0.1:{port}/"

    def close(self) -> None:
        """End the interpreter and let go of everything."""
        self._end_process()
        self.mcu.network.stop()
        self.close_pty()
        self.flash.close()

    # The interpreter.

    def _start(self, cause: int, wake_reason: int = 0) -> None:
        self._life += 1
        self.boots += 1
        self._log("start", cause=_CAUSES[cause])
        self.mcu.start(cause, wake_reason)
        if cause != SOFT and self.mcu.usb is None:
            self.mcu.uarts[0].write(_rom_log(self._soc.rom_log, cause))
        delay_us = _SOFT_BOOT_US if cause == SOFT else _BOOT_US
        self._around.scheduler.after(delay_us, self._in_this_life(self._launch))

    def _restart(self, cause: int, wake_reason: int) -> None:
        self._end_process()
        if cause == SOFT:
            self.mcu.soften()
        else:
            self.mcu.halt()
            self.storage.lose_uncommitted()
        self._start(cause, wake_reason)

    def _suspend(self) -> None:
        self._log("deep sleep")
        self._end_process()
        self.mcu.halt()

    def _launch(self) -> None:
        equipment = self._equipment
        command = [str(equipment.micropython)]
        if equipment.heap:
            command += ["-X", heap_option(equipment.micropython, equipment.heap)]
        messages = equipment.directory / "interpreter.txt"
        command.append(str(equipment.overlay / "_boot.py"))
        self._process = BoardProcess(command, messages, equipment.hang_after_cpu_s)
        self._collect()

    def _resume(self, message: bytes) -> None:
        if self._process is not None:
            self._process.send(message)
            self._collect()

    def _collect(self) -> None:
        assert self._process is not None
        try:
            frames = self._process.receive()
        except BoardHungError:
            self._process.freeze()
            self._log("hung")
            return
        except BoardEndedError:
            self._crashed()
            return
        scheduler = self._around.scheduler
        for frame in frames:
            serve = self._in_this_life(partial(self._serve, frame))
            scheduler.at(scheduler.now_us + frame.skew_us, serve)

    def _serve(self, frame: Frame) -> None:
        self._around.log.frame(self.name, frame.kind, frame.arg, frame.payload)
        self.mcu.serve(frame)

    def _crashed(self) -> None:
        """Treat a killed interpreter as a panic; one that gave up is a defect of the overlay."""
        assert self._process is not None
        if self._process.gave_up():
            messages = (self._equipment.directory / "interpreter.txt").read_text(errors="replace")
            raise InterpreterError(f"{self.name}: {messages[-2000:]}")
        self._log("crashed")
        self._restart(HARD, 0)

    def _end_process(self) -> None:
        self._life += 1
        if self._process is not None:
            self._process.kill()
            self._process = None

    def _in_this_life(self, action: Callable[[], None]) -> Callable[[], None]:
        life = self._life

        def act() -> None:
            if life == self._life:
                action()

        return act

    # What comes out of the board.

    def _transmitted(self, tx_pin: int, data: bytes, _baud: int) -> None:
        if tx_pin == self._soc.console_tx:
            self.serial.receive(data)

    def _fault(self, what: str) -> None:
        if what not in self.faults:
            self.faults.append(what)
            self._log("fault", fault=what)

    def _note(self, what: str, value: int) -> None:
        self._log(what, value=value)

    def _log(self, what: str, **fields: int | str | None) -> None:
        self._around.log.record(self.name, what, **fields)


def _rom_log(greeting: str, cause: int) -> bytes:
    """Return what the chip's ROM prints on the serial port before any firmware runs."""
    return (
        f"{greeting}rst:{_RESET_CODES[cause]},boot:0x8 (SPI_FAST_FLASH_BOOT)\r\n"
        "entry 0x403c88b8\r\n"
    ).encode()
