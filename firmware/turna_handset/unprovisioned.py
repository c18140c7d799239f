"""A board that cannot do its work, without a mission or after a fault: it says so and is silent."""

import asyncio
import os

from turna_board.board import BOARDS, load_profile, power_on
from turna_board.oled import build_display
from turna_board.uptime import Uptime
from turna_board.usb_serial import UsbSerial
from turna_protocol.modem.messages import BOOT_ID_BYTES, FAILURE, HAS_COUNTERS, Log, encode

from .counters import Counters
from .display import draw_unprovisioned
from .identity import hello
from .leaving import REBOOT, leave
from .raster import Raster
from .usb import UsbService

TELL_EVERY_MS = 10_000
RESTART_AFTER_MS = 60_000


async def run(board: str, reason: str, *, restarts: bool = False) -> None:
    """Show why until somebody provisions the board, or for a while if a restart may help."""
    uptime = Uptime()
    counters = Counters()
    counters.count(reason)
    await _show(board if board in BOARDS else BOARDS[0], reason, counters)
    serial = UsbSerial()
    service = UsbService(
        hello(board, os.urandom(BOOT_ID_BYTES), HAS_COUNTERS), None, lambda: counters
    )
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
    raster = Raster()
    raster.draw(draw_unprovisioned(reason))
    try:
        display = build_display(profile)
        display.start()
        display.show(raster.buffer)
    except OSError:
        counters.count("display failures")
    await asyncio.sleep_ms(0)
