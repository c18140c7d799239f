"""Digits in integers: what is put comes out, and nothing is left over."""

from turna_protocol import cbor
from turna_protocol.digits import DigitReader, DigitWriter
from turna_protocol.errors import MalformedError, MisuseError


def packed(*pairs: tuple[int, int]) -> list[object]:
    writer = DigitWriter()
    for digit, radix in pairs:
        writer.put(digit, radix)
    return list(cbor.decode_sequence(writer.content(), 99))


def refused(reader: DigitReader, *radices: int) -> str:
    try:
        for radix in radices:
            reader.take(radix)
        reader.finish()
    except MalformedError as error:
        return str(error)
    raise AssertionError("accepted")


def test_the_first_digit_is_the_least_significant() -> None:
    assert packed((3, 10), (7, 100), (1, 2)) == [3 + 7 * 10 + 1 * 1000]


def test_an_integer_takes_digits_until_64_bits_are_full() -> None:
    full = ((0, 1 << 16), (0, 1 << 16), (0, 1 << 16), (65535, 1 << 16))
    assert packed(*full) == [65535 << 48]
    assert packed(*full, (1, 2)) == [65535 << 48, 1]
    assert packed((1, 1 << 20), (2, 1 << 20), (3, 1 << 20), (1, 17)) == [
        1 + (2 << 20) + (3 << 40),
        1,
    ]


def test_digits_come_out_in_the_order_they_were_put() -> None:
    pairs = [
        (digit * 7919 % radix, radix)
        for digit, radix in enumerate((2, 3, 1000, 1 << 20, 7, 65536) * 6)
    ]
    reader = DigitReader(packed(*pairs))
    assert [reader.take(radix) for _, radix in pairs] == [digit for digit, _ in pairs]
    reader.finish()


def test_a_digit_with_one_value_takes_no_room() -> None:
    assert packed((0, 1), (5, 6), (0, 1)) == [5]
    reader = DigitReader([5])
    assert (reader.take(1), reader.take(6), reader.take(1)) == (0, 5, 0)
    reader.finish()


def test_a_digit_outside_its_radix_is_our_own_mistake() -> None:
    for digit, radix in ((-1, 6), (6, 6), (0, (1 << 20) + 1)):
        try:
            packed((digit, radix))
        except MisuseError:
            continue
        raise AssertionError((digit, radix))


def test_an_integer_that_holds_more_than_its_fields_is_refused() -> None:
    assert refused(DigitReader([60]), 6, 10) == "an integer holds more than its fields"


def test_values_after_the_last_field_are_refused() -> None:
    assert refused(DigitReader([5, 0]), 6) == "values after the last field"


def test_a_missing_integer_is_refused() -> None:
    assert refused(DigitReader([]), 6) == "ends too early"


def test_anything_but_an_unsigned_integer_is_refused() -> None:
    for item in (-1, "1", b"1", None, True, [1]):
        assert refused(DigitReader([item]), 6) == "not an unsigned integer", item
