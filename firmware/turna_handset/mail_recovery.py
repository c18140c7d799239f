"""Brings what was taken into line with the letters in the inbox, at the start.

A letter is written before it is noted as taken, so after a power cut, or with a copy of the notes
damaged, the inbox may know more.  With both copies damaged nobody knows what else was taken: then
no number up to the highest known acts again, nor does the handset claim to hold it, so that the
Secretariat sees that it has to say it anew.
"""

from turna_protocol import downlink
from turna_protocol.errors import MalformedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from turna_protocol.alerts import AlertWatch
    from turna_protocol.orders import OrderWindow

    from .inbox import Inbox
    from .letter import Letter

BARRED_BYTES = 3


def barred_below(barred: bytes, stream: int) -> int:
    """Return below which number of a stream nobody knows what was taken."""
    return int.from_bytes(barred[stream * BARRED_BYTES : (stream + 1) * BARRED_BYTES], "big")


def bar(windows: "tuple[OrderWindow, ...]") -> bytes:
    """Return what `barred_below` reads: orders, then notices."""
    return b"".join([(one.newest + 1).to_bytes(BARRED_BYTES, "big") for one in windows])


def agree(
    inbox: "Inbox",
    windows: "tuple[OrderWindow, ...]",
    watch: "AlertWatch",
    count: "Callable[[str], None]",
) -> bool:
    """Take whatever is a letter; return whether there was any that was not taken."""
    news = False
    for letter in inbox.letters():
        try:
            news = _take(inbox, letter, windows, watch) or news
        except MalformedError:
            count("lost letter damaged")
    return news


def _take(
    inbox: "Inbox", letter: "Letter", windows: "tuple[OrderWindow, ...]", watch: "AlertWatch"
) -> bool:
    what, number = downlink.what_is_answered(letter.reference)
    if what == downlink.ALERT:
        return watch.believe(inbox.content(letter.reference) or b"")
    if not windows[what].is_new(number):
        return False
    windows[what].take(number)
    return True
