"""What an operator must know of a gateway, each with a name and a sentence.  Pure: values in."""

from collections.abc import Iterable
from dataclasses import dataclass

from turna_gateway.handsets import Contact

# A team that is not heard for this long is worth a look (five position periods).
SILENCE_S = 600
OLD_BACKLOG_S = 900
DISK_WARNING_PCT, DISK_ALARM_PCT = 80, 90
CERTIFICATE_DAYS = 60

WARNING, CRITICAL = "warning", "critical"


@dataclass(frozen=True, slots=True)
class Alarm:
    """`name` stays the same for as long as the state lasts; `text` is for people."""

    name: str
    level: str
    text: str


@dataclass(frozen=True, slots=True)
class Condition:
    """What the alarms are judged by; an empty text means that nothing is wrong there."""

    modem_trouble: str | None
    backbone_trouble: str | None
    oldest_waiting_s: int
    disk_pct: int
    has_time: bool
    certificate_days: int | None
    is_denied: bool
    nobody_listens: bool
    salvaged: str
    put_aside: int
    revoked_heard: dict[int, int]


def judge(
    condition: Condition, contacts: Iterable[Contact], clones: dict[int, int], now_s: int
) -> list[Alarm]:
    """Return every alarm that stands, the machine's own before the teams'."""
    alarms = [*_links(condition), *_machine(condition)]
    for device, times in clones.items():
        text = f"handset {device} speaks with two voices ({times} times): cloned keys"
        alarms.append(Alarm(f"clone.{device}", CRITICAL, text))
    for device, times in condition.revoked_heard.items():
        text = f"handset {device} is revoked and speaks ({times} times): it is in wrong hands"
        alarms.append(Alarm(f"revoked.{device}", CRITICAL, text))
    for contact in contacts:
        silent_s = now_s - contact.heard_at_s
        if silent_s > SILENCE_S:
            text = f"{contact.call_sign} silent for {silent_s // 60} min"
            alarms.append(Alarm(f"silence.{contact.device}", WARNING, text))
    return alarms


def _links(condition: Condition) -> list[Alarm]:
    alarms = []
    if condition.modem_trouble is not None:
        alarms.append(Alarm("modem", CRITICAL, f"no modem: {condition.modem_trouble}"))
    if condition.backbone_trouble is not None:
        alarms.append(Alarm("backbone", WARNING, f"no backbone: {condition.backbone_trouble}"))
    if condition.oldest_waiting_s > OLD_BACKLOG_S:
        waited = condition.oldest_waiting_s // 60
        text = f"a report has waited {waited} min for its receipt"
        alarms.append(Alarm("backlog", WARNING, text))
    if condition.is_denied:
        text = "the broker denies our publications: its access rules do not fit this gateway"
        alarms.append(Alarm("denied", CRITICAL, text))
    if condition.nobody_listens:
        text = "nobody listens to our reports: the Secretariat never subscribed at this broker"
        alarms.append(Alarm("nobody_listens", WARNING, text))
    return alarms


def _machine(condition: Condition) -> list[Alarm]:
    alarms = []
    if condition.disk_pct >= DISK_WARNING_PCT:
        is_short = condition.disk_pct >= DISK_ALARM_PCT
        consequence = "; positions are refused" if is_short else ""
        text = f"the room for reports is {condition.disk_pct} % full{consequence}"
        alarms.append(Alarm("disk", CRITICAL if is_short else WARNING, text))
    if not condition.has_time:
        alarms.append(Alarm("clock", WARNING, "this machine does not know the time"))
    days = condition.certificate_days
    if days is not None and days < CERTIFICATE_DAYS:
        text = f"our certificate is valid for {days} more days"
        if days < 0:
            text = f"our certificate expired {-days} days ago"
        alarms.append(Alarm("certificate", CRITICAL if days < 7 else WARNING, text))
    if condition.salvaged:
        text = f"the database was damaged and moved aside: {condition.salvaged}"
        alarms.append(Alarm("salvaged", CRITICAL, text))
    if condition.put_aside:
        text = f"{condition.put_aside} packets at which this gateway broke off are put aside"
        alarms.append(Alarm("put_aside", WARNING, text))
    return alarms
