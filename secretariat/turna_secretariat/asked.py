"""What a person asks of the one thread that writes, and how they hear what came of it."""

from dataclasses import dataclass, field
from threading import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`done` is set when it is filed, or `errors` says why not."""

    done: Event = field(default_factory=Event)
    errors: list[Exception] = field(default_factory=list)
