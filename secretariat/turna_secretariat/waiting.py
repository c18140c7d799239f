"""Messages that wait to be filed: calls for help first, the others in order and some at a time.

They are acknowledged in the order in which they came, as MQTT 5 demands (section 4.6); a call that
was filed before its turn waits with its acknowledgement, and not with anything else.
"""

from collections import deque

from turna_backbone.mqtt import Message

# What is filed in a few tenths of a second: nobody who does something waits longer than that.
BATCH_BYTES = 65_536
_URGENT = "/sos"


class Waiting:
    """What came and is not acknowledged yet."""

    def __init__(self) -> None:
        self._messages: deque[Message] = deque()
        self._urgent: list[Message] = []
        self._filed: set[int] = set()

    def __bool__(self) -> bool:
        return bool(self._messages)

    def add(self, message: Message) -> None:
        self._messages.append(message)
        if message.topic.endswith(_URGENT):
            self._urgent.append(message)

    def add_filed(self, message: Message) -> None:
        """Keep what needs no filing any more until its turn to be acknowledged."""
        self._messages.append(message)
        self._filed.add(message.token)

    def urgent(self) -> list[Message]:
        """Return the calls for help that came since; they are to be filed now."""
        urgent, self._urgent = self._urgent, []
        self._filed.update(message.token for message in urgent)
        return urgent

    def next_batch(self) -> tuple[list[Message], list[int]]:
        """Return what is to be filed next, and the tokens to acknowledge once it is."""
        size, batch = 0, []
        while self._messages and size < BATCH_BYTES:
            batch.append(self._messages.popleft())
            size += len(batch[-1].payload)
        tokens = [message.token for message in batch]
        unfiled = [message for message in batch if message.token not in self._filed]
        self._filed.difference_update(tokens)
        return unfiled, tokens
