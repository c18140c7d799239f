"""Settings in a slot are whole or none."""

from turna_protocol.errors import MalformedError
from turna_protocol.settings_slot import pack_slot, unpack_slot

BODY = b'{"role": "handset", "call_sign": "TUR01-1"}\n'


def is_refused(content: bytes) -> bool:
    try:
        unpack_slot(content)
    except MalformedError:
        return True
    return False


def test_a_slot_comes_back_as_it_was_made() -> None:
    for counter in (1, 7, 1 << 20):
        assert unpack_slot(pack_slot(counter, BODY)) == (counter, BODY)


def test_a_slot_that_was_cut_anywhere_is_none() -> None:
    whole = pack_slot(3, BODY)
    for length in range(len(whole)):
        assert is_refused(whole[:length]), length
    assert is_refused(whole + b" ")


def test_a_slot_with_any_bit_changed_is_none() -> None:
    whole = pack_slot(3, BODY)
    for bit in range(8 * len(whole)):
        changed = bytearray(whole)
        changed[bit // 8] ^= 1 << bit % 8
        assert is_refused(bytes(changed)), bit


def test_noise_is_no_slot() -> None:
    for content in (b"", b"\n", b"turna settings 1 \n", b"turna settings 1 x y\n", bytes(9000)):
        assert is_refused(content)
