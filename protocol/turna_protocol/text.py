"""Free text: well-formed UTF-8, within a limit, or a one-byte page where that is shorter."""

from .errors import MalformedError, MisuseError

# Half of what one packet at the slowest usual setting carries, after the coded fields.
MAX_TEXT_BYTES = 160


def check_utf8(data: bytes) -> None:
    """Raise unless `data` is well-formed UTF-8 (RFC 3629); MicroPython's own check is laxer."""
    at = 0
    while at < len(data):
        lead = data[at]
        at += 1
        if lead < 0x80:
            continue
        if lead < 0xC2 or lead > 0xF4:
            raise MalformedError("text is not UTF-8")
        following = 1 if lead < 0xE0 else (2 if lead < 0xF0 else 3)
        tail = data[at : at + following]
        if len(tail) < following or not _tail_fits(lead, tail):
            raise MalformedError("text is not UTF-8")
        at += following


def _tail_fits(lead: int, tail: bytes) -> bool:
    low = {0xE0: 0xA0, 0xF0: 0x90}.get(lead, 0x80)  # no overlong forms
    high = {0xED: 0x9F, 0xF4: 0x8F}.get(lead, 0xBF)  # no surrogates, nothing past U+10FFFF
    return low <= tail[0] <= high and all(0x80 <= byte <= 0xBF for byte in tail[1:])


def pack_text(text: str) -> str | bytes:
    """Return the text as it travels: a text string, or bytes of the page where that is shorter."""
    if not text or len(text.encode()) > MAX_TEXT_BYTES:
        raise MisuseError(f"1 to {MAX_TEXT_BYTES} bytes of text")
    if any(ord(letter) < 0x20 and letter != "\n" for letter in text):
        raise MisuseError("control characters in a text")
    return text


def unpack_text(item: object) -> str:
    """Return the text of an item; the inverse of `pack_text`, and strict."""
    if not isinstance(item, str):
        raise MalformedError("no text where one is announced")
    try:
        packed = pack_text(item)
    except MisuseError as error:
        raise MalformedError(str(error)) from None
    if packed != item:
        raise MalformedError("text not in its shortest form")
    return item
