"""What people do at the Secretariat, in words: a code and a sentence for each deed.

An address alone tells what was tried, also by somebody who was not let do it; whoever serves it
adds whom and what it was about. No secret may stand in a deed: it is kept, and read by many.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

from starlette.requests import Request

from turna_secretariat.exports.harmless import one_line

# Under this name a route leaves in the request's state what the audit log is to say of it.
DEED = "deed"
# A value is a text, or several that the page may know words for.
Value = str | list[str]
VALUE_MOST = 160
# What the page knows words for.
ALL_COUNTRIES, EVERYBODY = "all countries", "everybody"

# By kind, so that one can look for all of a kind; each sentence names what was done or tried.
KINDS: dict[str, dict[str, str]] = {
    "signing_in": {
        "sign_in": "sign in as {name}",
        "sign_in_unknown": "sign in by a name that is not known",
        "sign_out": "sign out",
        "sign_out_everywhere": "sign out everywhere",
        "own_password": "change one's own password",
    },
    "accounts": {
        "account_new": "make an account",
        "account_add": "make the account {name}: {what}",
        "account_edit": "change the account {name}",
        "account_change": "change the account {name}: {what}",
        "account_role": "change the role of {name} from {before} to {after}",
        "account_disable": "disable the account {name}",
        "account_enable": "enable the account {name}",
        "account_password": "give {name} a new password",
        "account_sign_out": "sign {name} out everywhere",
        "account_look": "look at everybody's accounts",
        "audit_look": "read the log of who did what",
    },
    "reports": {
        "report_read": "mark as read: {what}",
        "report_accepted": "accept: {what}",
        "report_acted": "act on: {what}",
        "report_refused": "refuse: {what}",
        "report_false_alarm": "call it a false alarm: {what}",
        "alarm_closed": "close the alarm: {what}",
    },
    "field": {
        "say": "say something to the field",
        "say_task": "give a task to {whom}: {what}",
        "say_text": "send a text to {whom}: {what}",
        "say_roll_call": "call the roll: {whom}",
        "say_roll_call_said": "call the roll: {whom}: {what}",
        "say_settings": "change settings of handsets: {whom}: {what}",
        "alert_evacuate": "evacuate: {whom}",
        "alert_evacuate_said": "evacuate: {whom}: {what}",
        "alert_cease_work": "cease work: {whom}",
        "alert_cease_work_said": "cease work: {whom}: {what}",
        "alert_resume": "resume work: {whom}",
        "alert_resume_said": "resume work: {whom}: {what}",
        "alert_resume_ended": "resume work: {whom}; taken back: {ended}",
        "alert_resume_said_ended": "resume work: {whom}: {what}; taken back: {ended}",
        "word_withdrawn": "take back what was said: {what}",
    },
    "keys": {
        "keys": "take away a handset's keys for ever",
        "keys_revoked": "take away for ever the keys of {whom}: {why}",
    },
    "notices": {
        "notice": "bring an official alert",
        "notice_brought": "bring the official alert {what}",
    },
    "medical": {
        "medical": "enter a medical team's day",
        "medical_day": "enter the day {day} of the medical team {team}",
    },
    "downloads": {"download": "download {what}"},
    "other": {
        "unknown": "try an address that is not there: {what}",
        "earlier": "as an earlier version wrote it: {what}",
    },
}
SENTENCES = {code: said for deeds in KINDS.values() for code, said in deeds.items()}

# What a person does by an address, the first that fits; names in braces are kept.
_ADDRESSES = (
    ("POST", "/api/login", "sign_in"),
    ("POST", "/api/logout", "sign_out"),
    ("POST", "/api/logout/everywhere", "sign_out_everywhere"),
    ("POST", "/api/password", "own_password"),
    ("GET", "/api/accounts", "account_look"),
    ("GET", "/api/accounts/countries", "account_look"),
    ("GET", "/api/audit", "audit_look"),
    ("POST", "/api/accounts", "account_new"),
    ("POST", "/api/accounts/{name}", "account_edit"),
    ("POST", "/api/accounts/{name}/disabled", "account_disable"),
    ("POST", "/api/accounts/{name}/enabled", "account_enable"),
    ("POST", "/api/accounts/{name}/password", "account_password"),
    ("POST", "/api/accounts/{name}/signed-out", "account_sign_out"),
    ("POST", "/api/reports/{what}/read", "report_read"),
    ("POST", "/api/reports/{what}/accepted", "report_accepted"),
    ("POST", "/api/reports/{what}/acted", "report_acted"),
    ("POST", "/api/reports/{what}/refused", "report_refused"),
    ("POST", "/api/reports/{what}/false_alarm", "report_false_alarm"),
    ("POST", "/api/alarms/{what}/closed", "alarm_closed"),
    ("POST", "/api/notices", "notice"),
    ("POST", "/api/down", "say"),
    ("POST", "/api/down/revocations", "keys"),
    ("POST", "/api/down/{what}/withdrawn", "word_withdrawn"),
    ("POST", "/api/emt", "medical"),
    ("GET", "/export/{what}", "download"),
    ("GET", "/export/report/{what}", "download"),
)
_PLACE = re.compile(r"\\\{(\w+)\\\}")
_TRIED = tuple(
    (method, re.compile(_PLACE.sub(r"(?P<\1>[^/]+)", re.escape(path))), code)
    for method, path, code in _ADDRESSES
)


@dataclass(frozen=True, slots=True)
class Noted:
    """One of SENTENCES, and what stands in its places."""

    code: str
    about: Mapping[str, Value] = field(default_factory=dict)

    def sentence(self) -> str:
        """Return it in English; a place that nobody filled has a question mark."""
        return SENTENCES[self.code].format_map(_Filled(self.about))

    def harmless(self) -> "Noted":
        """Return it in single lines of bounded length: its values may be anybody's words."""
        return Noted(self.code, {name: _harmless(value) for name, value in self.about.items()})


class _Filled(dict[str, str]):
    def __init__(self, about: Mapping[str, Value]) -> None:
        super().__init__({name: in_words(value) for name, value in about.items()})

    def __missing__(self, _name: str) -> str:
        return "?"


def in_words(value: Value) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def tell(request: Request, code: str, **about: Value) -> None:
    """Say what the request is about, for the audit log; also before it may fail."""
    setattr(request.state, DEED, Noted(code, about))


def tried(method: str, path: str, query: str = "") -> Noted:
    """Return what an address alone tells of a deed; of a download also what was chosen."""
    for wanted, pattern, code in _TRIED:
        if method == wanted and (found := pattern.fullmatch(path)):
            about = _of_path(found)
            if code == "download" and query:
                about["what"] = [about["what"], unquote_plus(query)]
            return Noted(code, about)
    return Noted("unknown", {"what": f"{method} {path}"})


def quoted(text: str) -> str:
    """Return a person's words so that they are not taken for words of ours."""
    return f"“{text}”"


def numbered(number: int | str) -> str:
    return f"#{number}"


def _of_path(found: re.Match[str]) -> dict[str, Any]:
    values = found.groupdict()
    what = values.get("what", "")
    return values | {"what": numbered(what)} if what.isdecimal() else values


def _harmless(value: Value) -> Value:
    if isinstance(value, str):
        return _short(one_line(value))
    return [_short(one_line(each)) for each in value]


def _short(text: str) -> str:
    return text if len(text) <= VALUE_MOST else text[: VALUE_MOST - 1] + "…"
