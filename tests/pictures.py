"""What a decoder reads from pictures of ours: QR codes in SVG, or on a screen of light dots."""

import re
from collections.abc import Sequence

import zxingcpp

_SCALE = 4  # pixels of a module, as a camera sees several
_STEP = re.compile(r"([Mmh])(-?[\d.]+)(?: (-?[\d.]+))?")


def code_on(svg: str) -> str:
    """Return what a QR code says that segno drew: rows of horizontal strokes."""
    found = re.search(r'viewBox="0 0 (\d+) (\d+)"', svg)
    assert found is not None
    width, height = (int(number) for number in found.groups())
    dark = [[False] * width for _ in range(height)]
    x = y = 0.0
    for kind, first, second in _STEP.findall(svg.partition(' d="')[2].partition('"')[0]):
        if kind == "M":
            x, y = float(first), float(second)
        elif kind == "m":
            x, y = x + float(first), y + float(second)
        else:
            for column in range(int(x), int(x + float(first))):
                dark[int(y)][column] = True
            x += float(first)
    return decoded([[not module for module in row] for row in dark])


def decoded(light: Sequence[Sequence[bool]]) -> str:
    """Return the text of the one code in a picture of dots, light or dark."""
    pixels = bytes(
        255 if dot else 0
        for row in light
        for _ in range(_SCALE)
        for dot in row
        for _ in range(_SCALE)
    )
    shape = [len(light) * _SCALE, len(light[0]) * _SCALE]
    (code,) = zxingcpp.read_barcodes(memoryview(pixels).cast("B", shape=shape))
    return str(code.text)
