"""Deterministic CBOR: one encoding for a value, one value for an encoding, nothing else."""

from turna_protocol import cbor
from turna_protocol.errors import MalformedError, MisuseError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turna_protocol.cbor import Value

# RFC 8949, appendix A: every example that this subset covers ...
EXAMPLES: "tuple[tuple[Value, str], ...]" = (
    (0, "00"),
    (1, "01"),
    (10, "0a"),
    (23, "17"),
    (24, "1818"),
    (25, "1819"),
    (100, "1864"),
    (1000, "1903e8"),
    (1000000, "1a000f4240"),
    (1000000000000, "1b000000e8d4a51000"),
    (18446744073709551615, "1bffffffffffffffff"),
    (-18446744073709551616, "3bffffffffffffffff"),
    (-1, "20"),
    (-10, "29"),
    (-100, "3863"),
    (-1000, "3903e7"),
    (False, "f4"),
    (True, "f5"),
    (None, "f6"),
    (b"", "40"),
    (b"\x01\x02\x03\x04", "4401020304"),
    ("", "60"),
    ("a", "6161"),
    ("IETF", "6449455446"),
    ('"\\', "62225c"),
    ("\u00fc", "62c3bc"),
    ("\u6c34", "63e6b0b4"),
    ("\U00010151", "64f0908591"),
    ([], "80"),
    ([1, 2, 3], "83010203"),
    ([1, [2, 3], [4, 5]], "8301820203820405"),
    (list(range(1, 26)), "98190102030405060708090a0b0c0d0e0f101112131415161718181819"),
    ({}, "a0"),
    ({1: 2, 3: 4}, "a201020304"),
    ({"a": 1, "b": [2, 3]}, "a26161016162820203"),
    (["a", {"b": "c"}], "826161a161626163"),
    (
        {"a": "A", "b": "B", "c": "C", "d": "D", "e": "E"},
        "a56161614161626142616361436164614461656145",
    ),
)

# ... and all others, by what keeps them outside.
OUTSIDE = {
    "a type that Turna does not use": (
        "c249010000000000000000 c349010000000000000000 f90000 f98000 f93c00 fb3ff199999999999a "
        "f93e00 f97bff fa47c35000 fa7f7fffff fb7e37e43c8800759c f90001 f90400 f9c400 "
        "fbc010666666666666 f97c00 f97e00 f9fc00 fa7f800000 fa7fc00000 faff800000 "
        "fb7ff0000000000000 fb7ff8000000000000 fbfff0000000000000 f7 f0 f8ff "
        "c074323031332d30332d32315432303a30343a30305a c11a514b67b0 c1fb41d452d9ec200000 "
        "d74401020304 d818456449455446 d82076687474703a2f2f7777772e6578616d706c652e636f6d"
    ),
    "indefinite length or reserved head": (
        "5f42010243030405ff 7f657374726561646d696e67ff 9fff 9f018202039f0405ffff "
        "9f01820203820405ff 83018202039f0405ff 83019f0203ff820405 "
        "9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff bf61610161629f0203ffff "
        "826161bf61626163ff bf6346756ef563416d7421ff"
    ),
}
EXAMPLES_OF_THE_STANDARD = 81

