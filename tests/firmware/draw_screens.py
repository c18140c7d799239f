"""Draws the main screens in one language with the firmware's own raster; runs on MicroPython.

draw_screens.py LANGUAGE prints a line per screen: its name, then the display's buffer in hex.
"""

import sys

HERE = __file__.rsplit("/", 1)[0]
sys.path[:0] = [HERE + "/../../protocol", HERE + "/../../firmware"]

from turna_handset import keypad, labels  # noqa: E402
from turna_handset import letter as letters  # noqa: E402
from turna_handset.display import (  # noqa: E402
    AlarmLine,
    ReportLine,
    Status,
    draw,
    draw_unprovisioned,
)
from turna_handset.form import MENU_LINES, Form  # noqa: E402
from turna_handset.inbox_page import InboxPage  # noqa: E402
from turna_handset.letter import Letter  # noqa: E402
from turna_handset.lines import Line, wrapped  # noqa: E402
from turna_handset.pages import Pages  # noqa: E402
from turna_handset.picture import BUFFER_BYTES  # noqa: E402
from turna_handset.raster import Raster  # noqa: E402

SHORT, LONG, DOUBLE, HOLD = (keypad.SHORT,), (keypad.LONG,), (keypad.DOUBLE,), (keypad.HOLD,)
SITREP = LONG + LONG
CHOSEN = SITREP + SHORT * 5 + LONG + SHORT * 9 + LONG  # a hazard from the middle of the list
NOW_S = 1_801_915_200
EXERCISE, ACTUAL = 1, 0


def menu(name: str) -> "tuple[str, ...]":
    return SHORT * (1 + MENU_LINES.index(name)) + LONG


SERIAL = LONG + LONG + SHORT * 5 + LONG + SHORT * 6 + LONG  # worksite 0056
# Name, keys from home, and what is the case: an SOS declared, new letters, an alarm.
SCREENS = (
    ("home", (), ""),
    ("home, new order", (), "unread"),
    ("menu", SHORT + SHORT * 2, ""),
    ("team status", LONG, ""),
    ("situation report", SITREP, ""),
    ("count, unknown", SITREP + SHORT * 2 + LONG, ""),
    ("count", SITREP + SHORT * 3 + LONG + SHORT * 8, ""),
    ("hazards", CHOSEN, ""),
    ("needs", SITREP + SHORT * 6 + LONG + SHORT * 4, ""),
    ("quantity", SITREP + SHORT * 6 + LONG + SHORT * 4 + LONG, ""),
    ("hazard, what", menu("hazard") + SHORT * 2, ""),
    ("hazard", menu("hazard") + SHORT * 2 + LONG + SHORT * 2 + LONG + SHORT * 3 + LONG, ""),
    ("worksite, number", menu("worksite_triage") + LONG + LONG + SHORT * 5, ""),
    ("worksite", menu("worksite_triage") + SERIAL + SHORT * 2 + LONG + SHORT * 3 + LONG, ""),
    ("needs report", menu("needs") + SHORT + LONG + SHORT * 5 + LONG + DOUBLE, ""),
    ("medevac", menu("medevac") + SHORT + LONG, ""),
    ("victim", menu("victim") + SERIAL + SHORT * 2 + LONG + SHORT * 2 + LONG, ""),
    ("canned text", menu("message") + SHORT * 5, ""),
    ("canned text, send", menu("message") + SHORT * 5 + LONG, ""),
    ("inbox", menu("inbox"), ""),
    ("task", menu("inbox") + LONG, ""),
    ("task, rest", menu("inbox") + LONG + SHORT, ""),
    ("task, answers", menu("inbox") + LONG + LONG + SHORT, ""),
    ("task, reasons", menu("inbox") + LONG + LONG + SHORT * 3 + LONG, ""),
    ("roll call, answers", menu("inbox") + SHORT + LONG + LONG, ""),
    ("reports", menu("reports"), ""),
    ("one report", menu("reports") + LONG, ""),
    ("this handset", menu("node") + SHORT, ""),
    ("languages", menu("language") + SHORT * 3, ""),
    ("phone page", menu("phone"), "phone"),
    ("phone page, no memory", menu("phone"), "no memory"),
    ("SOS, countdown", HOLD, ""),
    ("SOS, active", HOLD, "sos"),
    ("SOS, more", HOLD + SHORT, "sos"),
    ("SOS, cancel?", HOLD + LONG, "sos"),
    ("drill: evacuate", (), "drill"),
    ("alarm: evacuate", (), "alarm"),
    ("alarm, heard", LONG, "cease"),
    ("alarm, on home", LONG + SHORT, "cease"),
    ("all clear", (), "over"),
)
ALARMS = {
    "drill": AlarmLine(mode=EXERCISE, code=0, heard=False),
    "alarm": AlarmLine(mode=ACTUAL, code=0, heard=False),
    "cease": AlarmLine(mode=EXERCISE, code=1, heard=True),
    "over": AlarmLine(mode=EXERCISE, code=2, heard=False),
}


