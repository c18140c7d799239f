"""CBOR against PyPI's cbor2: the same bytes, the same values, and strict where cbor2 is not."""

import io
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from turna_protocol import cbor
from turna_protocol.errors import MalformedError

_integers = st.integers(-(1 << 64), (1 << 64) - 1)
_plain = st.one_of(
    st.none(), st.booleans(), _integers, st.binary(max_size=40), st.text(max_size=20)
)
_keys = st.one_of(_integers, st.binary(max_size=8), st.text(max_size=8))


def _containers(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.lists(children, max_size=6), st.dictionaries(_keys, children, max_size=6))


_values: st.SearchStrategy[Any] = _plain
for _ in range(cbor.MAX_DEPTH):
    _values = st.one_of(_plain, _containers(_values))


@given(_values)
def test_the_oracle_reads_what_we_write(value: Any) -> None:
    assert cbor2.loads(cbor.encode(value)) == value


@given(_values)
def test_the_oracle_writes_the_same_bytes(value: Any) -> None:
    # RFC 8949's order of keys; cbor2's canonical=True is RFC 7049's, shorter keys first.
    expected = io.BytesIO()
    cbor2.CBOREncoder(expected).encode(_with_sorted_keys(value))
    assert cbor.encode(value) == expected.getvalue()


@given(_values)
def test_we_read_what_we_write(value: Any) -> None:
    assert cbor.decode(cbor.encode(value)) == value


@given(st.binary(max_size=64))
def test_of_any_bytes_only_our_own_encoding_is_accepted(data: bytes) -> None:
    try:
        value = cbor.decode(data)
    except MalformedError:
        return
    assert cbor.encode(value) == data
    assert cbor2.loads(data) == value


@given(_values, st.data())
def test_any_change_of_a_byte_is_refused_or_another_value(value: Any, data: st.DataObject) -> None:
    encoded = bytearray(cbor.encode(value))
    place = data.draw(st.integers(0, len(encoded) - 1))
    encoded[place] ^= data.draw(st.integers(1, 255))
    try:
        other = cbor.decode(bytes(encoded))
    except MalformedError:
        return
    assert cbor.encode(other) == bytes(encoded)


@given(st.lists(st.one_of(_integers, st.binary(max_size=9), st.text(max_size=9)), max_size=9))
def test_a_sequence_is_its_values_one_after_the_other(values: list[int | str | bytes]) -> None:
    data = b"".join(cbor2.dumps(value) for value in values)
    assert cbor.decode_sequence(data, limit=9) == values


def test_what_the_oracle_lets_pass_and_we_do_not() -> None:
    for data in ("0000", "a201010102", "1800", "9f01ff", "c24101", "fb3ff8000000000000"):
        cbor2.load(io.BytesIO(bytes.fromhex(data)))
        with pytest.raises(MalformedError):
            cbor.decode(bytes.fromhex(data))


def test_a_message_longer_than_any_is_not_even_looked_at() -> None:
    with pytest.raises(MalformedError, match="longer than any message"):
        cbor.decode(bytes(cbor.MAX_BYTES + 1))


def test_an_announced_length_allocates_nothing() -> None:
    for head in ("9b0000ffffffffffff", "bb0000ffffffffffff", "5b0000ffffffffffff"):
        with pytest.raises(MalformedError, match="ends too early"):
            cbor.decode(bytes.fromhex(head) + bytes(1000))


def _with_sorted_keys(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_sorted_keys(item) for item in value]
    if isinstance(value, dict):
        return {key: _with_sorted_keys(value[key]) for key in sorted(value, key=cbor2.dumps)}
    return value
