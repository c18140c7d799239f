"""The worksite triage form (INSARAG 2020 B23, 2027 identifiers): how urgent a site is."""

from .. import code_lists, codes, worksite_codes
from .code_fields import Choice, Choices
from .fields import Count, Number, Steps, Text
from .heading import Fix, Report
from .more_fields import Flag, Worksite, WorksiteField, YesNo

# The outcome of the flow chart (Field Handbook, Worksite Triage).
CATEGORY_A, CATEGORY_B, CATEGORY_C, CATEGORY_D, NOT_A_WORKSITE = 0, 1, 2, 3, 4


def triage_category(
    live: int | None, under_12h: bool | None, missing: int | None, deceased: int | None
) -> int:
    """Return the category that follows from the counts; what is unknown counts as possible.

    A: confirmed live, less than 12 hours of work; B: confirmed live, 12 hours or more; C: live
    victims possible; D: deceased only.
    """
    if live:
        return CATEGORY_A if under_12h else CATEGORY_B
    if missing != 0:
        return CATEGORY_C
    return CATEGORY_D if deceased != 0 else NOT_A_WORKSITE


class WorksiteTriage(Report):
    """A site's triage: `triage` (None: computed) follows from the counts unless `overridden`."""

    NAME = "worksite_triage"
    FIELDS = (
        "mode",
        "time_s",
        "time_quality",
        "fix",
        "worksite",
        "triage",
        "overridden",
        "live",
        "under_12h",
        "missing",
        "deceased",
        "use",
        "construction",
        "length_m",
        "width_m",
        "floors",
        "basements",
        "collapse",
        "void",
        "damage_pct",
        "operations",
        "hazards",
        "text",
    )
    LAYOUT = (
        ("worksite", WorksiteField()),
        ("overridden", Flag()),
        ("triage", Choice(worksite_codes.TRIAGES)),
        ("live", Count()),
        ("under_12h", YesNo()),
        ("missing", Count()),
        ("deceased", Count()),
        ("hazards", Choices(code_lists.HAZARDS)),
        ("operations", Choices(worksite_codes.OPERATIONS)),
        ("use", Choice(worksite_codes.USES, 16)),
        ("construction", Choice(worksite_codes.CONSTRUCTIONS, 10)),
        ("collapse", Choices(worksite_codes.COLLAPSES)),
        ("void", Choice(worksite_codes.VOIDS)),
        ("floors", Number(0, 62)),
        ("basements", Number(0, 9)),
        ("length_m", Steps(5, 310)),
        ("width_m", Steps(5, 310)),
        ("damage_pct", Steps(5, 100)),
        ("text", Text()),
    )

    REQUIRED = ("worksite",)

    def __init__(
        self,
        *,
        mode: int,
        time_s: int | None = None,
        time_quality: int = codes.TIME_NONE,
        fix: Fix | None = None,
        worksite: Worksite,
        triage: int | None = None,
        overridden: bool = False,
        live: int | None = None,
        under_12h: bool | None = None,
        missing: int | None = None,
        deceased: int | None = None,
        use: int = 0,
        construction: int = 0,
        length_m: int | None = None,
        width_m: int | None = None,
        floors: int | None = None,
        basements: int | None = None,
        collapse: tuple[int, ...] = (),
        void: int = 0,
        damage_pct: int | None = None,
        operations: tuple[int, ...] = (),
        hazards: tuple[int, ...] = (),
        text: str | None = None,
    ) -> None:
        super().__init__(mode=mode, time_s=time_s, time_quality=time_quality, fix=fix)
        self.worksite = worksite
        computed = triage_category(live, under_12h, missing, deceased)
        self.triage = computed if triage is None else triage
        self.overridden = overridden
        self.live = live
        self.under_12h = under_12h
        self.missing = missing
        self.deceased = deceased
        self.use = use
        self.construction = construction
        self.length_m = length_m
        self.width_m = width_m
        self.floors = floors
        self.basements = basements
        self.collapse = collapse
        self.void = void
        self.damage_pct = damage_pct
        self.operations = operations
        self.hazards = hazards
        self.text = text

    def priority(self) -> int:
        return codes.IMMEDIATE if self.live else codes.PRIORITY

    def contradiction(self) -> str | None:
        computed = triage_category(self.live, self.under_12h, self.missing, self.deceased)
        if self.overridden and self.triage == computed:
            return "overridden: the triage is what follows from the counts"
        if not self.overridden and self.triage != computed:
            return "triage: not what follows from the counts, and not overridden"
        return None