def a_report(seq: int, state: int, type_name: str) -> ReportLine:
    return ReportLine(
        type_name=type_name, seq=seq, state=state, age_s=180, attempts=2, saved_at="14:32"
    )


REPORTS = (a_report(12, 2, "sitrep"), a_report(11, 1, "hazard"), a_report(9, 3, "sos"))


class Letters:
    """An inbox with a task, a roll call, and a text."""

    def __init__(self) -> None:
        self._letters = (
            Letter(7, 2, letters.NEW, letters.TASK, 4, 17, NOW_S - 180),
            Letter(6, 1, letters.SEEN, letters.MESSAGE, letters.ROLL_CALL, 0, NOW_S - 600),
            Letter(5, 0, letters.ANSWERED, letters.LONG_TEXT, 0, 0, NOW_S - 4000),
        )

    def __len__(self) -> int:
        return len(self._letters)

    def newest(self, place: int) -> "Letter | None":
        return self._letters[place] if place < len(self._letters) else None

    def content(self, reference: int) -> bytes:
        return b""


def read(letter: Letter, content: "bytes | None") -> "list[str]":
    text = labels.text
    rows = [text("task.search") + " #17", text("task_urgency.immediate"), "TUR01-0056"]
    rows += [text("inbox.due") + " 90 min", "36.22345 36.17777"]
    return rows + wrapped("Okul, 2. kat, dogu") + ["#7 14:05"]


class Board:
    """What a handset tells its pages."""

    def count_reports(self) -> int:
        return len(REPORTS)

    def listed(self, row: int, now_ms: int) -> "ReportLine | None":
        return REPORTS[row] if row < len(REPORTS) else None

    def node(self, now_ms: int) -> "tuple[str, ...]":
        return (labels.text("node.device") + " 7", labels.text("node.region") + " COMMON433", "")

    def time_s(self, now_ms: int) -> int:
        return NOW_S

    def load(self, names: "tuple[str, ...]") -> None: ...
    def forget(self, names: "tuple[str, ...]") -> None: ...


class WithLetters(Pages):
    """Pages of a handset whose inbox is not in flash."""

    def open(self, name: str, values: "dict[str, object]") -> "object":  # type: ignore[override]
        if name == "inbox":
            return InboxPage(Letters(), read, lambda _now_ms: NOW_S)  # type: ignore[arg-type]
        return super().open(name, values)


PHONE = {"phone": ("KAZ01-1", "abcdefghjkmn"), "no memory": ("phone.no_room",)}


def lines_of(keys: "tuple[str, ...]", case: str) -> "tuple[Line, ...]":
    board = Board()
    form = Form(WithLetters(board, board, board))  # type: ignore[arg-type]  # fakes
    alarm = ALARMS.get(case)
    if alarm is not None:
        form.alarm(on=alarm.code != 2, sounds=True)
    for number, key in enumerate(keys):
        form.press(key, 0)
        if case == "sos" and number == 0:
            form.tick(60_000)
    status = Status(
        call_sign="KAZ01-1",
        mode="exercise",
        fix_age_s=42,
        accuracy_m=5,
        battery_pct=87,
        counts=(0, 1, 1, 1, 0, 0) if case != "unread" else (2, 1, 1, 1, 0, 0),
        last=REPORTS[0],
        sos=a_report(13, 1, "sos") if case == "sos" else None,
        warning=None,
        unread=2 if case == "unread" else 0,
        alarm=alarm,
        phone=PHONE.get(case, ()),
    )
    return draw(form, status, 1500)


labels.speak(sys.argv[1])
raster = Raster(bytearray(BUFFER_BYTES))  # one for all, as on a board: what a screen leaves shows
for name, keys, case in SCREENS:
    raster.draw(lines_of(keys, case))
    sys.stdout.write(f"{name}\t{raster.buffer.hex()}\n")
raster.draw(draw_unprovisioned("no settings.json"))
sys.stdout.write(f"not set up\t{raster.buffer.hex()}\n")
