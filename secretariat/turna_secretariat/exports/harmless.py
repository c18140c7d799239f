"""Text from the field, made harmless for whatever program opens an export.

The raw bytes stay in the archive; what is replaced here is replaced by a visible sign.
"""

import re
import unicodedata

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# Controls, invisible and direction-changing characters, surrogates, private use.
_UNSEEN = ("Cc", "Cf", "Cs", "Co")
_NONCHARACTERS = ("\ufffe", "\uffff")
_NOT_IN_FILE_NAMES = re.compile(r"[^A-Za-z0-9_]+")
_FORMULA_START = re.compile(r"(^|;)(\s*)([=+\-@\uff1d\uff0b\uff0d\uff20])")


def one_line(text: str) -> str:
    """Return the text in one line, without anything that acts instead of being seen."""
    if text.isprintable():  # as most is; looked into as a whole, an export is made in half the time
        return text
    return "".join(_seen(character) for character in text)


def in_file_name(text: str) -> str:
    """Return the text in characters that every system takes in a file's name, dashes for others."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _NOT_IN_FILE_NAMES.sub("-", plain).strip("-") or "mission"


def csv_cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula (OWASP, CSV injection).

    Also behind a semicolon: where that separates cells, quotation marks inside do not protect.
    """
    return _FORMULA_START.sub(r"\1\2'\3", one_line(text))


def _seen(character: str) -> str:
    category = unicodedata.category(character)
    if character in "\t\r\n\v\f" or category in ("Zl", "Zp"):
        return " "
    if category in _UNSEEN or character in _NONCHARACTERS:
        return REPLACEMENT
    return character
