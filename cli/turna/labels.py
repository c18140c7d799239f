"""A page of labels to print and stick on handsets: who it is, what its gestures do, a QR code.

The code says in plain text whose the handset is, for whoever finds or counts it; no key is in it.
"""

import json
from collections.abc import Iterable
from html import escape
from pathlib import Path

import segno

from turna.deployment import Kit
from turna.deployment_boards import BOARDS
from turna_protocol.mission import Device, Mission

_STYLE = """\
body { margin: 8mm; font-family: "DejaVu Sans", Arial, sans-serif; color: #000; background: #fff; }
.label { display: inline-block; width: 62mm; min-height: 36mm; margin: 2mm; padding: 2.5mm;
  border: 0.4mm solid #000; vertical-align: top; break-inside: avoid; box-sizing: border-box; }
.call { font-size: 8mm; font-weight: bold; line-height: 1; }
.mode { float: right; font-size: 3mm; font-weight: bold; border: 0.4mm solid #000; padding: 0.6mm; }
p { margin: 1mm 0 0; font-size: 2.9mm; line-height: 1.25; }
.small { font-size: 2.3mm; }
.code { float: right; clear: right; width: 19mm; height: 19mm; margin: 1mm 0 0 1.5mm; }
"""
_ENGLISH = "en"
# By language: what a press, a long and a double one do, and holding.  Made by tools/phone_page.py.
_GESTURES = json.loads(Path(__file__).with_name("label_words.json").read_text(encoding="utf-8"))


def page(kit: Kit, devices: Iterable[Device]) -> str:
    """Return an HTML page with a label for each handset, in its language; none holds a key."""
    labels = "\n".join(_label(kit, device) for device in devices)
    title = escape(f"{kit.mission.name}: labels")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{title}</title><style>\n{_STYLE}</style></head><body>\n{labels}\n</body></html>\n"
    )


def said_by_code(mission: Mission, device: Device) -> str:
    """Return what a phone reads from the label; the hardware id is what revokes or replaces it."""
    return (
        f"Turna {device.call_sign}\n{device.team} ({device.country.upper()}), {mission.name}\n"
        f"no. {device.device}, keys {device.generation}, id {device.hardware_id}"
    )


def _label(kit: Kit, device: Device) -> str:
    mission, board = kit.mission, kit.handset_boards.get(device.device, "")
    language = str(kit.further_settings.get(device.device, {}).get("language", _ENGLISH))
    *presses, hold = (escape(words) for words in _GESTURES.get(language, _GESTURES[_ENGLISH]))
    made = "" if language == _ENGLISH else " · machine-made words"
    title = BOARDS[board].title if board in BOARDS else board
    mark = f'<span class="mode">{escape(mission.mode.upper())}</span>'
    # Level M: a label gets dirty.  No namespace: it stands inside HTML.
    code = segno.make(said_by_code(mission, device), error="m", micro=False)
    picture = code.svg_inline(svgclass="code", lineclass=None, omitsize=True, border=4)
    return (
        f'<div class="label">{mark}<div class="call">{escape(device.call_sign)}</div>{picture}'
        f"<p>team {escape(device.team)} ({escape(device.country.upper())}) ·"
        f" {escape(mission.name)}</p>"
        f"<p>{'<br>'.join(presses)}<br><b>{hold}</b></p>"
        f'<p class="small">no. {device.device}, keys {device.generation} · {escape(title)} ·'
        f" id {escape(device.hardware_id)}{made}</p></div>"
    )
