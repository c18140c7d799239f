"""The letters of the screen: each of the page has its own, small and large."""

from turna_handset import font_large
from turna_handset.font import ENVELOPE, HEIGHT, PLACE, SIGNS, WIDTH, characters, glyph
from turna_protocol import text as page


def test_every_glyph_is_its_own_within_a_script() -> None:
    latin = [letter for letter in characters() if not is_cyrillic(letter)]
    cyrillic = [letter for letter in characters() if is_cyrillic(letter)]
    for script in (latin, cyrillic):
        drawn: dict[bytes, str] = {}
        for character in script:
            rows = glyph(character)
            assert len(rows) == HEIGHT
            assert not [row for row in rows if row & (1 << 8 - WIDTH) - 1]
            assert rows not in drawn, (character, drawn.get(rows))
            drawn[rows] = character


def test_large_letters_are_the_small_ones_in_other_pixels() -> None:
    assert font_large.characters() == characters()[: -len(SIGNS + PLACE + ENVELOPE)]
    for letter in "09AĞЙңʻ":
        rows = font_large.glyph(letter)
        assert len(rows) == 2 * font_large.HEIGHT
        assert any(rows), letter
        for row in range(font_large.HEIGHT):
            assert rows[2 * row + 1] & 0x3F == 0, letter


def test_no_letter_is_blank_or_a_question_mark() -> None:
    for character in page.LETTERS:
        assert any(glyph(character)), character
        assert glyph(character) != glyph("?"), character


def is_cyrillic(letter: str) -> bool:
    return 0x400 <= ord(letter) < 0x500


def test_an_unknown_letter_is_drawn_as_a_question_mark() -> None:
    assert glyph("\u4e16") == glyph("?")
