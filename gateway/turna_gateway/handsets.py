"""What the gateway last heard of each handset, for people to look at; decides nothing."""

from collections import Counter
from dataclasses import dataclass

from turna_gateway.intake import Accepted
from turna_gateway.ports import PacketHeard
from turna_protocol.reports import Report, report_type

# Foreign device numbers are whatever a stranger makes up: remember only so many.
STRANGERS_LIMIT = 64


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


class Handsets:
    """One contact per handset that ever proved who it is, and a count of those that did not."""

    def __init__(self) -> None:
        self._contacts: dict[int, Contact] = {}
        self._strangers: Counter[int] = Counter()
        self._clones: Counter[int] = Counter()

    def heard(self, accepted: Accepted, event: PacketHeard, heard_at_s: int) -> None:
        handset, report = accepted.handset, accepted.report
        before = self._contacts.get(handset.device)
        fix = report.fix if report is not None else None
        self._contacts[handset.device] = Contact(
            device=handset.device,
            call_sign=handset.call_sign,
            team=handset.team,
            country=handset.country,
            heard_at_s=heard_at_s,
            heard_count=1 if before is None else before.heard_count + 1,
            rssi_dbm=event.rssi_dbm,
            snr_db=event.snr_db_x4 / 4,
            type=None if report is None else report_type(report),
            lat_e5=fix.lat_e5 if fix else (before.lat_e5 if before else None),
            lon_e5=fix.lon_e5 if fix else (before.lon_e5 if before else None),
            battery_pct=_newest(report, "battery_pct", before),
            battery_mv=_newest(report, "battery_mv", before),
        )

    def clone(self, device: int) -> None:
        """Count two different packets under one number: the handset's keys exist twice."""
        self._clones[device] += 1

    def stranger(self, device: int) -> None:
        """Count a packet of somebody who claims to be a handset and cannot prove it."""
        if device in self._strangers or len(self._strangers) < STRANGERS_LIMIT:
            self._strangers[device] += 1

    def contacts(self) -> list[Contact]:
        return sorted(self._contacts.values(), key=lambda contact: contact.device)

    def clones(self) -> dict[int, int]:
        return dict(self._clones)

    def strangers(self) -> dict[int, int]:
        return dict(self._strangers)


def _newest(report: Report | None, name: str, before: Contact | None) -> int | None:
    value: int | None = getattr(report, name, None)
    if value is None and before is not None:
        value = getattr(before, name)
    return value
