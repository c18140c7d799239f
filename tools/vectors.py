"""Writes the reports' test vectors: python3 -m tools.vectors [--check].

The vectors are for other implementations: a report as JSON, the same as CBOR in diagnostic notation
and as bytes; and bytes that must be refused, each with the reason.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from tools.generated import only_checks, settle
from tools.places import ROOT
from tools.vector_reports import REPORTS
from turna_protocol import cbor, json_form, text
from turna_protocol.digits import DigitWriter
from turna_protocol.errors import MalformedError
from turna_protocol.frame import Frame
from turna_protocol.reports import decode_report, encode_report
from turna_protocol.reports.heading import put_heading
from turna_protocol.reports.types import type_number

FOLDER = ROOT / "protocol" / "vectors"
FRAME = Frame(3620000, 3616000, 1770340620)  # Hatay, 2026-02-06T01:17:00Z
FAR_FRAME = Frame(-3500000, 17950000, 0)  # beside the antimeridian, at the beginning of time
_FRAMES = (FRAME, FAR_FRAME)

Json: TypeAlias = dict[str, object]
Pair: TypeAlias = tuple[int, int]

# A heading in full, of a sitrep in exercise mode without time and place; then, digit by digit, a
# sitrep of a team on site with everything else unknown.
_BARE = ((0, 73), (1, 32), (1, 3), (4, 6), (4, 6))
_EMPTY = ((4, 8), (1, 5), (1, 5), (0, 2), (0, 102), (0, 4), (0, 4), (0, 4), (0, 2))
_NEAR = ((0, 73), (1, 32), (1, 3), (0, 6), (0, 6))  # what a usual heading says in one digit

_LIVE_SITE = {"type": "worksite_triage", "worksite": "TUR01-0056", "live": 1, "under_12h": True}
_SITE = {"type": "worksite_report", "worksite": "TUR01-0056", "report_number": 1}
_VICTIM = {"type": "victim", "worksite": "TUR01-0056", "number": 1}
_CONTRADICTIONS: dict[str, Json] = {
    "declaration_with_a_reference": {"type": "sos", "phase": "declare", "sos_reference": 5},
    "triage_not_what_follows": {**_LIVE_SITE, "triage": "C", "overridden": False},
    "triage_overridden_with_what_follows": {**_LIVE_SITE, "triage": "A", "overridden": True},
    "completed_with_live_contacts": {**_SITE, "completed": True, "live_contacts": 1},
    "completed_with_hours_to_go": {**_SITE, "completed": True, "completion_h": 3},
    "longer_than_since_it_began": {**_SITE, "began_min_ago": 60, "duration_min": 90},
    "live_and_black": {**_VICTIM, "outcome": "live", "triage": "black"},
    "deceased_and_red": {**_VICTIM, "outcome": "deceased", "triage": "red"},
    "live_to_the_mortuary": {**_VICTIM, "outcome": "live", "handed_to": "mortuary"},
    "evacuate_what_is_cleared": {
        "type": "hazard",
        "hazard": "fire",
        "action": "evacuate",
        "state": "cleared",
    },
    "more_on_litters_than_alive": {
        "type": "medevac",
        "patients": {"immediate": 1, "delayed": 0, "minor": 0, "expectant": 0, "deceased": 2},
        "litter": 2,
        "ambulatory": 0,
    },
    "nothing_needed": {"type": "needs", "needs": {}},
    "fewer_affected_than_collapsed": {
        "type": "area",
        "affected_buildings": 5,
        "partly_collapsed": 4,
        "totally_collapsed": 2,
    },
    "message_of_nothing": {"type": "message"},
}


def main(arguments: Sequence[str] | None = None) -> int:
    check = only_checks("vectors", __doc__, arguments)
    stale = {path: content for path, content in files().items() if not _is(path, content)}
    return 1 if settle(stale, check=check) else 0


def files() -> dict[Path, str]:
    """Return every file of vectors with its content."""
    return {
        FOLDER / "reports.json": _written({"vectors": report_vectors()}),
        FOLDER / "malformed_reports.json": _written({"vectors": malformed_vectors()}),
        FOLDER / "text_page.json": _written({"letters": _page()}),
    }


def report_vectors() -> list[Json]:
    return [
        _report_vector(name, form, frame)
        for name, form in REPORTS
        for frame in (_FRAMES if name in ("sitrep_typical", "sos_declared") else (FRAME,))
    ]


def malformed_vectors() -> list[Json]:
    """Return contents that must be refused, each with our reason."""
    good = encode_report(json_form.report_from_json(dict(REPORTS)["sitrep_with_text"]), FRAME)
    cases = [
        ("empty", b""),
        *((f"truncated_to_{length}", good[:length]) for length in range(1, len(good))),
        ("trailing_integer", good + b"\x00"),
        ("trailing_text", good + b"\x61a"),
        ("integer_not_shortest", b"\x18\x04"),
        ("integer_in_nine_bytes_not_shortest", b"\x1b\x00\x00\x00\x00\x1a\x04\x2a\xe3"),
        ("indefinite_length", b"\x5f\x41a\xff"),
        ("tag", b"\xc1\x04"),
        ("float", b"\xf9\x3c\x00"),
        ("negative_integer", b"\x20"),
        ("array", b"\x81\x04"),
        ("map", b"\xa1\x00\x04"),
        ("text_in_place_of_integers", b"\x64text"),
        ("huge_length", b"\x7b\xff\xff\xff\xff\xff\xff\xff\xff"),
        ("too_long", bytes(210)),
        ("no_such_type", _digits((0, 73), (31, 32))),
        ("heading_not_shortest", _digits(*_NEAR)),
        ("no_such_status", _digits(*_BARE, (0, 8), (14, 16), *_EMPTY[1:])),
        ("status_not_shortest", _digits(*_BARE, (0, 8), (8, 16), *_EMPTY[1:])),
        ("digits_after_the_last_field", _digits(*_BARE, *_EMPTY, (1, 2))),
        ("casualties_not_shortest", _digits(*_BARE, *_EMPTY[:3], (1, 2), *((1, 5),) * 5)),
        ("altitude_not_shortest", _digits(*_BARE, *_EMPTY[:6], (3, 4), (500, 10_000))),
        ("amount_not_shortest", _digits(*_BARE, *_EMPTY[:7], (1, 4), (0, 32), (4, 7), (4, 1024))),
        ("text_missing", _digits(*_BARE, *_EMPTY[:8], (1, 2))),
        ("text_empty", _digits(*_BARE, *_EMPTY[:8], (1, 2)) + b"\x60"),
        ("text_not_utf8", _digits(*_BARE, *_EMPTY[:8], (1, 2)) + b"\x62\xc0\x80"),
        ("text_not_in_the_page", _digits(*_BARE, *_EMPTY[:8], (1, 2)) + cbor.encode("çay")),
        ("text_in_the_page_for_nothing", _digits(*_BARE, *_EMPTY[:8], (1, 2)) + b"\x43tea"),
        ("no_such_letter", _digits(*_BARE, *_EMPTY[:8], (1, 2)) + b"\x42\x01\xff"),
        ("control_character", _digits(*_BARE, *_EMPTY[:8], (1, 2)) + b"\x62a\x00"),
        ("deep_nesting", b"\x81" * 40 + b"\x00"),
        ("map_with_a_key_twice", b"\xa2\x00\x04\x00\x05"),
        ("huge_array", b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff"),
        ("too_many_items", b"\x04" * 65),
        *((name, _unchecked(form)) for name, form in _CONTRADICTIONS.items()),
    ]
    return [{"name": name, "content": data.hex(), "reason": _reason(data)} for name, data in cases]


def _report_vector(name: str, form: Json, frame: Frame) -> Json:
    content = encode_report(json_form.report_from_json(form), frame)
    return {
        "name": name,
        "frame": {
            "origin_lat_e5": frame.origin_lat_e5,
            "origin_lon_e5": frame.origin_lon_e5,
            "epoch_s": frame.epoch_s,
        },
        "report": json_form.report_to_json(decode_report(content, frame)),
        "diagnostic": ", ".join(_diagnostic(item) for item in cbor.decode_sequence(content, 64)),
        "content": content.hex(),
    }


def _diagnostic(item: object) -> str:
    """Return an item in diagnostic notation (RFC 8949, section 8)."""
    if isinstance(item, bytes):
        return f"h'{item.hex()}'"
    return json.dumps(item, ensure_ascii=False)


def _digits(*pairs: Pair) -> bytes:
    writer = DigitWriter()
    for digit, radix in pairs:
        writer.put(digit, radix)
    return writer.content()


def _unchecked(form: Json) -> bytes:
    """Return the content of a report whose fields contradict each other: nobody else makes it."""
    report = json_form.report_from_json({"mode": "exercise", **form})
    digits = DigitWriter()
    put_heading(digits, type_number(report), report, FRAME)
    for name, field in report.LAYOUT:
        field.put(digits, getattr(report, name))
    return digits.content()


def _reason(content: bytes) -> str:
    try:
        decode_report(content, FRAME)
    except MalformedError as error:
        return str(error)
    raise AssertionError(f"{content.hex()} is a report")


def _page() -> Json:
    """Return the letters beyond ASCII by their byte, in hex."""
    letters = {}
    for letter in text.LETTERS:
        packed = text.pack_text(letter)
        assert isinstance(packed, bytearray)
        letters[packed.hex()] = letter
    return dict(sorted(letters.items()))


def _written(content: Json) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _is(path: Path, content: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == content


if __name__ == "__main__":
    sys.exit(main())
