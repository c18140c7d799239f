"""Who says again and again what was acknowledged: a handset that we hear and that does not hear us.

Kept in memory, for people to look at; what is said on the air does not change by it.
"""

from collections import OrderedDict

# So often, after so long each: relays bring a packet several times within moments.
REPEATS, APART_S = 5, 5
# Handsets try every 10 minutes at least (turna_protocol.link), and so does the alarm end.
LASTS_S = 900
NUMBERS_REMEMBERED = 8


class _Repeats:
    """How often each of a handset's last numbers came again, and when that was counted last."""

    __slots__ = ("at_s", "by_number")

    def __init__(self) -> None:
        self.by_number: OrderedDict[int, tuple[int, int]] = OrderedDict()
        self.at_s = 0


class Unheard:
    """Counts repetitions by handset and number."""

    def __init__(self) -> None:
        self._repeats: dict[int, _Repeats] = {}

    def again(self, device: int, seq: int, at_s: int) -> None:
        """Note that a packet came that was acknowledged before."""
        handset = self._repeats.setdefault(device, _Repeats())
        times, counted_s = handset.by_number.pop(seq, (0, 0))
        if at_s - counted_s >= APART_S:
            times, counted_s = times + 1, at_s
        handset.by_number[seq] = (times, counted_s)
        handset.at_s = at_s
        while len(handset.by_number) > NUMBERS_REMEMBERED:
            handset.by_number.popitem(last=False)

    def now(self, now_s: int) -> dict[int, int]:
        """Return who does not seem to hear us, and how often one packet came again."""
        lately = {
            device: max(times for times, _ in one.by_number.values())
            for device, one in self._repeats.items()
            if now_s - one.at_s < LASTS_S
        }
        return {device: times for device, times in lately.items() if times >= REPEATS}
