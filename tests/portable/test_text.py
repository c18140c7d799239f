"""Free text: UTF-8, or one byte per letter where that is shorter; one form for each text."""

from turna_protocol.errors import MalformedError, MisuseError
from turna_protocol.text import LETTERS, MAX_TEXT_BYTES, check_utf8, pack_text, unpack_text


def test_plain_letters_travel_as_text() -> None:
    assert pack_text("two doors, no stairs") == "two doors, no stairs"


def test_every_letter_of_every_language_takes_one_byte() -> None:
    for letter in LETTERS:
        packed = pack_text(letter)
        assert isinstance(packed, bytearray), letter
        assert len(packed) == 1, letter
        assert unpack_text(packed) == letter


# Letters beside A to Z, by CLDR's main exemplar sets (characters.json).
CYRILLIC = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
CYRILLIC += "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"
ALPHABETS = {
    "tr": "çÇğĞıİöÖşŞüÜ",
    "az": "çÇəƏğĞıİöÖşŞüÜ",
    "kk": CYRILLIC + "әӘғҒқҚңҢөӨұҰүҮһҺіІ",
    "ky": CYRILLIC + "ңҢөӨүҮ",
    "uz": "ʻʼ",
    "uz@cyrillic": CYRILLIC + "ўЎқҚғҒҳҲ",
    "tk": "äÄçÇňŇöÖşŞüÜýÝžŽ",
    "hu": "áÁéÉíÍóÓöÖőŐúÚüÜűŰ",
    "ru": CYRILLIC,
}


def test_each_language_is_written_with_one_byte_a_letter() -> None:
    for language, letters in ALPHABETS.items():
        packed = pack_text(letters)
        assert len(packed) == len(letters), language
        assert unpack_text(packed) == letters, language


def test_no_letter_is_in_the_page_twice() -> None:
    assert len(LETTERS) == len(set(LETTERS)) == 134


def test_texts_of_every_member_state_come_back_as_they_were() -> None:
    for text in (
        "Yıkıntıda üç kişi, ağır yaralı",
        "Dağıntılar altında üç nəfər var",
        "Үйінді астында үш адам бар, ғимарат құлаған",
        "Урандылардын астында үч киши бар",
        "Vayronalar ostida uch kishi, gʻisht uy",
        "Вайроналар остида уч киши, ғишт ўй",
        "Harabalaryň aşagynda üç adam, gaýry ýok",
        "Három ember a romok alatt, tűz és füst, őrizetlen",
        "Под завалом трое, подъезд №2 закрыт",
        "first line\nsecond line",
        "help 🆘",
    ):
        assert unpack_text(pack_text(text)) == text, text


def test_a_letter_outside_the_page_makes_the_whole_text_utf8() -> None:
    assert pack_text("дом 🏠") == "дом 🏠"


def test_a_text_is_never_longer_than_in_utf8() -> None:
    for text in ("a", "ağ", "ü", "水", "жүз"):
        assert len(pack_text(text)) <= len(text.encode())


def test_an_empty_a_long_and_an_unprintable_text_are_our_own_mistake() -> None:
    for text in ("", "a" * (MAX_TEXT_BYTES + 1), "水" * 54, "a\x00", "a\tb"):
        try:
            pack_text(text)
        except MisuseError:
            continue
        raise AssertionError(text)


def test_a_longer_form_of_a_text_is_refused() -> None:
    for item in ("çay", b"chai", "", b"", b"\x01", b"\x00", 5, None, "a" * 161):
        try:
            unpack_text(item)
        except MalformedError:
            continue
        raise AssertionError(item)


def test_only_well_formed_utf8_passes() -> None:
    for data in ("7f", "c280", "dfbf", "e0a080", "ed9fbf", "ee8080", "f0908080", "f48fbfbf"):
        check_utf8(bytes.fromhex(data))
    for data in ("80", "c1bf", "c2", "e09fbf", "eda080", "f08fbfbf", "f4908080", "f5808080") + (
        "e180",
        "f1808061",
        "c241",
        "ff",
    ):
        try:
            check_utf8(bytes.fromhex(data))
        except MalformedError:
            continue
        raise AssertionError(data)
