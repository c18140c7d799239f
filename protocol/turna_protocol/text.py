"""Free text: well-formed UTF-8, within a limit, or a one-byte page where that is shorter."""

from .errors import MalformedError, MisuseError

# Half of what one packet at the slowest usual setting carries, after the coded fields.
MAX_TEXT_BYTES = 160

# The page: ASCII as it is, then every further letter of Azerbaijani, Kazakh, Kyrgyz, Turkish,
# Turkmen, Uzbek (both scripts), the Common Turkic alphabet, Hungarian and Russian (CLDR).
# The first 128 are the bytes from 0x80; the rest, which few texts need, those from 0x10.
LETTERS = (
    "абвгдежзийклмнопрстуфхцчшщъыьэюяАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"
    "ёәғқңөұүһіўҳЁӘҒҚҢӨҰҮҺІЎҲ"
    "çəğıöşüäžňýñáéíóőúűʻÇƏĞİÖŞÜÄŽŇÝÑÁÉÍÓŐÚŰʼ"
    "ûÛūŪŭŬ"
)
LETTERS_START, RARE_START = 0x80, 0x10
_HIGH = 0x100 - LETTERS_START
_LINE_FEED = 0x0A


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


def pack_text(text: str) -> str | bytearray:
    """Return the text as it travels: as it is, or in the page where that is shorter."""
    encoded = text.encode()
    page = None if len(encoded) == len(text) else to_page(text)
    size = len(encoded) if page is None else len(page)
    if not 1 <= size <= MAX_TEXT_BYTES:
        raise MisuseError(f"a text has 1 to {MAX_TEXT_BYTES} bytes, not {size}")
    for byte in encoded:  # rather than letters, each of which is an object of its own
        if byte < 0x20 and byte != _LINE_FEED:
            raise MisuseError("control characters in a text")
    return text if page is None else page


def unpack_text(item: object) -> str:
    """Return the text of an item; the inverse of `pack_text`, and as strict."""
    if isinstance(item, (bytes, bytearray)):
        text = from_page(item)
    elif isinstance(item, str):
        text = item
    else:
        raise MalformedError("no text where one is announced")
    try:
        packed = pack_text(text)
    except MisuseError as error:
        raise MalformedError(str(error)) from None
    if isinstance(packed, str) is not isinstance(item, str) or packed != item:
        raise MalformedError("text not in its shortest form")
    return text


def to_page(text: str) -> bytearray | None:
    """Return one byte per letter, or None when a letter is not in the page."""
    out = bytearray(len(text))
    at = 0
    for letter in text:
        place = LETTERS.find(letter)
        if letter == "\n" or " " <= letter <= "~":
            out[at] = ord(letter)
        elif place < 0:
            return None
        else:
            out[at] = LETTERS_START + place if place < _HIGH else RARE_START + place - _HIGH
        at += 1  # noqa: SIM113  # enumerate() would make a tuple at every step
    return out


def from_page(data: bytes | bytearray) -> str:
    letters = []
    for byte in data:
        if byte == _LINE_FEED or 0x20 <= byte <= 0x7E:
            letters.append(chr(byte))
        elif byte >= LETTERS_START:
            letters.append(LETTERS[byte - LETTERS_START])
        elif RARE_START <= byte < RARE_START + len(LETTERS) - _HIGH:
            letters.append(LETTERS[byte - RARE_START + _HIGH])
        else:
            raise MalformedError("no such letter in the page")
    return "".join(letters)
