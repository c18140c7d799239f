"""Brings translations in line with the template, en.po: python3 -m tools.translations [--check].

A new label enters every catalogue in English, marked as not translated; one that is gone leaves;
the comments that tell translators the English text and the columns are made anew. Translations,
their marks and the heads of the files stay as they are.
"""

import argparse
import io
import sys
from collections.abc import Sequence

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from tools import catalogues
from tools.catalogues import LANGUAGES, Language
from tools.places import ROOT

NOT_TRANSLATED = "not translated yet"
_AFTER_HEAD = "\n\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write what is out of line, or only name it; return 1 if only named."""
    parser = argparse.ArgumentParser(prog="python3 -m tools.translations", description=__doc__)
    parser.add_argument("--check", action="store_true", help="say whether all are in line")
    check: bool = parser.parse_args(arguments).check
    found = {language: updated(language) for language in LANGUAGES}
    out_of_line = {
        catalogues.path_of(language): text
        for language, text in found.items()
        if catalogues.path_of(language).read_text(encoding="utf-8") != text
    }
    for path, text in out_of_line.items():
        if not check:
            path.write_text(text, encoding="utf-8")
        print(f"{path.relative_to(ROOT)}: {'out of line with en.po' if check else 'written'}")
    return 1 if check and out_of_line else 0


def updated(language: Language) -> str:
    """Return a catalogue as it has to be, its head untouched."""
    english = _messages(LANGUAGES[0])
    known = _messages(language)
    exercise = str(known["mode.exercise"].string)
    catalog = Catalog(charset="utf-8")
    for label, template in english.items():
        comments = [f"at most {catalogues.columns(label, exercise)} columns"]
        if language is not LANGUAGES[0]:
            comments.insert(0, f"English: {template.string}")
        message = known.get(label)
        catalog.add(
            label,
            template.string if message is None else message.string,
            auto_comments=comments,
            flags=("fuzzy",) if message is None or message.fuzzy else (),
            user_comments=[NOT_TRANSLATED] if message is None else message.user_comments,
        )
    written = io.BytesIO()
    write_po(written, catalog, width=0, omit_header=True)
    head = catalogues.path_of(language).read_text(encoding="utf-8").partition(_AFTER_HEAD)[0]
    return head + _AFTER_HEAD + written.getvalue().decode().strip("\n") + "\n"


def _messages(language: Language) -> dict[str, Message]:
    with catalogues.path_of(language).open("rb") as file:
        return {str(message.id): message for message in read_po(file) if message.id}


if __name__ == "__main__":
    sys.exit(main())