REFUSED = (
    ("", "ends too early"),
    ("18", "ends too early"),
    ("1817", "integer not in its shortest form"),
    ("1900ff", "integer not in its shortest form"),
    ("1a0000ffff", "integer not in its shortest form"),
    ("1b00000000ffffffff", "integer not in its shortest form"),
    ("3817", "integer not in its shortest form"),
    ("5801ff", "integer not in its shortest form"),
    ("0000", "bytes after the value"),
    ("1c", "indefinite length or reserved head"),
    ("5f41ff", "indefinite length or reserved head"),
    ("9fff", "indefinite length or reserved head"),
    ("bfff", "indefinite length or reserved head"),
    ("ff", "indefinite length or reserved head"),
    ("c000", "a type that Turna does not use"),
    ("f7", "a type that Turna does not use"),
    ("f0", "a type that Turna does not use"),
    ("f818", "a type that Turna does not use"),
    ("f90000", "a type that Turna does not use"),
    ("fb3ff199999999999a", "a type that Turna does not use"),
    ("5bffffffffffffffff00", "ends too early"),
    ("7bffffffffffffffff00", "ends too early"),
    ("9bffffffffffffffff00", "ends too early"),
    ("bbffffffffffffffff00", "ends too early"),
    ("9a0000ffff00", "integer not in its shortest form"),
    ("8181818180", "nested too deep"),
    ("a201020103", "a map's keys are not in ascending order"),
    ("a202010102", "a map's keys are not in ascending order"),
    ("a20101f504", "a map's key is no integer, bytes or text"),  # true is 1 to Python
    ("a1f600", "a map's key is no integer, bytes or text"),
    ("a18000", "a map's key is no integer, bytes or text"),
    ("61ff", "text is not UTF-8"),
    ("62c080", "text is not UTF-8"),
    ("63eda080", "text is not UTF-8"),
    ("64f4908080", "text is not UTF-8"),
    ("61c3", "text is not UTF-8"),
    ("63e28261", "text is not UTF-8"),
)


def reason(data: bytes) -> str:
    try:
        value = cbor.decode(data)
    except MalformedError as error:
        return str(error)
    raise AssertionError(f"accepted as {value!r}")


def test_the_examples_of_the_standard_hold_both_ways() -> None:
    for value, encoded in EXAMPLES:
        assert cbor.encode(value) == bytes.fromhex(encoded), value
        assert cbor.decode(bytes.fromhex(encoded)) == value, encoded


def test_the_examples_outside_our_subset_are_refused_and_none_is_left_out() -> None:
    count = len(EXAMPLES)
    for expected, examples in OUTSIDE.items():
        for encoded in examples.split():
            assert reason(bytes.fromhex(encoded)) == expected, encoded
            count += 1
    assert count == EXAMPLES_OF_THE_STANDARD


def test_true_and_one_stay_different() -> None:
    assert cbor.decode(cbor.encode([True, 1, False, 0])) == [True, 1, False, 0]
    assert cbor.encode(True) != cbor.encode(1)


def test_whatever_the_encoder_never_makes_is_refused_for_a_reason() -> None:
    for encoded, expected in REFUSED:
        assert reason(bytes.fromhex(encoded)) == expected, encoded


def test_every_truncation_of_every_example_is_refused() -> None:
    for _, encoded in EXAMPLES:
        data = bytes.fromhex(encoded)
        for length in range(len(data)):
            assert reason(data[:length]) == "ends too early", (encoded, length)


def test_a_byte_more_is_refused() -> None:
    for _, encoded in EXAMPLES:
        assert reason(bytes.fromhex(encoded) + b"\x00") == "bytes after the value"


def test_map_keys_are_written_in_one_order_whatever_order_they_were_put_in() -> None:
    forwards: "Value" = {1: 0, 24: 0, 300: 0, -1: 0}
    backwards: "Value" = {-1: 0, 300: 0, 24: 0, 1: 0}
    assert cbor.encode(forwards) == cbor.encode(backwards)
    assert cbor.encode(forwards).hex() == "a4010018180019012c002000"


def test_a_sequence_ends_with_its_bytes_and_keeps_to_its_limit() -> None:
    data = cbor.encode(1) + cbor.encode("a") + cbor.encode(b"b")
    assert cbor.decode_sequence(data, 3) == [1, "a", b"b"]
    assert cbor.decode_sequence(b"", 3) == []
    try:
        cbor.decode_sequence(data, 2)
    except MalformedError as error:
        assert str(error) == "too many values in the sequence"
    else:
        raise AssertionError


def test_what_cannot_be_encoded_is_our_own_mistake() -> None:
    for value in (1 << 64, -1 - (1 << 64), [[[[[]]]]], 1.5, object()):
        try:
            cbor.encode(value)  # type: ignore[arg-type]
        except MisuseError:
            continue
        raise AssertionError(value)
