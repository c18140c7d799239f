"""The word about what an archive may lack: both ways, and nothing but what we make is read."""

import pytest

from turna_backbone.resend import MISSING_LIMIT, RUNS_LIMIT, Missing, Resend, Run
from turna_protocol import cbor
from turna_protocol.errors import MalformedError, MisuseError

RUNS = (Run(b"boot-id1", b""), Run(b"boot-id2", b"digest-1"))
MISSING = (Missing(1, 1, 0, 0), Missing(4094, 0xFFFF, 5, (1 << 20) - 1))


@pytest.mark.parametrize("missing", [(), MISSING])
def test_it_comes_back_as_it_was(missing: tuple[Missing, ...]) -> None:
    resend = Resend(RUNS, missing)
    assert Resend.unpack(resend.pack()) == resend


@pytest.mark.parametrize(
    "items",
    [
        [1, [], []],
        [1, [[b"boot-id1", b""]] * (RUNS_LIMIT + 1), []],
        [1, [[b"short", b""]], []],
        [1, [[b"boot-id1", b"d"]], []],
        [1, [[b"boot-id1"]], []],
        [1, "runs", []],
        [1, [[b"boot-id1", b""]], [[1, 1, 0, 0]] * (MISSING_LIMIT + 1)],
        [1, [[b"boot-id1", b""]], [[1, 1, 2, 1]]],
        [1, [[b"boot-id1", b""]], [[0, 1, 0, 0]]],
        [1, [[b"boot-id1", b""]], [[1, 1, 0, True]]],
        [1, [[b"boot-id1", b""]], [[1, 1, 0, 1 << 20]]],
        [1, [[b"boot-id1", b""]], [5]],
        [2, [[b"boot-id1", b""]], []],
        [1, [[b"boot-id1", b""]]],
    ],
)
def test_what_we_cannot_make_is_refused(items: list["cbor.Value"]) -> None:
    with pytest.raises(MalformedError):
        Resend.unpack(cbor.encode(items))


def test_every_truncation_and_a_trailing_byte_are_refused() -> None:
    packed = Resend(RUNS, MISSING).pack()
    for length in range(len(packed)):
        with pytest.raises(MalformedError):
            Resend.unpack(packed[:length])
    with pytest.raises(MalformedError):
        Resend.unpack(packed + b"\0")


def test_a_word_without_a_run_is_a_mistake_of_ours() -> None:
    with pytest.raises(MisuseError):
        Resend(()).pack()
