"""What goes down the backbone and what comes back of it: strict both ways."""

from dataclasses import replace

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from turna_backbone import down
from turna_backbone.down import Down, DownState, Part
from turna_protocol.errors import MalformedError, MisuseError
from turna_protocol.packet import ORDER

ORDER_DOWN = Down(
    id=b"12345678",
    what=down.ORDER,
    priority=2,
    not_after_s=1_790_000_000,
    device=7,
    generation=1,
    number=3,
    wire_kind=ORDER,
    parts=(Part(b"content", b"eighttag"),),
)
NOTICE = Down(b"12345678", down.NOTICE, number=8, parts=(Part(b"\x02" + bytes(4_000), bytes(64)),))
ALERT = Down(b"12345678", down.ALERT, 3, number=1, parts=(Part(bytes(14)),))
STATE = DownState(b"12345678", 7, down.REFUSED, 1_790_000_000, "the queue is full")


@pytest.mark.parametrize("one", [ORDER_DOWN, NOTICE, ALERT, down.withdraw(b"12345678")])
def test_what_goes_down_survives_the_way(one: Down) -> None:
    assert Down.unpack(one.pack()) == one


def test_what_became_of_it_survives_the_way_back_and_is_noted_by_id_and_state() -> None:
    assert DownState.unpack(STATE.pack()) == STATE
    noted = Down.unpack(down.noted(STATE).pack())
    assert (noted.id, noted.what, noted.number) == (STATE.id, down.NOTED, down.REFUSED)


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": b"short"},
        {"what": 5},
        {"priority": 4},
        {"device": 0},
        {"device": 4095},
        {"number": 1 << 20},
        {"wire_kind": -1},
        {"parts": ()},
        {"not_after_s": True},
    ],
)
def test_what_nobody_sends_is_neither_packed_nor_read(wrong: dict[str, object]) -> None:
    one = replace(ORDER_DOWN, **wrong)  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(MisuseError):
        one.pack()
    values = cbor2.loads(ORDER_DOWN.pack())
    for name, value in wrong.items():
        place = 9 if name == "parts" else 1 + list(ORDER_DOWN.__slots__).index(name)
        values[place] = [] if name == "parts" else value
    with pytest.raises(MalformedError):
        Down.unpack(cbor2.dumps(values))


def test_only_an_order_is_for_one_handset() -> None:
    with pytest.raises(MisuseError):
        replace(NOTICE, device=7).pack()


@pytest.mark.parametrize("parts", [[[b"content"]], [[b"", b""]], [[b"x", bytes(65)]], ["x"], 7])
def test_parts_of_another_form_are_refused(parts: object) -> None:
    values = cbor2.loads(ORDER_DOWN.pack())
    with pytest.raises(MalformedError):
        Down.unpack(cbor2.dumps([*values[:-1], parts]))


@given(st.binary(max_size=64))
def test_noise_is_refused(noise: bytes) -> None:
    for read in (Down.unpack, DownState.unpack):
        with pytest.raises(MalformedError):
            read(noise)
