"""Where the sequence counter survives power cuts: in NVS and in a file, under its key's name.

Stock MicroPython may erase NVS at boot, and a file may be damaged: the higher one counts. A key
that either place knows, but whose number neither can tell, never starts again.
"""

from binascii import crc32, hexlify

from turna_board import flash
from turna_protocol.ciphers import sha256
from turna_protocol.sequence import SequenceSource, provision

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from turna_protocol.sequence import CounterStore

    class IntegerStore(Protocol):
        """NVS as far as a counter needs it."""

        def get(self, name: str) -> int | None: ...
        def put(self, name: str, value: int) -> None: ...


_BYTES = 4


def key_name(link_key: bytes) -> str:
    """Return a name for a key that tells nothing about it, short enough for NVS."""
    return "n" + hexlify(sha256(b"turna counter name" + link_key)[:5]).decode()


def open_sequence(link_key: bytes, integers: "IntegerStore", directory: str) -> SequenceSource:
    """Return the numbers of this key; a key seen for the first time starts at 0."""
    name = key_name(link_key)
    path = f"{directory}/{name}"
    stores: tuple[CounterStore, ...] = (_InNvs(integers, name), _InFile(path))
    if integers.get(name) is None and not flash.exists(path):
        provision(stores)
    return SequenceSource(stores)


class _InNvs:
    def __init__(self, integers: "IntegerStore", name: str) -> None:
        self._integers = integers
        self._name = name

    def read(self) -> int | None:
        return self._integers.get(self._name)

    def commit(self, value: int) -> None:
        self._integers.put(self._name, value)


class _InFile:
    def __init__(self, path: str) -> None:
        self._path = path

    def read(self) -> int | None:
        try:
            with open(self._path, "rb") as file:
                data = file.read(2 * _BYTES + 1)
        except OSError:
            return None
        value, check = data[:_BYTES], data[_BYTES:]
        if len(data) != 2 * _BYTES or check != crc32(value).to_bytes(_BYTES, "big"):
            return None
        return int.from_bytes(value, "big")

    def commit(self, value: int) -> None:
        packed = value.to_bytes(_BYTES, "big")
        flash.replace(self._path, packed, crc32(packed).to_bytes(_BYTES, "big"))
