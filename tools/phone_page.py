"""Makes the handset's page for a phone: python3 -m tools.phone_page [--check].

The page in firmware/phone, the forms of the reports a phone sends, and the words of each language
become modules of constants, gzipped, which a board serves from where they lie.  The few words of a
handset's printed label are in the same catalogues, and go to `turna`.
"""

import ast
import gzip
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

from tools import catalogues
from tools.catalogues import LANGUAGES, TEMPLATE, Language
from tools.generated import only_checks, settle
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
LINE_BYTES = 22
# What the handset says itself, or only a machine can know, is in no form.
_NOT_ASKED = ("battery_pct", "altitude_m", "answers")
# Codes of many fields that mean the same in each.
_SHARED = ("unknown", "none", "other", "yes", "no")
# By which labels of the handset's catalogue the codes of a field are said; else by its own name.
_KINDS = {
    "hazards": "hazard", "hazard": "hazard", "needs": "need", "team_status": "team_status",
    "triage": "triage", "phrase": "phrase", "status": "task_status", "casualties": "count",
    "patients": "count",
}  # fmt: skip
_LABELS = ("mode", "type", "state", "count", "team_status", "hazard", "need", "triage", "phrase",
           "task_status")  # fmt: skip
# What the label says, in its order.
PRINTED = ("label.press", "label.long_press", "label.double_press", "label.hold")
PRINTED_WORDS = ROOT / "cli" / "turna" / "label_words.json"
_COUNT_MAX = 9999
_REFERENCE_MAX = (1 << 20) - 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Write what is out of date, or only name it; return 1 if anything is."""
    check = only_checks("phone_page", __doc__, arguments)
    stale = stale_files()
    must_run = settle(stale, check=check)
    wrong = [one for language in LANGUAGES for one in problems(language)]
    print("\n".join(wrong or [f"{len(wanted())} texts in {len(LANGUAGES)} languages"]))
    return 1 if wrong or must_run else 0


def stale_files() -> dict[Path, str]:
    """Return the files that are not what they should be, with what they should be."""
    words = PLACE / "phone_words"
    plain = words / "__init__.py"
    made = {PLACE / "phone_files.py": _files()}
    made |= {words / f"{one.module}.py": _words_module(one) for one in LANGUAGES}
    stale = {
        path: _module(title, texts)
        for path, (title, texts) in made.items()
        if _held(path) != (title, texts)
    }
    said = '"""The words of the page for a phone, by language."""\n'
    if not plain.exists() or plain.read_text(encoding="utf-8") != said:
        stale[plain] = said
    printed = _printed()
    if not PRINTED_WORDS.exists() or PRINTED_WORDS.read_text(encoding="utf-8") != printed:
        stale[PRINTED_WORDS] = printed
    return stale


def _printed() -> str:
    own = {one.name: _read(FOLDER / f"{one.name}.po") for one in LANGUAGES}
    words = {name: [texts[label] for label in PRINTED] for name, texts in own.items()}
    return json.dumps(words, ensure_ascii=False, indent=1) + "\n"


def forms() -> dict[str, dict[str, object]]:
    """Return the form of each type: its fields as the page draws them, and which must be there."""
    found: dict[str, dict[str, object]] = {}
    for name in PHONE_TYPES:
        kind = next(entry for entry in TYPES if name == entry.NAME).kind()
        layout: dict[str, Any] = dict(kind.LAYOUT)
        fields = [each for each in kind.FIELDS if each in layout and each not in _NOT_ASKED]
        found[name] = {
            "fields": [_field(each, layout[each]) for each in fields],
            "required": list(kind.REQUIRED),
        }
    return found


def words(language: Language) -> dict[str, str]:
    """Return what the page says in a language, by label: of the handset's menus, and its own."""
    own = _read(FOLDER / f"{language.name}.po")
    return _labels(language) | {label: text for label, text in own.items() if label not in PRINTED}


def _labels(language: Language) -> dict[str, str]:
    texts = catalogues.read(language).texts
    return {label: text for label, text in texts.items() if label.partition(".")[0] in _LABELS}


def wanted() -> set[str]:
    """Return the labels of the page's own catalogue: all that the handset's labels do not say."""
    labels = set(_labels(LANGUAGES[0]))
    found = {*_said(), *PRINTED} | {f"form.{name}" for name in PHONE_TYPES} | {"yes", "no"}
    for form in forms().values():
        for name, drawn, *rest in form["fields"]:  # type: ignore[attr-defined]
            found |= {f"field.{name}"} | {
                code if code in _SHARED else f"{rest[0]}.{code}"
                for code in _codes(drawn, rest)
                if f"{rest[0]}.{code}" not in labels
            }
    return found


