"""What the gateway shows of itself: one immutable JSON snapshot, made by the loop alone."""

import json
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import asdict

from turna_backbone.clock import Clock
from turna_gateway.alarms import CRITICAL, Condition, is_silent, judge
from turna_gateway.backlog import Backlog
from turna_gateway.beacons import PLAUSIBLE_FROM_S, PLAUSIBLE_TO_S
from turna_gateway.gateway import Gateway
from turna_gateway.handsets import Contact
from turna_gateway.intake import LANES, MALFORMED, NOT_AUTHENTIC, UNKNOWN_DEVICE
from turna_gateway.ports import ModemState
from turna_protocol.mission import Mission

PERIOD_MS = 1_000
LATELY_MS = 600_000


class StatusBoard:
    """Holds the newest snapshot; replaced whole, so a reader needs no lock."""

    def __init__(
        self,
        gateway: Gateway,
        mission: Mission,
        clock: Clock,
        certificate_days: Callable[[int], int | None] | None = None,
        modems: Callable[[], Sequence[ModemState]] = tuple,
    ) -> None:
        self._modems = modems
        self._certificate_days = certificate_days
        self._gateway = gateway
        self._mission = mission
        self._clock = clock
        self._due_ms = 0
        self._backlog = Backlog()
        # (at, packets refused until then), of the last ten minutes
        self._refused: deque[tuple[int, int]] = deque()
        self.snapshot = b"{}"
        self.is_healthy = False
        self.is_critical = True

    def refresh(self) -> None:
        """Make a new snapshot if the last one is a second old; called by the loop alone."""
        now_ms = self._clock.now_ms()
        if now_ms < self._due_ms:
            return
        self._due_ms = now_ms + PERIOD_MS
        gateway = self._gateway
        self._backlog.note(sum(gateway.waiting), now_ms, has_line=gateway.backbone_up)
        status = self._status()
        self.is_healthy = self._gateway.modem is not None
        self.snapshot = json.dumps(status, ensure_ascii=False).encode()

    def _status(self) -> dict[str, object]:
        gateway = self._gateway
        now_s = self._clock.unix_s()
        contacts = gateway.handsets.contacts()
        outlook = self._backlog.outlook()
        condition = self._condition(now_s)
        handsets = gateway.handsets
        calls = handsets.distress.calls(now_s)
        in_distress = {call.device for call in calls if not call.is_cancelled}
        alarms = judge(condition, contacts, handsets.clones(), calls, now_s)
        self.is_critical = any(alarm.level == CRITICAL for alarm in alarms)
        return {
            "gateway": gateway.identity.name,
            "country": gateway.identity.country,
            "mission": self._mission.name,
            "mode": self._mission.mode,
            "boot_id": gateway.identity.boot_id.hex(),
            "time_s": now_s,
            "uptime_s": gateway.uptime_s(),
            "counts": gateway.counters.all(),
            "refused": gateway.counters.refused(),
            "waiting": dict(zip(LANES, gateway.waiting, strict=True)),
            "oldest_waiting_s": gateway.oldest_waiting_s(),
            "backlog": None if outlook is None else asdict(outlook),
            "backbone": {
                "up": gateway.backbone_up,
                "trouble": gateway.backbone_trouble,
                "down_s": condition.backbone_down_s,
                "secretariat_online": gateway.returns.secretariat_online,
                "receipt_ago_s": self._ago_s(gateway.returns.receipted_at_s, now_s),
            },
            "modem": self._modem(),
            "modems": [{**asdict(one), "up": not one.trouble} for one in self._modem_states()],
            "air": {
                "used_ms_of_the_hour": gateway.airwaves.used_ms(self._clock.now_ms()),
                "budget_ms_of_the_hour": gateway.airwaves.budget_ms(),
                "used_pct": condition.duty_pct,
                "channel_load_pct": gateway.airwaves.load_pct(self._clock.now_ms()),
            },
            "handsets": [
                {**_contact(contact, now_s), "in_distress": contact.device in in_distress}
                for contact in contacts
            ],
            "strangers": _by_device(gateway.handsets.strangers()),
            "revoked_heard": _by_device(gateway.handsets.revoked_heard()),
            "revocation_version": gateway.revoked.version,
            "down_waiting": gateway.downlink.waiting(),
            "clones": _by_device(gateway.handsets.clones()),
            "disk_pct": gateway.disk_pct,
            "bytes_per_report": gateway.bytes_per_report(),
            "certificate_days": condition.certificate_days,
            "has_time": condition.has_time,
            "alarms": [alarm.text for alarm in alarms],
            "alarm_details": [alarm.as_json() for alarm in alarms],
        }

    @staticmethod
    def _ago_s(at_s: int | None, now_s: int) -> int | None:
        return None if at_s is None else max(0, now_s - at_s)

    def _modem(self) -> dict[str, object]:
        modem, serial = self._gateway.modem, self._gateway.serial
        return {
            "up": modem is not None,
            "trouble": self._gateway.modem_trouble,
            "board": None if modem is None else modem.board,
            "unique_id": None if modem is None else modem.unique_id.hex(),
            "serial_undecodable": serial.undecodable,
            "serial_malformed": serial.malformed,
            "packets_lost": serial.lost,
        }

    def _modem_states(self) -> Sequence[ModemState]:
        """Return each modem's; of the only one the gateway itself knows."""
        modem = self._gateway.modem
        if modem is None:
            only = ModemState(self._gateway.modem_trouble)
        else:
            only = ModemState("", modem.board, modem.unique_id.hex())
        return self._modems() or (only,)

    def _condition(self, now_s: int) -> Condition:
        gateway, days_left = self._gateway, self._certificate_days
        return Condition(
            modem_trouble=None if gateway.modem is not None else gateway.modem_trouble,
            backbone_trouble=None if gateway.backbone_up else gateway.backbone_trouble,
            oldest_waiting_s=gateway.oldest_waiting_s(),
            disk_pct=gateway.disk_pct,
            has_time=PLAUSIBLE_FROM_S <= now_s < PLAUSIBLE_TO_S,
            certificate_days=None if days_left is None else days_left(now_s),
            is_denied=gateway.is_denied,
            nobody_listens=gateway.nobody_listens,
            salvaged=gateway.salvaged,
            newer_store=gateway.newer_store,
            put_aside=gateway.put_aside(),
            revoked_heard=gateway.handsets.revoked_heard(),
            unheard=gateway.handsets.unheard.now(now_s),
            half_deaf="; ".join(one.trouble for one in self._modems() if one.trouble),
            backbone_down_s=gateway.backbone_down_s(),
            duty_pct=self._duty_pct(),
            refused_lately=self._refused_lately(),
        )

    def _duty_pct(self) -> int | None:
        """Return how much of the hour's air time is used; None where the law sets no limit."""
        airwaves = self._gateway.airwaves
        budget_ms = airwaves.budget_ms()
        return (
            None if budget_ms is None else 100 * airwaves.used_ms(self._clock.now_ms()) // budget_ms
        )

    def _refused_lately(self) -> int:
        """Return how many packets were refused as foreign or forged within ten minutes."""
        now_ms, refused = self._clock.now_ms(), self._gateway.counters.refused()
        total = sum(refused.get(reason, 0) for reason in (MALFORMED, UNKNOWN_DEVICE, NOT_AUTHENTIC))
        if not self._refused or now_ms - self._refused[-1][0] >= LATELY_MS // 20:
            self._refused.append((now_ms, total))
        while now_ms - self._refused[0][0] > LATELY_MS:
            self._refused.popleft()
        return total - self._refused[0][1]


def _contact(contact: Contact, now_s: int) -> dict[str, object]:
    return {
        "device": contact.device,
        "call_sign": contact.call_sign,
        "team": contact.team,
        "country": contact.country,
        "heard_at_s": contact.heard_at_s,
        "heard_ago_s": max(0, now_s - contact.heard_at_s),
        "is_silent": is_silent(contact, now_s),
        "heard_count": contact.heard_count,
        "rssi_dbm": contact.rssi_dbm,
        "snr_db": contact.snr_db,
        "last_type": contact.type,
        "lat_e5": contact.lat_e5,
        "lon_e5": contact.lon_e5,
        "battery_pct": contact.battery_pct,
        "battery_mv": contact.battery_mv,
    }


def _by_device(counts: dict[int, int]) -> dict[str, int]:
    return {str(device): times for device, times in sorted(counts.items())}
