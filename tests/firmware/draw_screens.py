"""Draws the main screens in one language with the firmware's own raster; runs on MicroPython.

draw_screens.py LANGUAGE prints a line per screen: its name, then the display's buffer in hex.
"""

import sys

HERE = __file__.rsplit("/", 1)[0]
sys.path[:0] = [HERE + "/../../protocol", HERE + "/../../firmware"]

from turna_handset import keypad, labels  # noqa: E402
from turna_handset.display import (  # noqa: E402
    Line,
    ReportLine,
    Status,
    draw,
    draw_unprovisioned,
)
from turna_handset.form import Form  # noqa: E402
from turna_handset.picture import BUFFER_BYTES  # noqa: E402
from turna_handset.raster import Raster  # noqa: E402

SHORT, LONG, HOLD = (keypad.SHORT,), (keypad.LONG,), (keypad.HOLD,)
SITREP = LONG + LONG
CHOSEN = SITREP + SHORT * 5 + LONG + SHORT * 9 + LONG  # a hazard from the middle of the list
# Name, keys from home, and whether a countdown to an SOS has run out.
SCREENS = (
    ("home", (), False),
    ("menu", SHORT + SHORT * 2, False),
    ("team status", LONG, False),
    ("situation report", SITREP, False),
    ("count, unknown", SITREP + SHORT * 2 + LONG, False),
    ("count", SITREP + SHORT * 3 + LONG + SHORT * 8, False),
    ("hazards", CHOSEN, False),
    ("needs", SITREP + SHORT * 6 + LONG + SHORT * 4, False),
    ("quantity", SITREP + SHORT * 6 + LONG + SHORT * 4 + LONG, False),
    ("reports", SHORT * 2 + LONG, False),
    ("one report", SHORT * 2 + LONG + LONG, False),
    ("languages", SHORT * 5 + LONG + SHORT * 3, False),
    ("SOS, countdown", HOLD, False),
    ("SOS, active", HOLD, True),
    ("SOS, cancel?", HOLD + LONG, True),
)


def a_report(seq: int, state: int, type_name: str) -> ReportLine:
    return ReportLine(
        type_name=type_name, seq=seq, state=state, age_s=180, attempts=2, saved_at="14:32"
    )


REPORTS = (a_report(12, 2, "sitrep"), a_report(11, 1, "position"), a_report(9, 3, "sos"))


def lines_of(keys: "tuple[str, ...]", declared: bool) -> "tuple[Line, ...]":
    form = Form(lambda: len(REPORTS), node_lines=1)
    now_ms = 1500
    for number, key in enumerate(keys):
        form.press(key, 0)
        if declared and number == 0:
            form.tick(60_000)
    status = Status(
        call_sign="KAZ01-1",
        mode="exercise",
        fix_age_s=42,
        accuracy_m=5,
        battery_pct=87,
        counts=(0, 1, 1, 1, 0, 0),
        last=REPORTS[0],
        sos=a_report(13, 1, "sos") if declared else None,
        warning=None,
        node=("",),
    )
    return draw(form, status, lambda row: REPORTS[row] if row < len(REPORTS) else None, now_ms)


labels.speak(sys.argv[1])
# One for all, as on a board: what a screen leaves behind shows on the next.
raster = Raster(bytearray(BUFFER_BYTES))
for name, keys, declared in SCREENS:
    raster.draw(lines_of(keys, declared))
    sys.stdout.write(f"{name}\t{raster.buffer.hex()}\n")
raster.draw(draw_unprovisioned("no settings.json"))
sys.stdout.write(f"not set up\t{raster.buffer.hex()}\n")
