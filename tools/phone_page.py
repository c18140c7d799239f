"""Makes the handset's page for a phone: python3 -m tools.phone_page [--check].

The page in firmware/phone, the forms of the reports a phone sends, and the words of each language
become modules of constants, which a board serves from where they lie.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

from tools import catalogues, page_words
from tools.catalogues import LANGUAGES, TEMPLATE, Language
from tools.places import ROOT
from turna_protocol.reports import TYPES
from turna_protocol.reports.casualties import CasualtyCounts
from turna_protocol.reports.code_fields import Choice, Choices, Needs, UsualChoice
from turna_protocol.reports.fields import Amount, Count, Number, OwnInteger, Reference, Steps, Text
from turna_protocol.reports.more_fields import Classes, Flag, States, Team, WorksiteField, YesNo

sys.path.insert(0, str(ROOT / "firmware"))
from turna_handset.desk import PHONE_TYPES

SOURCE = ROOT / "firmware" / "phone"
PLACE = ROOT / "firmware" / "turna_handset"
FOLDER = ROOT / "languages" / "phone"
LINE_BYTES = 88
# What the handset says itself is in no form.
_ITS_OWN = ("battery_pct", "altitude_m")
# By which labels of the handset's catalogue the codes of a field are said.
_KINDS = {
    "hazards": "hazard", "hazard": "hazard", "needs": "need", "team_status": "team_status",
    "triage": "triage", "phrase": "phrase", "status": "task_status", "casualties": "count",
    "patients": "count",
}  # fmt: skip
_LABELS = ("mode", "type", "state", "count", "team_status", "hazard", "need", "triage", "phrase",
           "task_status")  # fmt: skip
_COUNT_MAX = 9999
_REFERENCE_MAX = (1 << 20) - 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Write what is out of date, or only name it; return 1 if anything is."""
    parser = argparse.ArgumentParser(prog="python3 -m tools.phone_page", description=__doc__)
    parser.add_argument("--check", action="store_true", help="say whether all is up to date")
    check: bool = parser.parse_args(arguments).check
    stale = stale_files()
    for path, content in stale.items():
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        print(f"{path.relative_to(ROOT)}: {'out of date' if check else 'written'}")
    return 1 if check and stale else 0


def stale_files() -> dict[Path, str]:
    """Return the files that are not what they should be, with what they should be."""
    made = {PLACE / "phone_files.py": _files()}
    words = PLACE / "phone_words"
    made[words / "__init__.py"] = '"""The words of the page for a phone, by language."""\n'
    for language in LANGUAGES:
        made[words / f"{language.module}.py"] = _words_module(language)
    return {
        path: content
        for path, content in made.items()
        if not path.exists() or path.read_text(encoding="utf-8") != content
    }


def forms() -> dict[str, dict[str, object]]:
    """Return the form of each type: its fields as the page draws them, and which must be there."""
    found: dict[str, dict[str, object]] = {}
    for name in PHONE_TYPES:
        kind = next(entry for entry in TYPES if name == entry.NAME).kind()
        layout: dict[str, Any] = dict(kind.LAYOUT)
        fields = [each for each in kind.FIELDS if each in layout and each not in _ITS_OWN]
        found[name] = {
            "fields": [_field(each, layout[each]) for each in fields],
            "required": list(kind.REQUIRED),
        }
    return found


def words(language: Language) -> dict[str, str]:
    """Return what the page says in a language, by its English or by label; English is left out."""
    labels = catalogues.read(language).texts
    found = {label: text for label, text in labels.items() if label.partition(".")[0] in _LABELS}
    if language.name != TEMPLATE:
        wanted = {*_fields().values(), *_said(), *_codes()}
        for path in (page_words.path_of(language), FOLDER / f"{language.name}.po"):
            found |= {text: said for text, said in _read(path).items() if text in wanted}
    return found


def untranslated(language: Language) -> list[str]:
    """Return what the page would say in English in this language."""
    known = words(language)
    return sorted({*_fields().values(), *_said(), *_codes()} - set(known))


def _field(name: str, field: Any) -> list[object]:
    if isinstance(field, OwnInteger):
        return _field(name, field.field)
    for classes, draw in _DRAWN:
        if isinstance(field, classes):
            return [name, *draw(_KINDS.get(name, ""), field)]
    return [name, "number", *_limits(field)]


