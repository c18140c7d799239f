"""The reader of X11's compiled fonts, on a font of two letters made by hand."""

import struct

import pytest

from tools.pcf import Font, PcfError

# A is 3 wide and 3 high, one column from the left, on the baseline; g goes below it.
METRICS = ((1, 4, 6, 3, 0), (0, 2, 6, 1, 2))
BITMAPS = (0b010, 0b101, 0b111), (0b11, 0b01, 0b10)
WIDTHS = (3, 2)
BIG_ENDIAN, BY_FOUR = 0x0C, 0x2


def a_font() -> bytes:
    """Return a font as Debian's are: compressed metrics, big-endian, rows padded to four bytes."""
    metrics = struct.pack("<I", 0x100 | BIG_ENDIAN) + struct.pack(">H", 2)
    metrics += b"".join(bytes(field + 0x80 for field in one) for one in METRICS)
    rows = b"".join(
        struct.pack(">I", row << 32 - width)
        for bitmap, width in zip(BITMAPS, WIDTHS, strict=True)
        for row in bitmap
    )
    bitmaps = struct.pack("<I", BIG_ENDIAN | BY_FOUR) + struct.pack(">III", 2, 0, 12)
    bitmaps += struct.pack(">4I", 0, 0, len(rows), 0) + rows
    numbers = [{ord("A"): 0, ord("g"): 1}.get(code, 0xFFFF) for code in range(0x41, 0x68)]
    encodings = struct.pack("<I", BIG_ENDIAN) + struct.pack(">5H", 0x41, 0x67, 0, 0, 0)
    encodings += struct.pack(f">{len(numbers)}H", *numbers)
    return _joined({4: metrics, 8: bitmaps, 32: encodings})


def _joined(tables: dict[int, bytes]) -> bytes:
    head, body = b"\x01fcp" + struct.pack("<I", len(tables)), b""
    start = len(head) + 16 * len(tables)
    for kind, table in tables.items():
        head += struct.pack("<IIII", kind, 0, len(table), start + len(body))
        body += table
    return head + body


def test_a_letter_stands_in_its_cell_where_its_metrics_say() -> None:
    font = Font(a_font())
    assert font.rows("A", width=6, ascent=4, height=6) == [0, 0b001000, 0b010100, 0b011100, 0, 0]
    assert font.rows("g", width=6, ascent=4, height=6) == [0, 0, 0, 0b110000, 0b010000, 0b100000]


def test_a_letter_that_does_not_fit_or_is_not_there_is_refused() -> None:
    font = Font(a_font())
    with pytest.raises(PcfError, match="does not fit"):
        font.rows("g", width=6, ascent=4, height=5)
    with pytest.raises(PcfError, match="no glyph"):
        font.rows("B", width=6, ascent=4, height=6)


def test_what_is_no_font_is_refused() -> None:
    with pytest.raises(PcfError):
        Font(b"STARTFONT 2.1")
    with pytest.raises(PcfError, match="missing"):
        Font(_joined({}))