def problems(language: Language) -> list[str]:
    """Say what a language's catalogue lacks, or has in vain."""
    known = set(_read(FOLDER / f"{language.name}.po"))
    said = [f"{label} is missing" for label in sorted(wanted() - known)]
    said += [f"{label} is no label" for label in sorted(known - wanted())]
    return [f"phone/{language.name}: {one}" for one in said]


def _codes(drawn: str, rest: list[Any]) -> list[str]:
    """Return the codes of a field that are words; letters and numbers say themselves."""
    if drawn == "states":
        return [*rest[1], *rest[2]]
    if drawn not in ("choice", "many", "amounts"):
        return []
    return [code for code in rest[1] if len(code) > 1 or f"{rest[0]}.{code}" in _LETTERS]


# What single letters stand for where a rescuer may not know it by heart.
_LETTERS = ("triage.A", "triage.B", "triage.C", "triage.D")


def _field(name: str, field: Any) -> list[object]:
    if isinstance(field, OwnInteger):
        return _field(name, field.field)
    for classes, draw in _DRAWN:
        if isinstance(field, classes):
            return [name, *draw(_KINDS.get(name, name), field)]
    return [name, "number", *_limits(field)]


_SEVERITIES = ["immediate", "delayed", "minor", "expectant", "deceased"]
# How the page draws each kind of field; page.js knows the same names.
_DRAWN: tuple[tuple[Any, Any], ...] = (
    (Choices, lambda kind, field: ["many", kind, list(field.names)]),
    ((Choice, UsualChoice), lambda kind, field: ["choice", kind, list(field.names)]),
    (Needs, lambda kind, field: ["amounts", kind, list(field.names), Amount.HIGH]),
    (CasualtyCounts, lambda _kind, _field: ["amounts", "count", _SEVERITIES, _COUNT_MAX]),
    (States, lambda kind, field: ["states", kind, list(field.things), list(field.states)]),
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


_SAID = (re.compile(r'data-say="([^"]+)"'), re.compile(r'\bsay\("([^"]+)"\)'))


def _said() -> list[str]:
    """Return the sentences of the page itself, which are their own labels."""
    sources = [(SOURCE / name).read_text("utf-8") for name in ("page.html", "page.js")]
    found = [text for pattern in _SAID for source in sources for text in pattern.findall(source)]
    return [text for text in found if text not in ("mode.exercise", "mode.actual")]


def _read(path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file) if one.id and one.string}


def _files() -> tuple[str, dict[str, str]]:
    constants = {
        "FORMS": forms(),
        "TYPES": [entry.NAME for entry in TYPES],
        "LANGUAGES": [[one.name, one.own_name] for one in LANGUAGES],
    }
    before = "".join(f"const {name} = {_compact(value)};\n" for name, value in constants.items())
    script = _lean((SOURCE / "page.js").read_text("utf-8")).replace('"use strict";\n', "", 1)
    return (
        "The page for a phone: document, script, style; gzipped.",
        {
            "PAGE": (SOURCE / "page.html").read_text("utf-8"),
            "STYLE": (SOURCE / "page.css").read_text("utf-8"),
            "SCRIPT": '"use strict";\n' + before + script,
        },
    )


def _lean(script: str) -> str:
    """Leave out what only readers of the source need."""
    lines = [line.strip() for line in script.splitlines()]
    return "\n".join(line for line in lines if line and not line.startswith("//")) + "\n"


def _words_module(language: Language) -> tuple[str, dict[str, str]]:
    content = {
        "tag": language.tag,
        "machine_made": language.name != TEMPLATE,
        "words": words(language),
    }
    title = f"What the page for a phone says in {language.own_name}; gzipped."
    return title, {"WORDS": _compact(content)}


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=False)


def _module(title: str, texts: dict[str, str]) -> str:
    head = f'"""{title}\n\nGenerated by tools/phone_page.py.\n"""\n\n'
    return head + "".join(_constant(name, text) for name, text in texts.items())


def _constant(name: str, text: str) -> str:
    data = gzip.compress(text.encode(), mtime=0)
    pieces = [data[at : at + LINE_BYTES] for at in range(0, len(data), LINE_BYTES)]
    escaped = ["".join(f"\\x{byte:02x}" for byte in piece) for piece in pieces]
    lines = "\n".join(f'    b"{text}"' for text in escaped)
    return f"{name} = (\n{lines}\n)\n"


def _held(path: Path) -> tuple[str, dict[str, str]] | None:
    """Return title and texts of a module that was made; compressors differ, so not its bytes."""
    if not path.exists():
        return None
    tree = ast.parse(path.read_text(encoding="utf-8"))
    title = (ast.get_docstring(tree) or "").partition("\n")[0]
    made = {
        ast.unparse(node.targets[0]): ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
    }
    try:
        return title, {name: gzip.decompress(data).decode() for name, data in made.items()}
    except gzip.BadGzipFile:
        return None


if __name__ == "__main__":
    sys.exit(main())
