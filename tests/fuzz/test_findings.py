"""What the fuzzers found once: each input, and what is right for it."""

import pytest

from turna_protocol import cbor
from turna_protocol.errors import MalformedError


@pytest.mark.parametrize("encoded", ["a20101f504", "a20001f402"])
def test_a_map_with_two_keys_that_python_takes_for_one_is_refused(encoded: str) -> None:
    with pytest.raises(MalformedError):
        cbor.decode(bytes.fromhex(encoded))
