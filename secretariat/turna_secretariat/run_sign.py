"""The sign that a run leaves with the broker: how far it has numbered what went down.

By it a later run with an older copy of the archive knows what that copy lacks (docs/protocol.md).
"""

import logging

from turna_backbone import topics
from turna_backbone.envelope import GivenOut, Presence
from turna_backbone.mqtt import Message, Published
from turna_secretariat.ports import Session

log = logging.getLogger(__name__)

# Where runs leave theirs.
SIGNS = (topics.SECRETARIAT_CONNECTION, topics.SECRETARIAT_NUMBERS)


class RunSign:
    """Lets the broker keep how far this run has numbered, once for each change."""

    def __init__(self, boot_id: bytes, session: Session) -> None:
        self._session = session
        # What the broker was told in this connection.  The first leaves what stands there until it
        # is heard, unless something new is to be said.
        self._told: GivenOut | None = GivenOut(boot_id, 0)
        self._token: int | None = None

    def leave(self, given_out: GivenOut | None) -> bool:
        """Publish it unless the broker was told already; return whether it will know."""
        if given_out is None or given_out == self._told:
            return True
        topic = topics.SECRETARIAT_NUMBERS
        token = self._session.publish(topic, given_out.pack(), retain=True)
        if token is None:
            return False
        self._token = token
        self._told = given_out
        return True

    def leave_anew(self, given_out: GivenOut | None) -> None:
        """Publish it whatever the broker was told."""
        self._told = None
        self.leave(given_out)

    def disconnected(self) -> None:
        self._told = self._token = None

    def is_refused_by(self, event: Published) -> bool:
        """Tell whether the broker says here that it does not take the sign."""
        return event.token == self._token and not event.accepted


def read_sign(message: Message) -> GivenOut:
    """Return what a run left: its numbers, or that it was there. MalformedError if neither."""
    if message.topic == topics.SECRETARIAT_NUMBERS:
        return GivenOut.unpack(message.payload)
    return GivenOut(Presence.unpack(message.payload).boot_id, 0)
