"""What a person may say down, and to whom; no numbers, keys or gateways yet.

What is said has the form of `turna wire`'s JSON; `down_desk` carries it out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from turna_protocol import alerts, codes
from turna_protocol.downlink import ORDER_PARTS_MAX
from turna_protocol.errors import MalformedError, MisuseError
from turna_protocol.fragments import PART_BYTES_MAX
from turna_protocol.frame import Frame
from turna_protocol.json_form import report_from_json, report_to_json
from turna_protocol.long_text import LongText, pack_long_text
from turna_protocol.packet import PACKET_BYTES_MAX
from turna_protocol.reports import Report, encode_report, priority

TASK, TEXT, ROLL_CALL, ALERT, SETTINGS, REVOCATION = KINDS = (
    "task",
    "text",
    "roll_call",
    "alert",
    "settings",
    "revocation",
)
ALERT_CODES = {
    "evacuate": alerts.EVACUATE,
    "cease_work": alerts.CEASE_WORK,
    "resume": alerts.RESUME,
}
# What means the same to some handsets only, in an order.
_ALERT_PHRASES = {"evacuate": "evacuate", "cease_work": "cease_work", "resume": "resume_work"}
ALARM_PRIORITY = 3
# How long gateways try, unless a person says otherwise.
LASTS_MIN = {TASK: 24 * 60, TEXT: 24 * 60, ROLL_CALL: 60, ALERT: 24 * 60, SETTINGS: 7 * 24 * 60}
RESUME_LASTS_MIN = 60
ORDER_CONTENT_BYTES = PACKET_BYTES_MAX - 17  # header and both tags of an order


class NotSayableError(Exception):
    """What a person wants said or taken back cannot be (any more); the message says why."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom it is for; `named` is how the person said it, for others to read."""

    devices: tuple[int, ...]
    is_all: bool
    named: dict[str, object] = field(default_factory=dict)
    revoked: tuple[int, ...] = ()  # whom the person meant too, and who is left out


@dataclass(frozen=True, slots=True)
class Saying:
    """One thing to be said: a `report`, a text too `long` for one, or an `alert`."""

    kind: str
    mode: int
    audience: Audience
    lasts_min: int
    priority: int
    body: dict[str, object]
    report: Report | None = None
    long: LongText | None = None
    alert: int | None = None

    @property
    def for_all_at_once(self) -> bool:
        """Tell whether it goes to everybody in one notice or alert, not to each in an order."""
        is_for_each = self.kind in (TASK, SETTINGS) or self.long is not None
        return self.audience.is_all and not is_for_each

    def numbered(self, number: int) -> "Saying":
        """Return a task under its number."""
        body = self.body | {"number": number}
        return replace(self, body=body, report=report_from_json(body))


def read_saying(
    kind: str,
    form: Mapping[str, object],
    *,
    mode: str,
    audience: Audience,
    lasts_min: int | None,
    now_s: int,
    frame: Frame,
) -> Saying:
    """Return what a person wants said; MalformedError says what is wrong with it."""
    if not audience.devices:
        raise MalformedError("to: nobody of that description")
    if kind == ALERT:
        return _alert(form, mode, audience, lasts_min, now_s)
    whole: dict[str, object] = {"mode": mode, "time": now_s} | _report_form(kind, form)
    words = form.get("text")
    try:
        report = report_from_json(whole)
        content = encode_report(report, frame)
    except MisuseError as error:
        if kind == TEXT and isinstance(words, str) and set(form) == {"text"}:
            return _long(words, mode, audience, lasts_min, now_s)
        raise MalformedError(str(error)) from None
    if len(content) > ORDER_CONTENT_BYTES:
        raise MalformedError("text: too long; shorten it")
    return Saying(
        kind=kind,
        mode=codes.MODES.index(mode),
        audience=audience,
        lasts_min=lasts_min or LASTS_MIN[kind],
        priority=priority(report),
        body=report_to_json(report),
        report=report,
    )


def resumption(said: Saying, devices: tuple[int, ...], now_s: int) -> Saying:
    """Return the order that ends, for these handsets, what orders began."""
    mode = codes.MODES[said.mode]
    audience = Audience(devices, False)
    return _alert({"code": "resume"}, mode, audience, said.lasts_min, now_s)


def _report_form(kind: str, form: Mapping[str, object]) -> dict[str, object]:
    if "type" in form or "mode" in form or "time" in form:
        raise MalformedError("type, mode, time: not to be given here")
    if kind == TASK:
        return {**form, "type": "task", "number": 1}  # its own number comes with its commit
    if kind == SETTINGS:
        return {**form, "type": "settings"}
    if kind == ROLL_CALL:
        return {**form, "type": "message", "phrase": "roll_call"}
    if kind == TEXT:
        return {**form, "type": "message"}
    raise MalformedError(f"kind: {kind!r} is none of {', '.join(KINDS[:-1])}")


def _long(text: str, mode: str, audience: Audience, lasts_min: int | None, now_s: int) -> Saying:
    long = LongText(codes.MODES.index(mode), now_s, text)
    try:
        packed = pack_long_text(long)
    except MisuseError as error:
        raise MalformedError(f"text: {error}") from None
    if len(packed) > ORDER_PARTS_MAX * PART_BYTES_MAX:
        raise MalformedError(f"text: handsets hold {ORDER_PARTS_MAX * PART_BYTES_MAX - 9} bytes")
    return Saying(
        kind=TEXT,
        mode=long.mode,
        audience=audience,
        lasts_min=lasts_min or LASTS_MIN[TEXT],
        priority=codes.PRIORITY,
        body={"text": text},
        long=long,
    )


def _alert(
    form: Mapping[str, object], mode: str, audience: Audience, lasts_min: int | None, now_s: int
) -> Saying:
    """Return an alert to all, or the order that means the same to some."""
    name = form.get("code")
    if name not in ALERT_CODES or set(form) != {"code"}:
        raise MalformedError(f"code: one of {', '.join(ALERT_CODES)}, and nothing else")
    assert isinstance(name, str)  # a key of the table
    phrase = {"type": "message", "mode": mode, "time": now_s, "phrase": _ALERT_PHRASES[name]}
    is_all = audience.is_all
    return Saying(
        kind=ALERT,
        mode=codes.MODES.index(mode),
        audience=audience,
        lasts_min=lasts_min or (RESUME_LASTS_MIN if name == "resume" else LASTS_MIN[ALERT]),
        priority=ALARM_PRIORITY,
        body={"alert": name},
        report=None if is_all else report_from_json(phrase),
        alert=ALERT_CODES[name] if is_all else None,
    )
