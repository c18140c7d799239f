"""The modem on a real serial port: finds it, keeps the port open, moves its bytes.

One thread owns port and link; the gateway's thread only hands over packets, under a lock that is
never held while the port is waited for.  A port that vanishes, blocks or falls silent is closed and
looked for again, by the board's own id where one is given and never by the port's name alone.
"""

import contextlib
import glob
import logging
import os
import secrets
import select
import termios
import threading
from collections.abc import Callable, Iterable
from typing import Protocol

import serial
from serial.tools import list_ports

from turna_backbone.clock import Clock
from turna_gateway.modem_radio import ModemRadio
from turna_gateway.ports import RadioInbox
from turna_protocol.modem.radio_messages import RadioSetting

log = logging.getLogger(__name__)

BAUD = 115_200
WRITE_TIMEOUT_S = 1.0
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0
# A board that is there but dumb so many times gets its reset line pulled.
SILENT_SESSIONS_BEFORE_RESET = 3
RESET_PULSE_S = 0.1
# USB bridges and native ports of the boards we know; other devices are not written to unasked.
USB_IDS = frozenset(
    {
        (0x10C4, 0xEA60),  # CP2102
        (0x1A86, 0x55D4),  # CH9102
        (0x1A86, 0x7523),  # CH340
        (0x303A, 0x4001),  # MicroPython on an ESP32-S3
        (0x303A, 0x1001),  # the ESP32-S3's own USB bridge
    }
)
_READ_BYTES = 4096
_PORT_ERRORS = (OSError, termios.error, serial.SerialException)


class Port(Protocol):
    """What is used of a serial.Serial."""

    dtr: bool
    rts: bool

    def fileno(self) -> int: ...
    def read(self, size: int) -> bytes: ...
    def write(self, data: bytes) -> int | None: ...
    def close(self) -> None: ...


def open_port(path: str) -> Port:
    """Open a port for ourselves alone; the control lines stay as the driver sets them: both on.

    Both on means "run" to the boards' reset circuits, and a native USB port is silent without DTR.
    """
    return serial.Serial(path, BAUD, timeout=0, write_timeout=WRITE_TIMEOUT_S, exclusive=True)


def usb_ports() -> list[str]:
    """Return the ports of USB devices that may be one of our boards."""
    return sorted(port.device for port in list_ports.comports() if (port.vid, port.pid) in USB_IDS)


