"""A board that cannot do its work, without a mission or after a fault: it says so and is silent."""

import asyncio

from turna_board.board import BOARDS, load_profile, power_on
from turna_board.counters import Counters
from turna_board.identity import hello, new_boot_id
from turna_board.leaving import REBOOT, leave
from turna_board.oled import build_display
from turna_board.uptime import Uptime
from turna_board.usb import UsbService
from turna_board.usb_serial import UsbSerial
from turna_protocol.modem.messages import FAILURE, HANDSET, HAS_COUNTERS, Log, encode

from .display import draw_unprovisioned
from .picture import BUFFER_BYTES
from .raster import Raster

TELL_EVERY_MS = 10_000
RESTART_AFTER_MS = 20_000  # sooner than the watchdog would


async def run(board: str, reason: str, *, restarts: bool = False) -> None:
    """Show why until somebody provisions the board, or for a while if a restart may help."""
    uptime = Uptime()
    counters = Counters()
    counters.count(reason)
    await _show(board if board in BOARDS else BOARDS[0], reason, counters)
    serial = UsbSerial()
    service = UsbService(hello(HANDSET, board, new_boot_id(), HAS_COUNTERS), None, lambda: counters)
    while not restarts or uptime.ms() < RESTART_AFTER_MS:
        await serial.write(service.take() + encode(Log(FAILURE, f"not in service: {reason}")))
        until_ms = uptime.ms() + TELL_EVERY_MS
        while uptime.ms() < until_ms:
            service.receive(await serial.read(TELL_EVERY_MS), uptime.ms())
            await serial.write(service.take())
            if service.wish is not None:
                await leave(service.wish)
    await leave(REBOOT)


async def _show(board: str, reason: str, counters: Counters) -> None:
    profile = load_profile(board)
    if await power_on(profile):
        counters.count("failed supply")
    raster = Raster(bytearray(BUFFER_BYTES))
    raster.draw(draw_unprovisioned(reason))
    try:
        display = build_display(profile)
        display.start()
        display.show(raster.buffer)
    except OSError:
        counters.count("display failures")
    await asyncio.sleep_ms(0)
