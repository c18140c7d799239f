"""What an operator must know of a gateway, each with a name and a sentence.  Pure: values in."""

from collections.abc import Iterable
from dataclasses import dataclass

from turna_gateway.handsets import Contact

# A team that is not heard for this long is worth a look (five position periods).
SILENCE_S = 600
OLD_BACKLOG_S = 900
DISK_WARNING_PCT, DISK_ALARM_PCT = 80, 90
CERTIFICATE_DAYS = 60
LONG_OUTAGE_S = 3_600
# Of the law's hour a fifth is an SOS's alone (turna_protocol.duty).
DUTY_WARNING_PCT = 70
# Within ten minutes: more than a few damaged packets that passed the radio's checksum.
REFUSED_LATELY_MIN = 10

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
    half_deaf: str = ""
    backbone_down_s: int = 0
    duty_pct: int | None = None
    refused_lately: int = 0


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
    alarms += _silent(contacts, now_s)
    return alarms


def _silent(contacts: Iterable[Contact], now_s: int) -> list[Alarm]:
    """Return a team of which nobody is heard as one alarm, else its silent handsets one by one."""
    alarms = []
    teams: dict[str, list[Contact]] = {}
    for contact in contacts:
        teams.setdefault(contact.team, []).append(contact)
    for team, members in teams.items():
        silent = [one for one in members if now_s - one.heard_at_s > SILENCE_S]
        if silent and len(silent) == len(members):
            minutes = (now_s - max(one.heard_at_s for one in members)) // 60
            names = ", ".join(one.call_sign for one in members)
            text = f"team {team} silent for {minutes} min ({names})"
            alarms.append(Alarm(f"team_silence.{team}", CRITICAL, text))
            continue
        for one in silent:
            text = f"{one.call_sign} silent for {(now_s - one.heard_at_s) // 60} min"
            alarms.append(Alarm(f"silence.{one.device}", WARNING, text))
    return alarms


def _links(condition: Condition) -> list[Alarm]:
    alarms = []
    if condition.modem_trouble is not None:
        alarms.append(Alarm("modem", CRITICAL, f"no modem: {condition.modem_trouble}"))
    elif condition.half_deaf:
        text = f"one of two modems does not work: {condition.half_deaf}"
        alarms.append(Alarm("second_modem", CRITICAL, text))
    if condition.backbone_trouble is not None:
        minutes = condition.backbone_down_s // 60
        text = f"no backbone for {minutes} min: {condition.backbone_trouble}"
        is_long = condition.backbone_down_s > LONG_OUTAGE_S
        alarms.append(Alarm("backbone", CRITICAL if is_long else WARNING, text))
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
    if condition.duty_pct is not None and condition.duty_pct >= DUTY_WARNING_PCT:
        text = (
            f"{condition.duty_pct} % of the hour's air time is used; what is left is kept for SOS"
        )
        alarms.append(Alarm("duty", WARNING, text))
    if condition.refused_lately >= REFUSED_LATELY_MIN:
        text = (
            f"{condition.refused_lately} packets refused within 10 min: a foreign handset, a wrong"
            " mission kit, or somebody who forges"
        )
        alarms.append(Alarm("refused", WARNING, text))
    if condition.salvaged:
        text = f"the database was damaged and moved aside: {condition.salvaged}"
        alarms.append(Alarm("salvaged", CRITICAL, text))
    if condition.put_aside:
        text = f"{condition.put_aside} packets at which this gateway broke off are put aside"
        alarms.append(Alarm("put_aside", WARNING, text))
    return alarms
