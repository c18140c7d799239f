"""Messages that wait to be filed: calls for help first, the others in order and some at a time.

They are acknowledged in the order in which they came, as MQTT 5 demands (section 4.6); a call that
was filed before its turn waits with its acknowledgement, and not with anything else.
"""

from collections import deque
from dataclasses import dataclass

from turna_backbone.mqtt import Message

# What is filed in a few tenths of a second: nobody who does something waits longer than that.
BATCH_BYTES = 65_536
_URGENT = "/sos"


@dataclass(slots=True)
class _Entry:
    message: Message
    is_filed: bool = False


class Waiting:
    """What came and is not acknowledged yet."""

    def __init__(self) -> None:
        self._entries: deque[_Entry] = deque()
        self._urgent: list[_Entry] = []

    def __bool__(self) -> bool:
        return bool(self._entries)

    def add(self, message: Message) -> None:
        entry = _Entry(message)
        self._entries.append(entry)
        if message.topic.endswith(_URGENT):
            self._urgent.append(entry)

    def add_filed(self, message: Message) -> None:
        """Keep what needs no filing any more until its turn to be acknowledged."""
        self._entries.append(_Entry(message, is_filed=True))

    def urgent(self) -> list[Message]:
        """Return the calls for help that came since; they are to be filed now."""
        urgent, self._urgent = self._urgent, []
        for entry in urgent:
            entry.is_filed = True
        return [entry.message for entry in urgent]

    def next_batch(self) -> tuple[list[Message], list[int]]:
        """Return what is to be filed next, and the tokens to acknowledge once it is."""
        size = 0
        batch: list[_Entry] = []
        while self._entries and size < BATCH_BYTES:
            batch.append(self._entries.popleft())
            size += len(batch[-1].message.payload)
        unfiled = [entry.message for entry in batch if not entry.is_filed]
        return unfiled, [entry.message.token for entry in batch]
