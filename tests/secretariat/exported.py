"""What the tests of the exports read: an archive with a report of each kind that leaves it."""

from tests.secretariat.field import EPOCH_S, Field
from turna_protocol import codes, worksite_codes
from turna_protocol.json_form import report_from_json
from turna_protocol.reports import Fix, Report, Sitrep, Sos
from turna_protocol.reports.casualties import Casualties
from turna_protocol.reports.hazard import Hazard
from turna_protocol.reports.medevac import Medevac
from turna_protocol.reports.more_fields import TeamId, Worksite
from turna_protocol.reports.victim import Victim
from turna_protocol.reports.worksite_report import WorksiteReport
from turna_protocol.reports.worksite_triage import WorksiteTriage
from turna_secretariat.archive import Archive
from turna_secretariat.desk import Desk
from turna_secretariat.exports.entry import Entry, Extract
from turna_secretariat.exports.selection import Selection, select
from turna_secretariat.registry import Registry

NOW_MS = (EPOCH_S + 60) * 1000
LATER_MS = 2 * 3600 * 1000  # until a person has looked after a call
ANTAKYA = Fix(3_620_150, 3_616_020, 10, 10)
# Formula, markup, direction; the wire itself refuses control characters.
HOSTILE = "=HYPERLINK(1)<b>\u202e]]> &amp;;@x"


def sitrep(
    *, mode: int = codes.EXERCISE, text: str | None = None, fix: Fix | None = None
) -> Sitrep:
    return Sitrep(
        mode=mode,
        time_s=EPOCH_S,
        time_quality=codes.TIME_GNSS,
        fix=fix,
        team_status=8,
        casualties=Casualties(immediate=2, minor=0),
        trapped=0,
        battery_pct=80,
        text=text,
    )


def sos(
    *,
    mode: int = codes.EXERCISE,
    phase: int = codes.DECLARE,
    reference: int | None = None,
    fix: Fix | None = ANTAKYA,
) -> Sos:
    return Sos(
        mode=mode,
        time_s=EPOCH_S,
        time_quality=codes.TIME_GNSS,
        fix=fix,
        phase=phase,
        kind=1,
        people=3,
        sos_reference=reference,
    )


def triage() -> WorksiteTriage:
    return WorksiteTriage(
        mode=codes.EXERCISE,
        time_s=EPOCH_S,
        time_quality=codes.TIME_GNSS,
        fix=ANTAKYA,
        worksite=Worksite(56),
        live=2,
        under_12h=True,
        missing=None,
        deceased=0,
        use=2,
        length_m=20,
        width_m=15,
        floors=5,
        operations=(0, 5),
    )


def worksite_report() -> WorksiteReport:
    return WorksiteReport(
        mode=codes.EXERCISE,
        time_s=EPOCH_S,
        time_quality=codes.TIME_GNSS,
        worksite=Worksite(7, TeamId("AZE", 1)),
        asr_level=1,
        began_min_ago=120,
        duration_min=90,
        missing=0,
        live_contacts=1,
    )


def victim() -> Victim:
    return Victim(
        mode=codes.EXERCISE,
        time_s=EPOCH_S,
        time_quality=codes.TIME_GNSS,
        worksite=Worksite(56),
        number=3,
        floor=-1,
        work_level=worksite_codes.WORK_LEVELS.index("asr4"),
        outcome=1,
    )


def hazard(*, action: int = 2, mode: int = codes.EXERCISE) -> Hazard:
    return Hazard(
        mode=mode,
        time_s=EPOCH_S,
        time_quality=codes.TIME_GNSS,
        fix=ANTAKYA,
        hazard=codes.HAZARDS.index("gas"),
        severity=3,
        certainty=4,
        radius_m=200,
        action=action,
        text="smell of gas",
    )


def medevac() -> Medevac:
    return Medevac(
        mode=codes.EXERCISE,
        time_s=EPOCH_S,
        time_quality=codes.TIME_GNSS,
        fix=ANTAKYA,
        precedence=1,
        patients=Casualties(immediate=2),
        litter=2,
    )


# What a report of a type cannot do without.
REQUIRED: dict[str, dict[str, object]] = {
    "worksite_triage": {"worksite": "0001"},
    "worksite_report": {"worksite": "0001"},
    "victim": {"worksite": "0001"},
    "hazard": {"hazard": "fire"},
    "needs": {"needs": {"water": None}},
    "message": {"phrase": "yes"},
    "task": {"number": 1},
    "task_status": {"number": 1, "status": "seen"},
    "settings": {"power": "poll"},
}


def bare(kind: str, position: object, mode: str = "exercise") -> Report:
    """Return a report of a type with nothing in it that may be left out."""
    form = {"type": kind, "mode": mode, "position": position} | REQUIRED.get(kind, {})
    return report_from_json(form)


class Exported:
    """Files reports and gives them back as exports see them."""

    def __init__(self, field: Field, desk: Desk, archive: Archive, registry: Registry) -> None:
        self.field = field
        self.desk = desk
        self.archive = archive
        self.registry = registry
        self._seq = 0

    def file(self, *reports: Report, device: int = 1, now_ms: int = NOW_MS) -> None:
        """File reports under the numbers 0, 1, 2 ..."""
        for report in reports:
            self.desk.file([self.field.carried(report, device=device, seq=self._seq)], now_ms)
            self._seq += 1

    def did(self, deed: str, report_id: int = 1, now_ms: int = NOW_MS + LATER_MS) -> None:
        """Do with a report what a person does; reports are numbered from 1 as they are filed."""
        self.desk.officers.act(report_id, deed, "Aylin Demir", now_ms)

    def extract(self, mode: str = "exercise") -> Extract:
        with self.archive.reader() as connection:
            return select(connection, self.registry, Selection(mode=mode))

    def entries(self, mode: str = "exercise") -> list[Entry]:
        return list(self.extract(mode).entries)
