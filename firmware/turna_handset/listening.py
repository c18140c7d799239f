"""When the radio receives, by the mode of power: always, in turns with sleep, or for an answer.

Pure.  `docs/protocol.md` promises gateways what is here: for how long after its own packets every
handset hears, whatever its mode.
"""

from . import power

RECEIVE = "receive"
IN_TURNS = "in turns"
REST = "rest"

# After a transmission of ours, from its end: whoever has something for us speaks now.
AFTER_SENDING_MS = 3_000
# After a packet for us: there may be more.
AFTER_HEARING_MS = 2_000


class Listening:
    """What the radio does between transmissions."""

    def __init__(self, state: power.Power) -> None:
        self._power = state
        self._until_ms = 0

    def sent(self, now_ms: int, answer_ms: int) -> None:
        """Note a transmission of ours; gateways take up to `answer_ms` for their word on it."""
        self._extend(now_ms + max(AFTER_SENDING_MS, answer_ms))

    def heard(self, now_ms: int) -> None:
        """Note a packet for us."""
        self._extend(now_ms + AFTER_HEARING_MS)

    def rest(self, now_ms: int) -> str:
        """Return what the radio is to do now."""
        mode = self._power.mode
        if self._power.live or mode == power.LISTEN or now_ms < self._until_ms:
            return RECEIVE
        return IN_TURNS if mode == power.SAVER else REST

    def deadline_ms(self, now_ms: int) -> "int | None":
        """Return when that changes by itself, or None."""
        return self._until_ms if now_ms < self._until_ms else None

    def _extend(self, until_ms: int) -> None:
        self._until_ms = max(self._until_ms, until_ms)
