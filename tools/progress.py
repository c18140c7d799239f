"""Shows steps as they happen: what, why, how far, how long.

Everything goes to standard error, so that standard output stays for a program's result.
"""

import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

BAR_CELLS = 24
REDRAW_EVERY_S = 0.08
REPORT_EVERY_S = 10.0  # on a log file, where nothing can be redrawn


class Step:
    """One thing being done; its `update` may be called as often as one likes."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._started = time.monotonic()
        self._drawn = 0.0
        self._reported = self._started
        self._live = sys.stderr.isatty()
        self.result = ""

    def update(self, fraction: float, doing: str = "") -> None:
        """Show that `fraction` (0 to 1) is done and what is being done now."""
        now = time.monotonic()
        fraction = min(max(fraction, 0.0), 1.0)
        if self._live and now - self._drawn >= REDRAW_EVERY_S:
            self._drawn = now
            _redraw(f"  {_bar(fraction)} {fraction:4.0%}  {doing}")
        elif not self._live and now - self._reported >= REPORT_EVERY_S:
            self._reported = now
            _say(f"      {fraction:4.0%}  {doing}")

    def finish(self, mark: str) -> None:
        took_s = time.monotonic() - self._started
        if self._live:
            _redraw("")
        _say(f"  {mark} {self._name}: {self.result or 'done'} ({took_s:.1f} s)")


@contextmanager
def step(name: str, why: str) -> Iterator[Step]:
    """Announce a step, let the block do it, tell how it ended."""
    _say(f"  - {name}: {why}")
    current = Step(name)
    try:
        yield current
    except BaseException as problem:
        current.result = "interrupted" if isinstance(problem, KeyboardInterrupt) else "failed"
        current.finish(_paint("x", "31"))
        raise
    current.finish(_paint("+", "32"))


def headline(text: str) -> None:
    _say(_paint(text, "1"))


def note(text: str) -> None:
    """Say something a person should not miss."""
    _say(_paint("  ! ", "33") + text)


def _bar(fraction: float) -> str:
    full = round(fraction * BAR_CELLS)
    return "[" + "#" * full + "." * (BAR_CELLS - full) + "]"


def _redraw(line: str) -> None:
    width = shutil.get_terminal_size().columns - 1
    sys.stderr.write("\r\x1b[K" + line[:width])
    sys.stderr.flush()


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def _paint(text: str, colour: str) -> str:
    return f"\x1b[{colour}m{text}\x1b[0m" if sys.stderr.isatty() else text
