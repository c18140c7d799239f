"""Holds the documents to the tree: links lead somewhere, and what they name in code is there.

    python3 -m tools.doc_names

Looked up are relative links with their anchors, and in `code spans`: paths, modules, tests and
targets of the Makefile.  Other words in code spans (wire fields, topics, commands) are for people.
"""

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path

from tools.places import ROOT

MADE_LATER = ("build/", "dist/", ".venv/", ".tools/")  # by set-up and the tools
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_SPAN = re.compile(r"`([^`\n]+)`")
_HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)
_MODULE = re.compile(r"^turna(?:_[a-z]+)?(?:\.\w+)+$")
_TARGET = re.compile(r"^([a-z]+):", re.MULTILINE)
_DEFINED = r"(?m)^\s*(?:(?:async )?def|class) {0}\b|^\s*(?:self\.)?{0}(?::[^=\n]+)? = "


class Tree:
    """What the repository holds."""

    def __init__(self, files: Iterable[str]) -> None:
        self.files = sorted(files)
        self.folders = {str(parent) for file in self.files for parent in Path(file).parents}
        self.names = {Path(file).name for file in self.files}
        self.tops = {folder for folder in self.folders if "/" not in folder and folder != "."}
        self.tests = {
            name
            for file in self.files
            if Path(file).name.startswith("test_") and file.endswith(".py")
            for name in (Path(file).stem, *re.findall(r"def (test_\w+)", _text(file)))
        }
        self.targets = set(_TARGET.findall(_text("Makefile")))

    def has_path(self, path: str) -> bool:
        """Tell whether something lies there; `*` and `<name>` stand for anything."""
        pattern = re.sub(r"<\w+>", "*", path.rstrip("/"))
        if "*" not in pattern:
            return pattern in self.folders or pattern in self.files
        return any(fnmatch(file, pattern) for file in self.files)

    def has_module(self, dotted: str) -> bool:
        """Tell whether there is such a module, or a module with such a name in it."""
        path = dotted.replace(".", "/")
        found = [f for f in self.files if f.endswith((f"/{path}.py", f"/{path}/__init__.py"))]
        if found or any(folder.endswith(f"/{path}") for folder in self.folders):
            return True
        module, _, name = path.rpartition("/")
        defined = re.compile(_DEFINED.format(re.escape(name)))
        return any(
            file.endswith((f"/{module}.py", f"/{module}/__init__.py"))
            and defined.search(_text(file)) is not None
            for file in self.files
        )


def main() -> int:
    """Name each link and each name that leads nowhere; return 1 if there is one."""
    tree = Tree(tracked())
    documents = [file for file in tree.files if file.endswith(".md")]
    wrong = [line for document in documents for line in problems(document, _text(document), tree)]
    wrong += [f"{lost}: no document leads there" for lost in unreached(documents)]
    print("\n".join(wrong or [f"{len(documents)} documents name nothing that is not there"]))
    return 1 if wrong else 0


def tracked() -> list[str]:
    """Return every file that git tracks or would track, as it is in the tree."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [file for file in listed.stdout.splitlines() if (ROOT / file).exists()]


def problems(document: str, text: str, tree: Tree) -> Iterator[str]:
    """Yield what is wrong in a document's text."""
    text = _FENCE.sub("", text)
    for target in _links(text):
        if not _leads_somewhere(document, target, tree):
            yield f"{document}: no such place: {target}"
    for span in _SPAN.findall(text):
        if not _is_there(span, tree):
            yield f"{document}: no such thing: {span}"


def unreached(documents: Iterable[str]) -> list[str]:
    """Return documents below docs/ to which no other has a link."""
    reached = {
        str((ROOT / document).parent.joinpath(target.partition("#")[0]).resolve())
        for document in documents
        for target in _links(_text(document))
    }
    below = [document for document in documents if document.startswith("docs/")]
    folders = {str(Path(place)) for place in reached if Path(place).is_dir()}
    return [
        document
        for document in below
        if str(ROOT / document) not in reached
        and not (Path(document).name == "README.md" and str((ROOT / document).parent) in folders)
    ]


def anchors(text: str) -> set[str]:
    """Return the anchors that a page of this Markdown has, as forges make them of headings."""
    headings = _HEADING.findall(_FENCE.sub("", text))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _links(text: str) -> list[str]:
    return _LINK.findall(_SPAN.sub("", _FENCE.sub("", text)))


def _leads_somewhere(document: str, target: str, tree: Tree) -> bool:
    if "://" in target or target.startswith("mailto:"):
        return True
    path, _, anchor = target.partition("#")
    there = (ROOT / document).parent / path if path else ROOT / document
    place = str(there.resolve().relative_to(ROOT))
    if place != "." and not tree.has_path(place):
        return False
    return not anchor or not place.endswith(".md") or anchor in anchors(_text(place))


def _is_there(span: str, tree: Tree) -> bool:
    words = span.split()
    if words[0] == "make" and len(words) > 1:
        return words[1] in tree.targets
    if len(words) > 1:
        return True
    top = span.partition("/")[0]
    if "/" in span and top in tree.tops and not span.startswith(MADE_LATER):
        path, _, test = span.partition("::")
        return tree.has_path(path) and (not test or f"def {test}(" in _text(path))
    if re.fullmatch(r"\w+\.py", span):
        return span in tree.names
    if re.fullmatch(r"test_\w+", span):
        return span in tree.tests
    return not _MODULE.match(span) or tree.has_module(span)


def _text(file: str) -> str:
    return (ROOT / file).read_text(encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
