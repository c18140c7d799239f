"""The call for help of the one who holds the handset, its updates and its cancellation."""

from .. import code_lists, codes
from .code_fields import Choice
from .fields import Count, OwnInteger, Reference, Steps
from .heading import Fix, Report


class Sos(Report):
    """An SOS.  In an update or cancel, `sos_reference` is the declaration's sequence number.

    Left out, it means every earlier declaration of the handset.
    """

    NAME = "sos"
    FIELDS = (
        "mode",
        "time_s",
        "time_quality",
        "fix",
        "phase",
        "kind",
        "people",
        "battery_pct",
        "sos_reference",
    )
    # With these a usual SOS is never longer than 13 bytes: 9 for the heading, 3 for fix to battery,
    # 1 for up to 9 people and no reference.
    FIX_IN_FULL = True
    LAYOUT = (
        ("phase", Choice(code_lists.SOS_PHASES)),
        ("kind", Choice(code_lists.SOS_KINDS)),
        ("battery_pct", Steps(5, 100)),
        ("people", OwnInteger(Count((12, 9990)))),
        ("sos_reference", Reference()),
    )

    def __init__(
        self,
        *,
        mode: int,
        time_s: int | None = None,
        time_quality: int = codes.TIME_NONE,
        fix: Fix | None = None,
        phase: int = codes.DECLARE,
        kind: int = 0,
        people: int | None = None,
        battery_pct: int | None = None,
        sos_reference: int | None = None,
    ) -> None:
        super().__init__(mode=mode, time_s=time_s, time_quality=time_quality, fix=fix)
        self.phase = phase
        self.kind = kind
        self.people = people
        self.battery_pct = battery_pct
        self.sos_reference = sos_reference

    def priority(self) -> int:
        return codes.FLASH

    def contradiction(self) -> str | None:
        if self.phase == codes.DECLARE and self.sos_reference is not None:
            return "sos_reference: a declaration refers to nothing"
        return None
