"""The CBOR decoder: it takes what the encoder writes, and that means the same to PyPI's cbor2."""

import cbor2

from tests.fuzz._vectors import report_contents
from turna_protocol.cbor import decode, encode
from turna_protocol.errors import MalformedError

SEEDS = [
    *report_contents(),
    *(bytes.fromhex(text) for text in ("83010203", "a201020304", "6161", "4401020304", "f6", "20")),
    bytes.fromhex("8301a2617801617902828080a0"),
]


def fuzz(data: bytes) -> None:
    try:
        value = decode(data)
    except MalformedError:
        return
    assert encode(value) == data
    theirs = cbor2.loads(data)
    assert cbor2.dumps(theirs, canonical=True) == cbor2.dumps(value, canonical=True)
