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
CERTIFICATE_DAYS, LAST_CERTIFICATE_DAYS = 60, 7
LONG_OUTAGE_S = 3_600
# Of the law's hour a fifth is an SOS's alone (turna_protocol.duty).
DUTY_WARNING_PCT = 70
# Within ten minutes: more than a few damaged packets that passed the radio's checksum.
REFUSED_LATELY_MIN = 10

WARNING, CRITICAL = "warning", "critical"


class Alarm:
    """`name` stays as long as the state lasts; `text` and `remedy`, what to do, are for people.

    The text is a `form` whose names in braces are replaced by `values`: a page says both in its
    reader's language (tools/page_words.py finds every form in this file).
    """

    def __init__(
        self, name: str, level: str, form: str, remedy: str = "", **values: object
    ) -> None:
        self.name = name
        self.level = level
        self.form = form
        self.remedy = remedy
        self.values = values

    @property
    def text(self) -> str:
        return self.form.format_map(self.values)

    def as_json(self) -> dict[str, object]:
        said = {"name": self.name, "level": self.level, "text": self.text, "remedy": self.remedy}
        return {**said, "form": self.form, "values": self.values}


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
    unheard: dict[int, int]
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
        form = "handset {device} speaks with two voices ({times} times): cloned keys"
        remedy = "call its team by voice; have both revoked at the Secretariat"
        alarms.append(Alarm(f"clone.{device}", CRITICAL, form, remedy, device=device, times=times))
    for device, times in condition.revoked_heard.items():
        form = "handset {device} is revoked and speaks ({times} times): it is in wrong hands"
        remedy = "believe nothing it says"
        revoked = Alarm(f"revoked.{device}", CRITICAL, form, remedy, device=device, times=times)
        alarms.append(revoked)
    for device, times in condition.unheard.items():
        who = known[device].call_sign if device in known else f"#{device}"
        form = "{who} repeats what was acknowledged ({times} times): it does not hear this gateway"
        remedy = "look at this gateway's antenna; tell its team by voice"
        alarms.append(Alarm(f"unheard.{device}", WARNING, form, remedy, who=who, times=times))
    alarms += _silent(contacts, now_s)
    return alarms


def _in_distress(call: Call, contact: Contact | None, now_s: int) -> Alarm:
    level, remedy = WARNING, ""
    if call.is_cancelled:
        form = "SOS {who}, {minutes} min ago, {place}: taken back by its sender"
        remedy = "ask them by voice whether it is true"
    elif call.state >= delivery.READ:
        form = "SOS {who}, {minutes} min ago, {place}: a person has read it"
    elif call.state == delivery.AT_SECRETARIAT:
        form = "SOS {who}, {minutes} min ago, {place}: at the Secretariat, read by nobody yet"
        level, remedy = CRITICAL, "call the duty officer"
    else:
        form = "SOS {who}, {minutes} min ago, {place}: NOT at the Secretariat"
        level, remedy = CRITICAL, "pass it on by voice or telephone"
    who = f"#{call.device}" if contact is None else f"{contact.call_sign} ({contact.team})"
    minutes = max(0, now_s - call.since_s) // 60
    name, place = f"sos.{call.device}", _place(contact)
    return Alarm(name, level, form, remedy, who=who, minutes=minutes, place=place)


