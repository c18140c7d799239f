"""Whatever of other modes is reported: no count, roll-up, trail or file of one mode changes by it.

Two archives get the same reports, but those of other modes are others in the second one.  All that
is asked of the one mode has to be the same, to the byte.
"""

import io
import zipfile
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from tests.protocol.report_strategies import reports
from tests.secretariat.exported import ANTAKYA, NOW_MS, hazard, sitrep, sos, triage
from tests.secretariat.field import EPOCH_S, Field
from turna_protocol import codes, keys
from turna_protocol.frame import Frame
from turna_protocol.reports import Report
from turna_secretariat import distress, emt, picture, queries, situation, standing, trails
from turna_secretariat.archive import Archive
from turna_secretariat.desk import Desk
from turna_secretariat.exports import emt_mds
from turna_secretariat.exports.formats import FORMATS
from turna_secretariat.exports.selection import Selection, select
from turna_secretariat.registry import Registry
from turna_secretariat.situation_book import SituationBook

MODE = "exercise"
_FRAME = Frame(ANTAKYA.lat_e5, ANTAKYA.lon_e5, EPOCH_S)
_OTHER_MODES = (codes.ACTUAL, codes.TEST)
_CALL = sos(fix=ANTAKYA)
_CANCEL = sos(phase=codes.CANCEL, mode=codes.ACTUAL)

_of_other_modes = reports(_FRAME).filter(lambda report: report.mode in _OTHER_MODES)
# What is reported, what it is in the second archive if it is of another mode, and by whom.
_reported = st.tuples(reports(_FRAME), _of_other_modes, st.sampled_from((1, 2)))


class Filed:
    """An archive with reports, and everything that can be asked of one mode."""

    def __init__(self, folder: Path) -> None:
        self.field = Field(folder / "kit")
        self.registry = Registry(self.field.mission, keys.authentication_branch(self.field.master))
        self.archive = Archive.in_file(folder / "archive.db")
        self.archive.open()
        self.desk = Desk(self.archive, self.registry, self.field.mission.frame)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.archive.close()

    def file(self, seq: int, report: Report, device: int) -> None:
        carried = self.field.carried(report, device=device, seq=seq)
        self.desk.file([carried], NOW_MS + seq * 1000)

    def enter_emt(self, mode: str, count: int) -> None:
        said = {"team": "EMT1", "country": "tr", "day": "2026-01-01", "remark": ""}
        day = emt.read_daily(said | {"counts": {"4": {"all": count}}}, mode, "2026-12-31")
        self.desk.officers.keep_emt_day(day, "Aylin Demir", NOW_MS)

    def seen(self) -> dict[str, Any]:
        """Return every count, list and file of the mode."""
        with self.archive.reader() as connection:
            counts = queries.counts(connection, MODE)
            alarms = queries.open_alarms(connection, self.registry)
            walked = trails.trails(
                connection,
                self.registry,
                mode=MODE,
                since_ms=0,
                until_ms=NOW_MS + 3_600_000,
                devices=None,
            )
            said = SituationBook(self.registry).said(connection, MODE, 0, NOW_MS + 3_600_000)
            extract = select(connection, self.registry, Selection(mode=MODE))
            days = emt.days(connection, mode=MODE)
            stands = standing.look(connection, self.registry, NOW_MS + 3_600_000)
            calls = distress.calls(connection, self.registry)
            found = {
                "counts": {name: counts[name] for name in ("by_type", "by_standing", "copies")},
                "handsets": queries.handsets(connection, self.registry, MODE),
                "alarms": [row for row in alarms if row.get("mode") == MODE],
                "calls": [row for row in calls if row["mode"] == MODE],
                "trails": walked,
                "places": picture.places(connection, self.registry, mode=MODE),
                "teams": stands.teams,
                "counted": [stands.by_mode(rows)[MODE] for rows in (stands.calls, stands.others)],
                "in hand": [one for one in stands.in_hand if one["mode"] == MODE],
            }
        rolled = situation.roll_up(said, sector=None, since_ms=0, until_ms=NOW_MS + 3_600_000)
        files = {name: _opened(name, known.write(extract)) for name, known in FORMATS.items()}
        files["emt-mds"] = emt_mds.write("TEST", days)
        return found | {"situation": rolled} | files


def _opened(name: str, content: bytes) -> object:
    """Return what stands in a file; a workbook also says when it was made."""
    if name == "insarag-xlsx":
        book = load_workbook(io.BytesIO(content))
        return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}
    if name == "cap":
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return {part: parts.read(part) for part in parts.namelist()}
    return content


@given(st.lists(_reported, max_size=8))
@example([(_CALL, _CANCEL, 1), (_CANCEL, sitrep(mode=codes.TEST, fix=ANTAKYA), 1)])
@example([(sitrep(), _CANCEL, 1), (hazard(mode=codes.ACTUAL), _CANCEL, 2), (triage(), _CANCEL, 1)])
@settings(max_examples=10, deadline=None)
def test_what_is_of_another_mode_changes_nothing_of_this_one(
    reported: list[tuple[Report, Report, int]],
) -> None:
    with ExitStack() as stack:
        one, other = (
            stack.enter_context(Filed(Path(stack.enter_context(TemporaryDirectory()))))
            for _ in range(2)
        )
        for seq, (report, instead, device) in enumerate(reported):
            one.file(seq, report, device)
            other.file(seq, report if report.mode == codes.EXERCISE else instead, device)
        for filed, count in ((one, 1), (other, 2)):
            filed.enter_emt("exercise", 5)
            filed.enter_emt("actual", count)
        seen, seen_beside = one.seen(), other.seen()

    for name, shown in seen.items():
        assert shown == seen_beside[name], name


def test_a_drill_that_is_taken_back_leaves_a_real_call_open_and_loud(tmp_path: Path) -> None:
    with Filed(tmp_path) as filed:
        filed.file(0, sos(mode=codes.ACTUAL), 1)
        filed.file(1, sos(phase=codes.CANCEL), 1)
        with filed.archive.reader() as connection:
            (alarm,) = queries.open_alarms(connection, filed.registry)
            (call,) = (
                call
                for call in distress.calls(connection, filed.registry)
                if call["mode"] == "actual"
            )
    assert (alarm["mode"], alarm["cancelled_ms"], call["stands"]) == ("actual", None, "calling")
