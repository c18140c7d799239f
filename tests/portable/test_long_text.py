"""A long text: through parts and back, and nothing but what its sender makes is taken."""

from turna_protocol import cbor, codes
from turna_protocol.errors import MalformedError, MisuseError
from turna_protocol.fragments import MESSAGE_BYTES_MAX, Assembly, split
from turna_protocol.long_text import LongText, pack_long_text, unpack_long_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turna_protocol.cbor import Value

TEXT = LongText(codes.EXERCISE, 1_763_800_000, "Dördüncü kattan ses geliyor.\n" * 30)


def test_a_text_longer_than_a_packet_comes_back_as_it_was() -> None:
    parts = split(pack_long_text(TEXT))
    assert len(parts) == 6
    assembly = Assembly()
    wholes = [assembly.add(40 + i, parts[i]) for i in (5, 0, 3, 1, 4, 2)]
    assert wholes[:5] == [None] * 5
    whole = wholes[5]
    assert whole is not None and unpack_long_text(whole) == TEXT


def test_the_longest_text_fits_and_a_byte_more_is_our_mistake() -> None:
    overhead = len(pack_long_text(LongText(codes.ACTUAL, 0, "a" * 1_000))) - 1_000
    longest = "a" * (MESSAGE_BYTES_MAX - overhead)
    assert len(pack_long_text(LongText(codes.ACTUAL, 0, longest))) == MESSAGE_BYTES_MAX
    try:
        pack_long_text(LongText(codes.ACTUAL, 0, longest + "a"))
    except MisuseError:
        return
    raise AssertionError("too long a text was packed")


def test_what_could_not_be_said_is_our_mistake() -> None:
    for mode, time_s, text in ((3, 0, "a"), (0, -1, "a"), (0, 1 << 32, "a"), (0, 0, "a\0")):
        try:
            pack_long_text(LongText(mode, time_s, text))
        except MisuseError:
            continue
        raise AssertionError((mode, time_s, text))


NO_LONG_TEXTS: "tuple[Value, ...]" = (
    [0, 0],
    [0, 0, "a", 0],
    [3, 0, "a"],
    [True, 0, "a"],
    [0, False, "a"],
    [0, "now", "a"],
    [0, 1 << 32, "a"],
    [0, None, "a"],
    [0, 0, ""],
    [0, 0, b"a"],
    [0, 0, "a\0"],
    "a",
    {0: "a"},
)


def test_what_nobody_sends_is_refused() -> None:
    for fields in NO_LONG_TEXTS:
        try:
            unpack_long_text(cbor.encode(fields))
        except MalformedError:
            continue
        raise AssertionError(fields)
    whole = pack_long_text(TEXT)
    for spoilt in (whole[:-1], whole + b"\0", b"", bytes(MESSAGE_BYTES_MAX + 1)):
        try:
            unpack_long_text(spoilt)
        except MalformedError:
            continue
        raise AssertionError(len(spoilt))