def _place(contact: Contact | None) -> str:
    if contact is None or contact.lat_e5 is None or contact.lon_e5 is None:
        return "place unknown"
    return f"{contact.lat_e5 / 1e5:.5f}, {contact.lon_e5 / 1e5:.5f}"


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
            form, remedy = "team {team} silent for {minutes} min ({names})", "call them by voice"
            values = {"team": team, "minutes": minutes, "names": names}
            alarms.append(Alarm(f"team_silence.{team}", CRITICAL, form, remedy, **values))
            continue
        for one in silent:
            form, remedy = "{who} silent for {minutes} min", "ask its team"
            values = {"who": one.call_sign, "minutes": (now_s - one.heard_at_s) // 60}
            alarms.append(Alarm(f"silence.{one.device}", WARNING, form, remedy, **values))
    return alarms


def _links(condition: Condition) -> list[Alarm]:
    if condition.newer_store:
        return []
    alarms = []
    if (reason := condition.modem_trouble) is not None:
        remedy = "look at the cable and the board's light"
        alarms.append(Alarm("modem", CRITICAL, "no modem: {reason}", remedy, reason=reason))
    elif reason := condition.half_deaf:
        form = "one of two modems does not work: {reason}"
        remedy = "look at its cable and light; its handsets are not heard"
        alarms.append(Alarm("second_modem", CRITICAL, form, remedy, reason=reason))
    if (reason := condition.backbone_trouble) is not None:
        form, remedy = (
            "no backbone for {minutes} min: {reason}",
            "reports are kept; see to the line",
        )
        minutes = condition.backbone_down_s // 60
        level = CRITICAL if condition.backbone_down_s > LONG_OUTAGE_S else WARNING
        alarms.append(Alarm("backbone", level, form, remedy, minutes=minutes, reason=reason))
    if condition.oldest_waiting_s > OLD_BACKLOG_S:
        form = "a report has waited {minutes} min for its receipt"
        remedy, minutes = "ask the Secretariat whether it runs", condition.oldest_waiting_s // 60
        alarms.append(Alarm("backlog", WARNING, form, remedy, minutes=minutes))
    if condition.is_denied:
        form = "the broker denies our publications: its access rules do not fit this gateway"
        alarms.append(Alarm("denied", CRITICAL, form, "tell whoever runs the broker"))
    if condition.nobody_listens:
        form = "nobody listens to our reports: the Secretariat never subscribed at this broker"
        alarms.append(Alarm("nobody_listens", WARNING, form, "is it the right broker?"))
    return alarms


def _machine(condition: Condition) -> list[Alarm]:
    alarms = []
    if reason := condition.newer_store:
        form = "{reason}: nothing is heard, stored or sent"
        remedy = "install that version again; what waits is kept"
        alarms.append(Alarm("newer_store", CRITICAL, form, remedy, reason=reason))
    if (percent := condition.disk_pct) >= DISK_WARNING_PCT:
        level, form = WARNING, "the room for reports is {percent} % full"
        if percent >= DISK_ALARM_PCT:
            level, form = (
                CRITICAL,
                "the room for reports is {percent} % full; positions are refused",
            )
        remedy = "a backbone empties it; else a larger card"
        alarms.append(Alarm("disk", level, form, remedy, percent=percent))
    if not condition.has_time:
        form, remedy = (
            "this machine does not know the time",
            "set it: date -u -s '2026-01-31 12:00'",
        )
        alarms.append(Alarm("clock", WARNING, form, remedy))
    if (days := condition.certificate_days) is not None and days < CERTIFICATE_DAYS:
        form, remedy = (
            "our certificate is valid for {days} more days",
            "ask for a new one; it is taken up by itself",
        )
        if days < 0:
            form = "our certificate expired {days} days ago"
        level = CRITICAL if days < LAST_CERTIFICATE_DAYS else WARNING
        alarms.append(Alarm("certificate", level, form, remedy, days=abs(days)))
    alarms += _radio(condition)
    if condition.salvaged:
        form = "the database was damaged and moved aside: {file}"
        remedy = "keep that file; change the card"
        alarms.append(Alarm("salvaged", CRITICAL, form, remedy, file=condition.salvaged))
    if condition.put_aside:
        form = "{count} packets are put aside: this gateway could not write or read them"
        remedy = "keep the database, tell the makers"
        alarms.append(Alarm("put_aside", WARNING, form, remedy, count=condition.put_aside))
    return alarms


def _radio(condition: Condition) -> list[Alarm]:
    alarms = []
    if (percent := condition.duty_pct) is not None and percent >= DUTY_WARNING_PCT:
        form = "{percent} % of the hour's air time is used; what is left is kept for SOS"
        alarms.append(Alarm("duty", WARNING, form, "send no long texts now", percent=percent))
    if (count := condition.refused_lately) >= REFUSED_LATELY_MIN:
        form = (
            "{count} packets refused within 10 min: a foreign handset, a wrong mission kit,"
            " or somebody who forges"
        )
        alarms.append(Alarm("refused", WARNING, form, "see what was refused below", count=count))
    return alarms