_SEVERITIES = ["immediate", "delayed", "minor", "expectant", "deceased"]
# How the page draws each kind of field; page.js knows the same names.
_DRAWN: tuple[tuple[Any, Any], ...] = (
    (Choices, lambda kind, field: ["many", kind, list(field.names)]),
    ((Choice, UsualChoice), lambda kind, field: ["choice", kind, list(field.names)]),
    (Needs, lambda kind, field: ["amounts", kind, list(field.names), Amount.HIGH]),
    (CasualtyCounts, lambda _kind, _field: ["amounts", "count", _SEVERITIES, _COUNT_MAX]),
    (States, lambda _kind, field: ["states", list(field.things), list(field.states)]),
    (Classes, lambda _kind, field: ["class", list(field.bounds)]),
    ((Flag, YesNo), lambda _kind, _field: ["flag"]),
    (Text, lambda _kind, _field: ["text"]),
    (WorksiteField, lambda _kind, _field: ["word", "TUR01-0056"]),
    (Team, lambda _kind, _field: ["word", "TUR01"]),
)


def _limits(field: Any) -> tuple[int, int]:
    if isinstance(field, Reference):
        return 0, _REFERENCE_MAX
    if isinstance(field, Steps):
        return 0, field.high
    assert isinstance(field, (Number, Count, Amount)), field
    return getattr(field, "low", 0), getattr(field, "high", Amount.HIGH)


def _fields() -> dict[str, str]:
    """Return each field's name as the page says it: the Secretariat's page has the same words."""
    found = {}
    for form in forms().values():
        for field in form["fields"]:  # type: ignore[attr-defined]
            parts = str(field[0]).split("_")
            units = len(parts) > 1 and parts[-1] in page_words._UNITS  # noqa: SLF001
            found[str(field[0])] = " ".join(parts[:-1] if units else parts)
    return found


def _codes() -> set[str]:
    """Return the codes that no label of the handset says."""
    found: set[str] = {"yes", "no"}
    for form in forms().values():
        for field in form["fields"]:  # type: ignore[attr-defined]
            if field[1] in ("choice", "many", "amounts") and not field[2]:
                found |= set(field[3])
            elif field[1] == "states":
                found |= {*field[2], *field[3]}
    return {code for code in found if len(code) > 1}


def _said() -> list[str]:
    """Return the English texts of the page itself."""
    document = (SOURCE / "page.html").read_text("utf-8")
    said = [part.split('"')[0] for part in document.split('data-say="')[1:]]
    script = (SOURCE / "page.js").read_text("utf-8")
    return said + [part.split('"')[0] for part in script.split('say("')[1:]] + list(_TYPE_NAMES)


_TYPE_NAMES = PHONE_TYPES


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    with path.open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file) if one.id and one.string}


def _files() -> str:
    constants = {
        "FORMS": forms(),
        "FIELDS": _fields(),
        "TYPES": [entry.NAME for entry in TYPES],
        "LANGUAGES": [[one.name, one.own_name] for one in LANGUAGES],
    }
    before = "".join(f"const {name} = {_compact(value)};\n" for name, value in constants.items())
    script = _lean((SOURCE / "page.js").read_text("utf-8")).replace('"use strict";\n', "", 1)
    return (
        '"""The page for a phone: document, script, style.\n\n'
        'Generated by tools/phone_page.py from firmware/phone.\n"""\n\n'
        + _constant("PAGE", (SOURCE / "page.html").read_text("utf-8"))
        + _constant("STYLE", (SOURCE / "page.css").read_text("utf-8"))
        + _constant("SCRIPT", '"use strict";\n' + before + script)
    )


def _lean(script: str) -> str:
    """Leave out what only readers of the source need."""
    lines = [line.strip() for line in script.splitlines()]
    return "\n".join(line for line in lines if line and not line.startswith("//")) + "\n"


def _words_module(language: Language) -> str:
    content = {
        "tag": language.tag,
        "machine_made": language.name != TEMPLATE,
        "words": words(language),
    }
    return (
        f'"""What the page for a phone says in {language.own_name}.\n\n'
        'Generated by tools/phone_page.py.\n"""\n\n' + _constant("WORDS", _compact(content))
    )


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=False)


def _constant(name: str, text: str) -> str:
    data = text.encode()
    pieces = [data[at : at + LINE_BYTES] for at in range(0, len(data), LINE_BYTES)]
    lines = "\n".join(f"    {piece!r}" for piece in pieces)
    return f"{name} = (\n{lines}\n)\n"


if __name__ == "__main__":
    sys.exit(main())