class SerialRadio:
    """`Radio` on a board at a serial port; `start` it once, `stop` it at the end.

    `port` is a path or a pattern such as /dev/ttyUSB*.  With a unique id the ports of known USB
    devices are tried as well, and only that board is used.
    """

    def __init__(
        self,
        *,
        port: str,
        unique_id: bytes | None,
        setting: RadioSetting,
        inbox: RadioInbox,
        clock: Clock,
        session: int | None = None,
        open_port: Callable[[str], Port] = open_port,
        usb_ports: Callable[[], Iterable[str]] = usb_ports,
    ) -> None:
        self.openings = 0
        self.write_timeouts = 0
        self.resets = 0
        self._pattern = port
        self._searches = unique_id is not None
        self._clock = clock
        self._open_port = open_port
        self._usb_ports = usb_ports
        self._radio = ModemRadio(
            setting=setting,
            unique_id=unique_id,
            session=secrets.randbits(32) if session is None else session,
            inbox=inbox,
        )
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._bell, self._ringer = os.pipe()
        os.set_blocking(self._ringer, False)
        self._thread = threading.Thread(target=self._run, name="serial-radio", daemon=True)
        self._good_path = ""
        self._silent_sessions = 0

    @property
    def online(self) -> bool:
        """Say whether packets go out now."""
        return self._radio.online

    def start(self) -> None:
        """Begin to look for the modem."""
        self._thread.start()

    def alive(self) -> bool:
        """Tell whether the thread still looks after the port."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Let go of the port."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        os.write(self._ringer, b"!")
        if self._thread.is_alive():
            self._thread.join()
        with self._lock:  # who rings looks and rings under it: never at a number given to another
            os.close(self._bell)
            os.close(self._ringer)

    def transmit(self, packet: bytes, *, priority: int) -> int:
        """Queue a packet, highest priority first; its `Transmitted` carries the returned token."""
        with self._lock:
            token = self._radio.transmit(packet, priority=priority)
        self._ring()
        return token

    def taken(self, number: int) -> None:
        """Say that packets heard up to `number` are committed: the modem may forget them."""
        with self._lock:
            self._radio.taken(number)
        self._ring()

    def _ring(self) -> None:
        with self._lock:
            if not self._stopping.is_set():
                with contextlib.suppress(BlockingIOError):  # rung often enough already
                    os.write(self._ringer, b"!")

    # The thread.

    def _run(self) -> None:
        pause_s = FIRST_PAUSE_S
        while not self._stopping.is_set():
            was_online = False
            for path in self._candidates():
                was_online = self._try(path) or was_online
                if self._stopping.is_set():
                    return
            pause_s = FIRST_PAUSE_S if was_online else min(2 * pause_s, LONGEST_PAUSE_S)
            self._stopping.wait(pause_s)

    def _candidates(self) -> list[str]:
        """Return where to look, each device once, where the modem was last seen first."""
        paths = sorted(glob.glob(self._pattern)) or [self._pattern]  # noqa: PTH207 - may be absolute
        if self._searches:
            paths += self._usb_ports()
        paths.sort(key=lambda path: path != self._good_path)
        return list({os.path.realpath(path): path for path in reversed(paths)}.values())[::-1]

    def _try(self, path: str) -> bool:
        """Use a port until it fails; say whether the modem was online on it."""
        try:
            port = self._open_port(path)
        except _PORT_ERRORS as error:
            self._lose(f"cannot open {path}: {_reason(error)}")
            return False
        self.openings += 1
        was_online = False
        try:
            if self._silent_sessions >= SILENT_SESSIONS_BEFORE_RESET and path == self._good_path:
                self._reset(port)
            was_online = self._converse(port, path)
        except serial.SerialTimeoutException:
            self.write_timeouts += 1
            self._lose(f"{path} takes nothing")
        except _PORT_ERRORS as error:
            self._lose(f"{path} failed: {_reason(error)}")
        finally:
            _close(port)
        return was_online

    def _converse(self, port: Port, path: str) -> bool:
        with self._lock:
            self._radio.opened(self._clock.now_ms())
        was_online = False
        while not self._stopping.is_set():
            with self._lock:
                now_ms = self._clock.now_ms()
                data = self._radio.to_send(now_ms)
                deadline_ms = self._radio.deadline_ms()
                was_online = was_online or self._radio.online
            if deadline_ms is None:
                self._note_end(path, was_online=was_online)
                return was_online
            if was_online:
                self._good_path, self._silent_sessions = path, 0
            if data:
                port.write(data)
            self._wait(port, self._clock.wall_s(deadline_ms - now_ms))
        return was_online

    def _wait(self, port: Port, wait_s: float) -> None:
        sources: list[Port | int] = [port, self._bell]
        readable, _, _ = select.select(sources, [], [], wait_s)
        if self._bell in readable:
            os.read(self._bell, _READ_BYTES)
        if port in readable:
            data = port.read(_READ_BYTES)
            with self._lock:
                self._radio.receive(data, self._clock.now_ms())

    def _note_end(self, path: str, *, was_online: bool) -> None:
        if path == self._good_path and not was_online and not self._radio.wrong_board:
            self._silent_sessions += 1

    def _lose(self, reason: str) -> None:
        with self._lock:
            self._radio.closed(reason)

    def _reset(self, port: Port) -> None:
        """Pull the reset line of a board that has been ours and does not answer."""
        log.warning("resetting the modem path=%s", self._good_path)
        self.resets += 1
        self._silent_sessions = 0
        with _no_control_lines():
            port.dtr = False
            port.rts = True
        self._stopping.wait(RESET_PULSE_S)
        with _no_control_lines():
            port.dtr = True


def _no_control_lines() -> contextlib.AbstractContextManager[None]:
    """Tolerate a port without control lines: a pseudo-terminal says ENOTTY or EINVAL."""
    return contextlib.suppress(OSError)


def _close(port: Port) -> None:
    # The other order would pass through the state that resets a board.
    with _no_control_lines():
        port.rts = False
        port.dtr = False
    with contextlib.suppress(*_PORT_ERRORS):
        port.close()


def _reason(error: Exception) -> str:
    number = getattr(error, "errno", None)
    return os.strerror(number) if number else str(error)
