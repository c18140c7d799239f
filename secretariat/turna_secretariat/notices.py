"""Official alerts of others (CAP 1.2), read strictly: what is not a valid alert is not kept.

A signature is neither required nor checked: a notice is what a person brought, under their name.
"""

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass

import defusedxml.ElementTree as Defused
from defusedxml.common import DefusedXmlException

from turna_protocol.errors import MalformedError
from turna_protocol.iso8601 import parse_time
from turna_secretariat.exports.harmless import one_line

NOTICE_BYTES_MAX = 65_536
_INFOS_MAX = 20
_TEXT_MAX = 8_000
_PREFIX = "{urn:oasis:names:tc:emergency:cap:1.2}"
# CAP 1.2, 3.2.1: no spaces, commas or < and &.
_NAME = re.compile(r"[^\s,<&]{1,200}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[-+][0-9]{2}:[0-9]{2}")
# System messages and drafts are not for people.
MODES = {"Actual": "actual", "Exercise": "exercise", "Test": "test"}
_ALERT = {
    "status": tuple(MODES),
    "msgType": ("Alert", "Update", "Cancel"),
    "scope": ("Public", "Restricted", "Private"),
}
_INFO = {
    "urgency": ("Immediate", "Expected", "Future", "Past", "Unknown"),
    "severity": ("Extreme", "Severe", "Moderate", "Minor", "Unknown"),
    "certainty": ("Observed", "Likely", "Possible", "Unlikely", "Unknown"),
}
_SHOWN = ("language", "event", "headline", "description", "instruction", "expires", "senderName")
_AREA = ("areaDesc", "polygon", "circle")


@dataclass(frozen=True, slots=True)
class Notice:
    """An alert that somebody issued; `body` is what the page shows of it."""

    sender: str
    identifier: str
    sent_s: int
    mode: str
    body: dict[str, object]


def read_notice(content: bytes) -> Notice:
    """Return the alert of a CAP document, or raise MalformedError saying what is wrong with it."""
    if len(content) > NOTICE_BYTES_MAX:
        raise MalformedError(f"an alert has at most {NOTICE_BYTES_MAX} bytes")
    try:
        root = Defused.fromstring(content, forbid_dtd=True)
    except (DefusedXmlException, ET.ParseError, ValueError, LookupError):
        raise MalformedError("not XML, or XML with a DTD or entities") from None
    if root.tag != f"{_PREFIX}alert":
        raise MalformedError("not a CAP 1.2 alert")
    said = {name: _choice(root, name, values) for name, values in _ALERT.items()}
    infos = root.findall(f"{_PREFIX}info")
    if not 1 <= len(infos) <= _INFOS_MAX:
        raise MalformedError(f"info: not 1 to {_INFOS_MAX}")
    return Notice(
        sender=_name(root, "sender"),
        identifier=_name(root, "identifier"),
        sent_s=_time(root),
        mode=MODES[said["status"]],
        body=said | {"infos": [_info(info) for info in infos]},
    )


def _info(info: ET.Element) -> dict[str, object]:
    said: dict[str, object] = {n: _choice(info, n, values) for n, values in _INFO.items()}
    _text(info, "event")
    said |= {n: _text(info, n) for n in _SHOWN if info.find(_PREFIX + n) is not None}
    areas = info.findall(f"{_PREFIX}area")
    said["areas"] = [
        {name: [_shown(e) for e in area.findall(_PREFIX + name)] for name in _AREA}
        for area in areas
    ]
    return said


def _choice(parent: ET.Element, name: str, values: tuple[str, ...]) -> str:
    found = _text(parent, name)
    if found not in values:
        raise MalformedError(f"{name}: none of {', '.join(values)}")
    return found


def _name(root: ET.Element, name: str) -> str:
    found = _text(root, name)
    if not _NAME.fullmatch(found):
        raise MalformedError(f"{name}: empty, too long, or with a space, comma, < or &")
    return found


def _time(root: ET.Element) -> int:
    found = _text(root, "sent")
    if not _TIME.fullmatch(found):
        raise MalformedError("sent: not as in 2026-02-06T01:17:00-00:00")
    return parse_time(found)


def _text(parent: ET.Element, name: str) -> str:
    """Return the text of an element that must be there exactly once."""
    found = parent.findall(_PREFIX + name)
    if len(found) != 1:
        raise MalformedError(f"{name}: not there once")
    return _shown(found[0])


def _shown(element: ET.Element) -> str:
    text = (element.text or "").strip()
    if len(element) or len(text) > _TEXT_MAX:
        raise MalformedError("a text that is too long, or holds elements")
    return one_line(text)
