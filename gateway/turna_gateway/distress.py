"""Which SOS still wants somebody: the first thing an operator has to see, backbone or not.

Kept in memory, from what is heard and what the Secretariat answers; decides nothing on the air.
"""

from dataclasses import dataclass, field

from turna_protocol import codes, delivery
from turna_protocol.errors import MalformedError
from turna_protocol.frame import Frame
from turna_protocol.reports import decode_report
from turna_protocol.reports.sos import Sos

# A handset that declares again and again: the older calls give way.
CALLS_PER_HANDSET = 8
# What nobody answered in a day is no news any more; the Secretariat keeps it open.
LASTS_S = 24 * 3600


@dataclass(slots=True)
class Call:
    """One SOS: its declaration and what followed it."""

    device: int
    generation: int
    seq: int
    since_s: int
    state: int = delivery.AT_GATEWAY
    is_cancelled: bool = False
    numbers: set[int] = field(default_factory=set)  # of all its reports


class Distress:
    """Follows each handset's calls for help until a person has answered them."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._calls: dict[int, list[Call]] = {}  # by handset, the newest last

    def heard(self, device: int, generation: int, seq: int, content: bytes, at_s: int) -> None:
        """Take an SOS, its update or its cancellation; one that comes again changes nothing."""
        try:
            sos = decode_report(content, self._frame)
        except MalformedError:
            return
        calls = self._calls.setdefault(device, [])
        if not isinstance(sos, Sos) or any(seq in call.numbers for call in calls):
            return
        meant = [call for call in calls if sos.sos_reference in (None, call.seq)]
        if sos.phase == codes.DECLARE or (sos.phase == codes.UPDATE and not meant):
            meant = [Call(device, generation, seq, at_s)]
            calls += meant
            del calls[:-CALLS_PER_HANDSET]
        for call in meant:
            call.numbers.add(seq)
            call.is_cancelled = call.is_cancelled or sos.phase == codes.CANCEL

    def told(self, device: int, generation: int, seq: int, state: int) -> None:
        """Take the Secretariat's word about a report, if it is one of a call."""
        if device not in self._calls:
            return
        for call in self._calls[device]:
            if call.generation == generation and seq in call.numbers:
                call.state = delivery.advance(call.state, state)

    def calls(self, now_s: int) -> list[Call]:
        """Return each handset's newest call that no person has dealt with; the newest first."""
        newest = [
            open_[-1]
            for calls in self._calls.values()
            if (open_ := [call for call in calls if _is_open(call, now_s)])
        ]
        return sorted(newest, key=lambda call: -call.since_s)


def _is_open(call: Call, now_s: int) -> bool:
    return call.state < delivery.ACTED and now_s - call.since_s < LASTS_S
