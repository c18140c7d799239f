"""The words of the duty officer's page in every language: python3 -m tools.page_words [--check].

The page's English stands in its own files, and where the Secretariat refuses something or names
what people do; here it is found, each catalogue in languages/page is brought in line with it, and
compiled for the page. What has no translation yet stays English.
"""

import argparse
import io
import json
import re
import sys
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from tools import refusals
from tools.catalogues import LANGUAGES, TEMPLATE, Language
from tools.places import ROOT
from turna_secretariat.deeds import SENTENCES

STATIC = ROOT / "secretariat" / "turna_secretariat" / "static"
WORDS = STATIC / "words"
FOLDER = ROOT / "languages" / "page"
MARK = "machine-made, no native reader has seen it"
_SAID = re.compile(r'\b(?:phrase|sayLater)\(\s*"((?:[^"\\]|\\.)*)"')
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_HEAD = """\
# {own_name} words of the Secretariat's page.
# MACHINE-MADE where marked fuzzy: somebody who speaks the language has to read it, and removes the
# mark.  The ids are the English of the page; {{names}} are replaced, keep each as it is.
# Distributed under the licence of Turna (Apache-2.0).
msgid ""
msgstr ""
"Project-Id-Version: turna\\n"
"Language: {name}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write what is out of date, or only name it; return 1 if anything is wrong."""
    parser = argparse.ArgumentParser(prog="python3 -m tools.page_words", description=__doc__)
    parser.add_argument("--check", action="store_true", help="say whether all is up to date")
    check: bool = parser.parse_args(arguments).check
    stale = stale_files()
    for path, content in stale.items():
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        print(f"{path.relative_to(ROOT)}: {'out of date' if check else 'written'}")
    wrong = [one for language in languages() for one in problems(language)]
    print("\n".join(wrong or [f"{len(english())} texts in {1 + len(languages())} languages"]))
    return 1 if wrong or (check and stale) else 0


def languages() -> list[Language]:
    return [language for language in LANGUAGES if language.name != TEMPLATE]


def english() -> list[str]:
    """Return every text of the page, each once, in the order of its files."""
    found = [text for path in sorted(STATIC.glob("*.html")) for text in _of_document(path)]
    for path in sorted(STATIC.glob("*.js")):
        found += [json.loads(f'"{text}"') for text in _SAID.findall(path.read_text("utf-8"))]
    return list(dict.fromkeys([*found, *SENTENCES.values(), *refusals.sentences()]))


def stale_files() -> dict[Path, str]:
    """Return the files that are not what they should be, with what they should be."""
    made: dict[Path, str] = {}
    for language in languages():
        messages = _messages(language)
        made[path_of(language)] = _catalogue(language, messages)
        made[WORDS / f"{language.tag}.json"] = _compiled(language, messages)
    return {
        path: content
        for path, content in made.items()
        if not path.exists() or path.read_text(encoding="utf-8") != content
    }


def problems(language: Language) -> list[str]:
    """Say which translations lack a name that is replaced, or have one too many."""
    return [
        f"{language.name}: {message.id!r}: not the same names in braces"
        for message in _messages(language).values()
        if message.string
        and set(_PLACEHOLDER.findall(str(message.id)))
        != set(_PLACEHOLDER.findall(str(message.string)))
    ]


def untranslated(language: Language) -> list[str]:
    known = _messages(language)
    return [text for text in english() if text not in known or not known[text].string]


def path_of(language: Language) -> Path:
    return FOLDER / f"{language.name}.po"


def _catalogue(language: Language, known: dict[str, Message]) -> str:
    catalog = Catalog(charset="utf-8")
    for text in english():
        message = known.get(text)
        is_read = message is not None and message.string and not message.fuzzy
        translated = message is not None and bool(message.string)
        catalog.add(
            text,
            message.string if message is not None else "",
            flags=("fuzzy",) if translated and not is_read else (),
            user_comments=[MARK] if translated and not is_read else [],
        )
    written = io.BytesIO()
    write_po(written, catalog, width=0, omit_header=True)
    head = _HEAD.format(own_name=language.own_name, name=language.name)
    return head + written.getvalue().decode().strip("\n") + "\n"


def _compiled(language: Language, known: dict[str, Message]) -> str:
    said = {text: str(known[text].string) for text in english() if text in known}
    forms = {text: said[text] for text in refusals.sentences() if said.get(text)}
    content = {
        "tag": language.tag,
        "machine_made": any(message.fuzzy for message in known.values()),
        "words": {text: word for text, word in said.items() if word and text not in forms},
        "sentences": forms,
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _messages(language: Language) -> dict[str, Message]:
    if not path_of(language).exists():
        return {}
    with path_of(language).open("rb") as file:
        return {str(message.id): message for message in read_po(file) if message.id}


def _of_document(path: Path) -> list[str]:
    reader = _Document()
    reader.feed(path.read_text(encoding="utf-8"))
    return reader.found


class _Document(HTMLParser):
    """Collects the text of elements with `data-say`, and attributes that `data-say-in` names."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._is_said = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del tag
        given = dict(attrs)
        self._is_said = "data-say" in given
        self.found += [given[name] or "" for name in (given.get("data-say-in") or "").split()]

    def handle_endtag(self, tag: str) -> None:
        del tag
        self._is_said = False

    def handle_data(self, data: str) -> None:
        if self._is_said:
            self.found.append(data)


if __name__ == "__main__":
    sys.exit(main())
