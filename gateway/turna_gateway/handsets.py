"""What the gateway last heard of each handset, for people to look at; decides nothing.

Hearing only notes; a report is decoded when somebody looks, and only the newest of each handset.
"""

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass

from turna_gateway.distress import Distress
from turna_gateway.intake import SOS, Accepted
from turna_gateway.keyring import Handset
from turna_gateway.ports import PacketHeard
from turna_gateway.report_rows import StoredReport
from turna_gateway.unheard import Unheard
from turna_protocol import packet as wire
from turna_protocol.errors import MalformedError
from turna_protocol.frame import Frame
from turna_protocol.reports import Report, decode_report, report_type

# Foreign device numbers are whatever a stranger makes up: remember only so many.
STRANGERS_LIMIT = 64
# A report that says where a handset is may be followed by some that do not.
CONTENTS_KEPT = 4
# How often a handset usually speaks is learned from its pauses, so that one that saves power is not
# called silent; packets in one breath, and hours without, say nothing about it.
BREATH_S, LONGEST_HABIT_S = 30, 1_200
_HABIT_SHARE = 4


@dataclass(frozen=True, slots=True)
class Contact:
    """The last sign of life of one handset; a value it did not send is None."""

    device: int
    call_sign: str
    team: str
    country: str
    heard_at_s: int
    heard_count: int
    rssi_dbm: int
    snr_db: float
    type: str | None
    lat_e5: int | None
    lon_e5: int | None
    battery_pct: int | None
    battery_mv: int | None
    usual_pause_s: int = 0


class _Heard:
    """Notes about one handset: what is newest of each kind, and what is still to be decoded."""

    __slots__ = (
        "battery_mv",
        "battery_pct",
        "contents",
        "count",
        "handset",
        "heard_at_s",
        "lat_e5",
        "lon_e5",
        "rssi_dbm",
        "snr_db_x4",
        "type",
        "usual_pause_s",
    )

    def __init__(self, handset: Handset) -> None:
        self.handset = handset
        self.count = 0
        self.heard_at_s = self.rssi_dbm = self.snr_db_x4 = self.usual_pause_s = 0
        self.contents: deque[bytes] = deque(maxlen=CONTENTS_KEPT)
        self.type: str | None = None
        self.lat_e5: int | None = None
        self.lon_e5: int | None = None
        self.battery_pct: int | None = None
        self.battery_mv: int | None = None


class Handsets:
    """One contact per handset that ever proved who it is, and a count of those that did not."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self.distress = Distress(frame)
        self.unheard = Unheard()
        self._heard: dict[int, _Heard] = {}
        self._strangers: Counter[int] = Counter()
        self._clones: Counter[int] = Counter()
        self._revoked: Counter[int] = Counter()

    def heard(self, accepted: Accepted, event: PacketHeard, heard_at_s: int) -> None:
        handset = accepted.handset
        heard = self._heard.get(handset.device)
        if heard is None:
            heard = self._heard[handset.device] = _Heard(handset)
        heard.count += 1
        pause_s = heard_at_s - heard.heard_at_s
        if pause_s >= BREATH_S and heard.heard_at_s:
            heard.usual_pause_s = _habit(heard.usual_pause_s, min(pause_s, LONGEST_HABIT_S))
        heard.heard_at_s = heard_at_s
        heard.rssi_dbm = event.rssi_dbm
        heard.snr_db_x4 = event.snr_db_x4
        is_report = accepted.kind == wire.REPORT and accepted.understood
        heard.contents.append(accepted.content if is_report else b"")
        if is_report and accepted.lane == SOS:
            who = (handset.device, handset.generation, accepted.seq)
            self.distress.heard(*who, accepted.content, heard_at_s)

    def restore(self, handset: Handset, last: Sequence[StoredReport]) -> None:
        """Take over what the run before heard last of a handset, newest first."""
        heard = self._heard[handset.device] = _Heard(handset)
        heard.heard_at_s = last[0].heard_at_s
        heard.rssi_dbm, heard.snr_db_x4 = last[0].rssi_dbm, last[0].snr_db_x4
        heard.contents.extend(
            report.content if _is_report(report) else b"" for report in last[::-1]
        )

    def clone(self, device: int) -> None:
        """Count two different packets under one number: the handset's keys exist twice."""
        self._clones[device] += 1

    def stranger(self, device: int) -> None:
        """Count a packet of somebody who claims to be a handset and cannot prove it."""
        if device in self._strangers or len(self._strangers) < STRANGERS_LIMIT:
            self._strangers[device] += 1

    def revoked(self, device: int) -> None:
        """Count a packet made with keys that are revoked: lost, or in wrong hands."""
        self._revoked[device] += 1

    def contacts(self) -> list[Contact]:
        return [self._contact(heard) for _, heard in sorted(self._heard.items())]

    def clones(self) -> dict[int, int]:
        return dict(self._clones)

    def revoked_heard(self) -> dict[int, int]:
        return dict(self._revoked)

    def strangers(self) -> dict[int, int]:
        return dict(self._strangers)

    def _contact(self, heard: _Heard) -> Contact:
        for content in heard.contents:
            self._read(heard, content)
        heard.contents.clear()
        handset = heard.handset
        return Contact(
            device=handset.device,
            call_sign=handset.call_sign,
            team=handset.team,
            country=handset.country,
            heard_at_s=heard.heard_at_s,
            heard_count=heard.count,
            rssi_dbm=heard.rssi_dbm,
            snr_db=heard.snr_db_x4 / 4,
            type=heard.type,
            lat_e5=heard.lat_e5,
            lon_e5=heard.lon_e5,
            battery_pct=heard.battery_pct,
            battery_mv=heard.battery_mv,
            usual_pause_s=heard.usual_pause_s,
        )

    def _read(self, heard: _Heard, content: bytes) -> None:
        report = self._decoded(content)
        heard.type = None if report is None else report_type(report)
        fix = None if report is None else report.fix
        if fix is not None:
            heard.lat_e5, heard.lon_e5 = fix.lat_e5, fix.lon_e5
        heard.battery_pct = _newest(report, "battery_pct", heard.battery_pct)
        heard.battery_mv = _newest(report, "battery_mv", heard.battery_mv)

    def _decoded(self, content: bytes) -> Report | None:
        try:
            return decode_report(content, self._frame) if content else None
        except MalformedError:
            return None


def _habit(before_s: int, pause_s: int) -> int:
    return pause_s if not before_s else before_s + (pause_s - before_s) // _HABIT_SHARE


def _is_report(stored: StoredReport) -> bool:
    return not stored.quarantined and wire.packet_kind(stored.header) == wire.REPORT


def _newest(report: Report | None, name: str, before: int | None) -> int | None:
    value: int | None = getattr(report, name, None)
    return before if value is None else value
