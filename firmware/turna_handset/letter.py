"""What has come down to this handset, as the inbox remembers it: an order, a notice, or an alert.

A letter has one reference, the number by which answers name it (docs/protocol.md, the way down).
"""

import struct

from turna_protocol.errors import MalformedError

# How far a letter has come: a task's further states are its `task_status`, and above them.
NEW = 0
SEEN = 1
ANSWERED = 2
HEARD = 3  # an alarm that is on, and silenced
TASK_STATES = 8  # + the status that was reported last

# What a letter holds, by the numbers of `reports.types`, and beside them.
MESSAGE = 11
TASK = 12
SETTINGS = 14
UNREADABLE = 252  # by this firmware
UNSORTED = 253  # nobody has looked yet
LONG_TEXT = 254
ALERT = 255

# Phrases that mean more than words (`report_codes.PHRASES`): they come down only.
ROLL_CALL = 32
EVACUATE = 33  # then cease work and resume, in the order of `alerts`
_RESUME = 35

_LAYOUT = "<IHBBBHI"
HEAD_BYTES = struct.calcsize(_LAYOUT)


class Letter:
    """One letter without its content."""

    def __init__(
        self,
        reference: int,
        place: int,
        status: int,
        type_number: int,
        code: int,
        task: int,
        time_s: int,
    ) -> None:
        self.reference = reference
        self.place = place  # counts up as letters come
        self.status = status
        self.type_number = type_number
        self.code = code  # the task, the phrase, an alert's code; 0 for none
        self.task = task  # a task's own number; the mode of an alarm
        self.time_s = time_s  # when it came, 0 if unknown

    def phrase(self) -> int:
        """Return the phrase that says what this is, 0 for none."""
        if self.type_number == ALERT:
            return EVACUATE + self.code
        return self.code if self.type_number == MESSAGE else 0

    def is_roll_call(self) -> bool:
        return self.phrase() == ROLL_CALL

    def is_alarm(self) -> bool:
        """Say whether this is an evacuate, a cease work or the end of them."""
        return EVACUATE <= self.phrase() <= _RESUME

    def ends_alarms(self) -> bool:
        return self.phrase() == _RESUME

    def says_by_itself(self) -> bool:
        """Say whether opening it is answer enough: somebody has read a text."""
        text = self.type_number in (MESSAGE, LONG_TEXT)
        return text and not self.is_roll_call() and not self.is_alarm()

    def head(self) -> bytes:
        """Return what `unpack` reads."""
        return struct.pack(
            _LAYOUT,
            self.reference,
            self.place,
            self.status,
            self.type_number,
            self.code,
            self.task,
            self.time_s,
        )


def unpack(data: bytes, offset: int = 0) -> Letter:
    """Return the letter whose head is there."""
    if len(data) < offset + HEAD_BYTES:
        raise MalformedError("letter")
    return Letter(*struct.unpack_from(_LAYOUT, data, offset))
