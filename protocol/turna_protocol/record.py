"""Values with named fields: equal by value, printable, never changed after construction.

Stands in for dataclass, which MicroPython lacks.
"""


class Record:
    """Base of values; a subclass lists its attributes in FIELDS."""

    FIELDS: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return False
        return all(getattr(self, name) == getattr(other, name) for name in self.FIELDS)

    def __hash__(self) -> int:
        return hash(tuple([getattr(self, name) for name in self.FIELDS]))

    def __repr__(self) -> str:
        fields = ", ".join([f"{name}={getattr(self, name)!r}" for name in self.FIELDS])
        return f"{type(self).__name__}({fields})"
