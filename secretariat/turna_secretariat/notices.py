"""Official alerts of others (CAP 1.2), read strictly: what is not a valid alert is not kept.

A signature is neither required nor checked: a notice is what a person brought, under their name.
The file itself is kept as it came, with polygons and all that the page does not show.
"""

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass

import defusedxml.ElementTree as Defused
from defusedxml.common import DefusedXmlException

from turna_protocol.errors import MalformedError
from turna_protocol.iso8601 import parse_time
from turna_secretariat.exports.harmless import one_line

# Room for three texts of the longest, each character written as a number (&#x202e;).
NOTICE_BYTES_MAX = 262_144
TEXT_MAX = 10_000
_INFOS_MAX = 20
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
_CATEGORIES = (
    *("Geo", "Met", "Safety", "Security", "Rescue", "Fire"),
    *("Health", "Env", "Transport", "Infra", "CBRNE", "Other"),
)
_TIMES = ("effective", "onset", "expires")
_SHOWN = ("language", "event", "headline", "description", "instruction", "senderName", *_TIMES)
_SHOWN_OF_ALERT = ("note", "references")
_OF_LINES = ("description", "instruction", "note")
_AREA = ("areaDesc", "circle")


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
    root = _parsed(content)
    if root.tag != f"{_PREFIX}alert":
        raise MalformedError("not a CAP 1.2 alert")
    said = {name: _choice(root, name, values) for name, values in _ALERT.items()}
    infos = root.findall(f"{_PREFIX}info")
    # Whoever takes an alert back need not say again what it was.
    fewest = 0 if said["msgType"] == "Cancel" else 1
    if not fewest <= len(infos) <= _INFOS_MAX:
        raise MalformedError(f"info: not {fewest} to {_INFOS_MAX}")
    return Notice(
        sender=_name(root, "sender"),
        identifier=_name(root, "identifier"),
        sent_s=_time(root, "sent"),
        mode=MODES[said["status"]],
        body=said | _some(root, _SHOWN_OF_ALERT) | {"infos": [_info(info) for info in infos]},
    )


def _parsed(content: bytes) -> ET.Element:
    """Return the document's root; what is wrong with a file is told by where it is."""
    try:
        root: ET.Element = Defused.fromstring(content, forbid_dtd=True)
    except DefusedXmlException:
        raise MalformedError("XML with a DTD or entities is not read") from None
    except ET.ParseError as error:
        raise MalformedError(f"not well-formed XML, at line {error.position[0]}") from None
    except (ValueError, LookupError):
        raise MalformedError("not XML in an encoding that is known") from None
    return root


def _info(info: ET.Element) -> dict[str, object]:
    said: dict[str, object] = {n: _choice(info, n, values) for n, values in _INFO.items()}
    if not {_shown(e) for e in info.findall(f"{_PREFIX}category")} & set(_CATEGORIES):
        raise MalformedError(f"category: none of {', '.join(_CATEGORIES)}")
    _text(info, "event")
    for name in _TIMES:
        if info.find(_PREFIX + name) is not None:
            _time(info, name)
    areas = info.findall(f"{_PREFIX}area")
    return (
        said
        | _some(info, _SHOWN)
        | {
            "areas": [
                {name: [_shown(e) for e in area.findall(_PREFIX + name)] for name in _AREA}
                for area in areas
            ]
        }
    )


def _some(parent: ET.Element, names: tuple[str, ...]) -> dict[str, object]:
    """Return those of these elements that are there."""
    return {n: _text(parent, n) for n in names if parent.find(_PREFIX + n) is not None}


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


def _time(parent: ET.Element, name: str) -> int:
    found = _text(parent, name)
    if not _TIME.fullmatch(found):
        raise MalformedError(f"{name}: not as in 2026-02-06T01:17:00-00:00")
    return parse_time(found)


def _text(parent: ET.Element, name: str) -> str:
    """Return the text of an element that must be there exactly once."""
    found = parent.findall(_PREFIX + name)
    if len(found) != 1:
        raise MalformedError(f"{name}: not there once")
    return _shown(found[0])


def _shown(element: ET.Element) -> str:
    """Return an element's text, harmless; whole, for half a warning may say the opposite."""
    name = element.tag.removeprefix(_PREFIX)
    text = (element.text or "").strip()
    if len(element):
        raise MalformedError(f"{name}: holds elements, not only text")
    if len(text) > TEXT_MAX:
        raise MalformedError(f"{name}: longer than {TEXT_MAX} characters")
    lines = text.splitlines() if name in _OF_LINES else [text]
    return "\n".join(one_line(line) for line in lines)
