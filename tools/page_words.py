"""The words of the pages in every language: python3 -m tools.page_words [--check].

A page's English stands in its own files, and where its server refuses something, names what
people do, or tells how it is; here it is found, each catalogue is brought in line with it, and
compiled for the page. What has no translation yet stays English. What the Secretariat's page says
already, the gateway's says in the same words.
"""

import io
import json
import re
import sys
from collections.abc import Callable, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from tools import refusals, troubles
from tools.catalogues import LANGUAGES, TEMPLATE, Language
from tools.generated import only_checks, settle
from tools.places import ROOT
from turna_backbone import base_map
from turna_secretariat.deeds import SENTENCES


class Site(NamedTuple):
    """A page: its files, its catalogues, what its server says, whose words it says as they are."""

    name: str
    static: Path
    catalogues: Path
    sentences: Callable[[], list[str]]
    names: tuple[str, ...] = ()
    borrows_from: "Site | None" = None


STATIC = ROOT / "secretariat" / "turna_secretariat" / "static"
SECRETARIAT = Site(
    "the Secretariat's page",
    STATIC,
    ROOT / "languages" / "page",
    refusals.sentences,
    names=tuple(SENTENCES.values()),
)
GATEWAY = Site(
    "the gateway's page",
    ROOT / "gateway" / "turna_gateway" / "static",
    ROOT / "languages" / "gateway",
    troubles.reasons,
    names=(*troubles.alarms(), base_map.ATTRIBUTION),
    borrows_from=SECRETARIAT,
)
SITES = (SECRETARIAT, GATEWAY)
MARK = "machine-made, no native reader has seen it"
_SAID = re.compile(r'\b(?:phrase|sayLater)\(\s*"((?:[^"\\]|\\.)*)"')
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_HEAD = """\
# {own_name} words of {page}.
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
    check = only_checks("page_words", __doc__, arguments)
    stale = {path: text for site in SITES for path, text in stale_files(site).items()}
    must_run = settle(stale, check=check)
    wrong = [one for site in SITES for lang in languages() for one in problems(lang, site)]
    texts = sum(len(english(site)) for site in SITES)
    print("\n".join(wrong or [f"{texts} texts in {1 + len(languages())} languages"]))
    return 1 if wrong or must_run else 0


def languages() -> list[Language]:
    return [language for language in LANGUAGES if language.name != TEMPLATE]


def english(site: Site = SECRETARIAT) -> list[str]:
    """Return every text of a page, each once, in the order of its files."""
    found = [text for path in sorted(site.static.glob("*.html")) for text in _of_document(path)]
    for path in sorted(site.static.glob("*.js")):
        found += [json.loads(f'"{text}"') for text in _SAID.findall(path.read_text("utf-8"))]
    return list(dict.fromkeys([*found, *site.names, *site.sentences()]))


def stale_files(site: Site = SECRETARIAT) -> dict[Path, str]:
    """Return the files that are not what they should be, with what they should be."""
    made: dict[Path, str] = {}
    for language in languages():
        messages = _messages(language, site)
        made[path_of(language, site)] = _catalogue(language, messages, site)
        made[site.static / "words" / f"{language.tag}.json"] = _compiled(messages, site, language)
    return {
        path: content
        for path, content in made.items()
        if not path.exists() or path.read_text(encoding="utf-8") != content
    }


def problems(language: Language, site: Site = SECRETARIAT) -> list[str]:
    """Say which translations lack a name that is replaced, or have one too many."""
    return [
        f"{language.name}: {message.id!r}: not the same names in braces"
        for message in _messages(language, site).values()
        if message.string
        and set(_PLACEHOLDER.findall(str(message.id)))
        != set(_PLACEHOLDER.findall(str(message.string)))
    ]


def untranslated(language: Language, site: Site = SECRETARIAT) -> list[str]:
    known = _messages(language, site)
    return [text for text in english(site) if text not in known or not known[text].string]


def path_of(language: Language, site: Site = SECRETARIAT) -> Path:
    return site.catalogues / f"{language.name}.po"


def _own(site: Site) -> list[str]:
    """Return the texts that are in a page's own catalogues."""
    lent = set() if site.borrows_from is None else set(english(site.borrows_from))
    return [text for text in english(site) if text not in lent]


def _catalogue(language: Language, known: dict[str, Message], site: Site) -> str:
    catalog = Catalog(charset="utf-8")
    for text in _own(site):
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
    head = _HEAD.format(own_name=language.own_name, name=language.name, page=site.name)
    return head + written.getvalue().decode().strip("\n") + "\n"


def _compiled(known: dict[str, Message], site: Site, language: Language) -> str:
    said = {text: str(known[text].string) for text in english(site) if text in known}
    forms = {text: said[text] for text in site.sentences() if said.get(text)}
    content = {
        "tag": language.tag,
        "machine_made": any(message.fuzzy for message in known.values()),
        "words": {text: word for text, word in said.items() if word and text not in forms},
        "sentences": forms,
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _messages(language: Language, site: Site) -> dict[str, Message]:
    """Return what is known of a language, by its English: borrowed, and the page's own."""
    found = {} if site.borrows_from is None else _messages(language, site.borrows_from)
    path = path_of(language, site)
    if path.exists():
        with path.open("rb") as file:
            found |= {str(message.id): message for message in read_po(file) if message.id}
    return found


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
