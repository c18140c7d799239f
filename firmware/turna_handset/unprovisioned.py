"""A board without a usable mission: says so on its screen and its USB port, and never transmits."""

import asyncio

from turna_board.board import BOARDS, load_profile, power_on
from turna_board.oled_ssd1306 import build_display
from turna_board.uptime import Uptime
from turna_board.usb_serial import UsbSerial
from turna_protocol.modem.messages import FAILURE, HAS_COUNTERS, Log, encode

from .counters import Counters
from .display import draw_unprovisioned
from .identity import hello
from .leaving import leave
from .raster import Raster
from .usb import UsbService

TELL_EVERY_MS = 10_000


async def run(board: str, reason: str) -> None:
    """Show why until somebody provisions the board and restarts it."""
    uptime = Uptime()
    counters = Counters()
    counters.count("not provisioned")
    await _show(board if board in BOARDS else BOARDS[0], reason, counters)
    serial = UsbSerial()
    service = UsbService(hello(board, HAS_COUNTERS), None, lambda: counters)
    while True:
        await serial.write(service.take() + encode(Log(FAILURE, f"not provisioned: {reason}")))
        until_ms = uptime.ms() + TELL_EVERY_MS
        while uptime.ms() < until_ms:
            service.receive(await serial.read(TELL_EVERY_MS), uptime.ms())
            await serial.write(service.take())
            if service.wish is not None:
                await leave(service.wish)


async def _show(board: str, reason: str, counters: Counters) -> None:
    profile = load_profile(board)
    await power_on(profile)
    raster = Raster()
    raster.draw(draw_unprovisioned(reason))
    try:
        display = build_display(profile)
        display.start()
        display.show(raster.buffer)
    except OSError:
        counters.count("display failures")
    await asyncio.sleep_ms(0)
