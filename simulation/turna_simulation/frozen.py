"""What a frozen image holds of a compiled module in ROM, and a ROM file system in the heap.

Bytecode and the bytes of strings stay in ROM with both.  A module's table of names and constants
and the constants' objects are part of a frozen image; read from a file they are made in the heap
(MicroPython's py/persistentcode.c, of its 32-bit unix port).  Functions inside functions take
16 bytes more, which are left out here: so this is the least that an image saves.
"""

from collections.abc import Iterator

_HEADER_BYTES = 4
_BLOCK_BYTES = 16  # the heap is given out in blocks
_WORD_BYTES = 4
_NAME_BYTES = 2
_OBJECT_BYTES = 16  # of a string, of bytes, of a float; of a long integer without its digits
_DIGIT_BITS = 16
_TUPLE_WORDS = 2  # before its items
_SINGLETONS = range(5)  # function table, None, False, True, Ellipsis: nothing follows
_STR, _BYTES, _INT, _FLOAT, _COMPLEX, _TUPLE = range(5, 11)
_SMALL_INTS = range(-(1 << 30), 1 << 30)  # of a 32-bit board: no object


def tables_bytes(module: bytes) -> int:
    """Return what the tables of a compiled module take in the heap; an image has them in ROM."""
    return sum(-(-size // _BLOCK_BYTES) * _BLOCK_BYTES for size in _allocations(module))


def names_of(module: bytes) -> list[str]:
    """Return the names in a module's table that the interpreter itself does not have."""
    reader = _Reader(module)
    count = reader.number()
    reader.number()  # of constants
    return [name.decode() for name in _names(reader, count) if name]


class _Reader:
    """Reads the parts of an .mpy file one after the other."""

    def __init__(self, module: bytes) -> None:
        self._data = module
        self._at = _HEADER_BYTES

    def number(self) -> int:
        value = 0
        while True:
            byte = self.take(1)[0]
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                return value

    def take(self, count: int) -> bytes:
        self._at += count
        return self._data[self._at - count : self._at]


def _allocations(module: bytes) -> Iterator[int]:
    reader = _Reader(module)
    name_count, constants = reader.number(), reader.number()
    for _ in _names(reader, name_count):
        pass
    name_words = -(-name_count * _NAME_BYTES // _WORD_BYTES)
    yield (name_words + constants) * _WORD_BYTES
    for _ in range(constants):
        yield from _constant(reader)


def _names(reader: _Reader, count: int) -> Iterator[bytes]:
    """Give each name; empty for one of the interpreter's own, which has a number instead."""
    for _ in range(count):
        length = reader.number()
        yield b"" if length & 1 else reader.take(length // 2 + 1)[:-1]


def _constant(reader: _Reader) -> Iterator[int]:
    kind = reader.take(1)[0]
    if kind in _SINGLETONS:
        return
    length = reader.number()
    if kind == _TUPLE:
        yield (_TUPLE_WORDS + length) * _WORD_BYTES
        for _ in range(length):
            yield from _constant(reader)
        return
    text = reader.take(length)
    if kind in (_STR, _BYTES):
        reader.take(1)  # the zero at its end
        if text:
            yield _OBJECT_BYTES
    elif kind != _INT:
        yield _OBJECT_BYTES
    elif int(text) not in _SMALL_INTS:
        yield _OBJECT_BYTES
        yield (length * 8 // _DIGIT_BITS + 1) * _DIGIT_BITS // 8
