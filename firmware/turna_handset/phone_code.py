"""The QR code of the handset's network, in pixels beside the words of the phone page's screen."""

import framebuf

from turna_protocol.phone_network import CODE_BYTES, CODE_MODULES, CODE_ROW_BYTES

WIDTH_PX = 128
HEIGHT_PX = 64
MODULE_PX = 2
# The code at the right edge on light ground.  There is room for one module of ground at the sides
# where the standard asks for four; phones take it, and so does the decoder of the tests.
GROUND_LEFT_PX = 66
_LEFT_PX = 68
_TOP_PX = (HEIGHT_PX - CODE_MODULES * MODULE_PX) // 2


def paint(buffer: bytearray, rows: bytes) -> None:
    """Draw the code over the right half of a picture; `rows` as in `phone_network`."""
    frame = framebuf.FrameBuffer(buffer, WIDTH_PX, HEIGHT_PX, framebuf.MONO_VLSB)
    frame.fill_rect(GROUND_LEFT_PX, 0, WIDTH_PX - GROUND_LEFT_PX, HEIGHT_PX, 1)
    for start in range(0, CODE_BYTES, CODE_ROW_BYTES):
        row = int.from_bytes(rows[start : start + CODE_ROW_BYTES], "big")
        y_px = _TOP_PX + start // CODE_ROW_BYTES * MODULE_PX
        for column in range(CODE_MODULES):
            if row >> (8 * CODE_ROW_BYTES - 1 - column) & 1:
                x_px = _LEFT_PX + column * MODULE_PX
                frame.fill_rect(x_px, y_px, MODULE_PX, MODULE_PX, 0)
