"""What an operator must know of a gateway, each with a name and a sentence.  Pure: values in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from turna_gateway.distress import Call
from turna_gateway.handsets import Contact
from turna_protocol import delivery

# Whoever is not heard for this long is worth a look (five position periods), or for three of its
# own usual pauses if it speaks more rarely, but never later than the last.
SILENCE_S, LONGEST_SILENCE_S = 600, 1_800
_PAUSES = 3
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
    """`name` stays as long as the state lasts; `text` and `remedy`, what to do, are for people."""

    name: str
    level: str
    text: str
    remedy: str = ""


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
    newer_store: str
    put_aside: int
    revoked_heard: dict[int, int]
    half_deaf: str = ""
    backbone_down_s: int = 0
    duty_pct: int | None = None
    refused_lately: int = 0


def judge(
    condition: Condition,
    contacts: Sequence[Contact],
    clones: dict[int, int],
    calls: Iterable[Call],
    now_s: int,
) -> list[Alarm]:
    """Return every alarm that stands: people in distress, the machine's own, the teams'."""
    known = {contact.device: contact for contact in contacts}
    alarms = [_in_distress(call, known.get(call.device), now_s) for call in calls]
    alarms += [*_links(condition), *_machine(condition)]
    for device, times in clones.items():
        text = f"handset {device} speaks with two voices ({times} times): cloned keys"
        remedy = "call its team by voice; have both revoked at the Secretariat"
        alarms.append(Alarm(f"clone.{device}", CRITICAL, text, remedy))
    for device, times in condition.revoked_heard.items():
        text = f"handset {device} is revoked and speaks ({times} times): it is in wrong hands"
        alarms.append(Alarm(f"revoked.{device}", CRITICAL, text, "believe nothing it says"))
    alarms += _silent(contacts, now_s)
    return alarms


def _in_distress(call: Call, contact: Contact | None, now_s: int) -> Alarm:
    who = f"handset {call.device}" if contact is None else f"{contact.call_sign} ({contact.team})"
    minutes = max(0, now_s - call.since_s) // 60
    text = f"SOS {who}, {minutes} min ago{_place(contact)}: "
    if call.is_cancelled:
        text += "taken back by its sender"
        return Alarm(f"sos.{call.device}", WARNING, text, "ask them by voice whether it is true")
    if call.state >= delivery.READ:
        return Alarm(f"sos.{call.device}", WARNING, text + "a person has read it")
    if call.state == delivery.AT_SECRETARIAT:
        text, remedy = text + "at the Secretariat, read by nobody yet", "call the duty officer"
    else:
        text, remedy = text + "NOT at the Secretariat", "pass it on by voice or telephone"
    return Alarm(f"sos.{call.device}", CRITICAL, text, remedy)


def _place(contact: Contact | None) -> str:
    if contact is None or contact.lat_e5 is None or contact.lon_e5 is None:
        return ""
    return f" at {contact.lat_e5 / 1e5:.5f}, {contact.lon_e5 / 1e5:.5f}"


def is_silent(contact: Contact, now_s: int) -> bool:
    """Tell whether a handset is not heard for longer than it should."""
    habit_s = min(_PAUSES * contact.usual_pause_s, LONGEST_SILENCE_S)
    return now_s - contact.heard_at_s > max(SILENCE_S, habit_s)


def _silent(contacts: Sequence[Contact], now_s: int) -> list[Alarm]:
    """Return a team of which nobody is heard as one alarm, else its silent handsets one by one."""
    alarms = []
    teams: dict[str, list[Contact]] = {}
    for contact in contacts:
        teams.setdefault(contact.team, []).append(contact)
    for team, members in teams.items():
        silent = [one for one in members if is_silent(one, now_s)]
        if silent and len(silent) == len(members):
            minutes = (now_s - max(one.heard_at_s for one in members)) // 60
            names = ", ".join(one.call_sign for one in members)
            text = f"team {team} silent for {minutes} min ({names})"
            alarms.append(Alarm(f"team_silence.{team}", CRITICAL, text, "call them by voice"))
            continue
        for one in silent:
            text = f"{one.call_sign} silent for {(now_s - one.heard_at_s) // 60} min"
            alarms.append(Alarm(f"silence.{one.device}", WARNING, text, "ask its team"))
    return alarms


def _links(condition: Condition) -> list[Alarm]:
    if condition.newer_store:
        return []
    alarms = []
    if condition.modem_trouble is not None:
        remedy = "look at the cable and the board's light"
        alarms.append(Alarm("modem", CRITICAL, f"no modem: {condition.modem_trouble}", remedy))
    elif condition.half_deaf:
        text = f"one of two modems does not work: {condition.half_deaf}"
        remedy = "look at its cable and light; its handsets are not heard"
        alarms.append(Alarm("second_modem", CRITICAL, text, remedy))
    if condition.backbone_trouble is not None:
        minutes = condition.backbone_down_s // 60
        text = f"no backbone for {minutes} min: {condition.backbone_trouble}"
        is_long = condition.backbone_down_s > LONG_OUTAGE_S
        level = CRITICAL if is_long else WARNING
        alarms.append(Alarm("backbone", level, text, "reports are kept; see to the line"))
    if condition.oldest_waiting_s > OLD_BACKLOG_S:
        waited = condition.oldest_waiting_s // 60
        text = f"a report has waited {waited} min for its receipt"
        alarms.append(Alarm("backlog", WARNING, text, "ask the Secretariat whether it runs"))
    if condition.is_denied:
        text = "the broker denies our publications: its access rules do not fit this gateway"
        alarms.append(Alarm("denied", CRITICAL, text, "tell whoever runs the broker"))
    if condition.nobody_listens:
        text = "nobody listens to our reports: the Secretariat never subscribed at this broker"
        alarms.append(Alarm("nobody_listens", WARNING, text, "is it the right broker?"))
    return alarms


def _machine(condition: Condition) -> list[Alarm]:
    alarms = []
    if condition.newer_store:
        text = f"{condition.newer_store}: nothing is heard, stored or sent"
        remedy = "install that version again; what waits is kept"
        alarms.append(Alarm("newer_store", CRITICAL, text, remedy))
    if condition.disk_pct >= DISK_WARNING_PCT:
        is_short = condition.disk_pct >= DISK_ALARM_PCT
        consequence = "; positions are refused" if is_short else ""
        text = f"the room for reports is {condition.disk_pct} % full{consequence}"
        remedy = "a backbone empties it; else a larger card"
        alarms.append(Alarm("disk", CRITICAL if is_short else WARNING, text, remedy))
    if not condition.has_time:
        text = "this machine does not know the time"
        alarms.append(Alarm("clock", WARNING, text, "set it: date -u -s '2026-01-31 12:00'"))
    days = condition.certificate_days
    if days is not None and days < CERTIFICATE_DAYS:
        text = f"our certificate is valid for {days} more days"
        if days < 0:
            text = f"our certificate expired {-days} days ago"
        remedy = "ask for a new one; it is taken up by itself"
        alarms.append(Alarm("certificate", CRITICAL if days < 7 else WARNING, text, remedy))
    if condition.duty_pct is not None and condition.duty_pct >= DUTY_WARNING_PCT:
        text = (
            f"{condition.duty_pct} % of the hour's air time is used; what is left is kept for SOS"
        )
        alarms.append(Alarm("duty", WARNING, text, "send no long texts now"))
    if condition.refused_lately >= REFUSED_LATELY_MIN:
        text = (
            f"{condition.refused_lately} packets refused within 10 min: a foreign handset, a wrong"
            " mission kit, or somebody who forges"
        )
        alarms.append(Alarm("refused", WARNING, text, "see what was refused below"))
    if condition.salvaged:
        text = f"the database was damaged and moved aside: {condition.salvaged}"
        alarms.append(Alarm("salvaged", CRITICAL, text, "keep that file; change the card"))
    if condition.put_aside:
        text = f"{condition.put_aside} packets at which this gateway broke off are put aside"
        alarms.append(Alarm("put_aside", WARNING, text, "keep the database, tell the makers"))
    return alarms
