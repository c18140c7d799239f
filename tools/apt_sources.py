"""Finds the Debian mirrors that this machine is configured with; none is ever named here.

Both forms are read: one line per source (`deb [options] URI suite component...`) and stanzas
(`URIs:`, `Suites:`, `Components:`, `Signed-By:`). Only a folder's `main` of Debian itself counts.
"""

from pathlib import Path
from typing import NamedTuple

APT = Path("/etc/apt")
KEYRINGS = (
    Path("/usr/share/keyrings/debian-archive-keyring.gpg"),
    Path("/usr/share/keyrings/debian-archive-keyring.pgp"),
)
DEBIAN_SUITES = ("bookworm", "trixie", "forky", "sid", "stable", "testing", "unstable")


class Mirror(NamedTuple):
    """Where Debian's packages are had from, and the keys that prove they are Debian's."""

    uri: str
    keyring: Path


def mirrors(apt: Path = APT, keyrings: tuple[Path, ...] = KEYRINGS) -> list[Mirror]:
    """Return the mirrors of Debian's main archive, in the order they are configured."""
    found: dict[str, Mirror] = {}
    for source in _sources(apt):
        if "main" not in source["components"] or not _is_debian(source["suites"]):
            continue
        keyring = _keyring(source["signed-by"], keyrings)
        if keyring is not None:
            for uri in source["uris"]:
                found.setdefault(uri, Mirror(uri, keyring))
    return list(found.values())


Source = dict[str, list[str]]


def _sources(apt: Path) -> list[Source]:
    lines = [apt / "sources.list", *sorted((apt / "sources.list.d").glob("*.list"))]
    stanzas = sorted((apt / "sources.list.d").glob("*.sources"))
    return [
        *(source for path in lines if path.is_file() for source in _from_lines(path.read_text())),
        *(source for path in stanzas for source in _from_stanzas(path.read_text())),
    ]


def _from_lines(text: str) -> list[Source]:
    sources = []
    for line in text.splitlines():
        words, options = _split_options(line.split("#")[0].strip())
        if len(words) >= 4 and words[0] == "deb":
            signed_by = [option[10:] for option in options if option.startswith("signed-by=")]
            sources.append(
                {
                    "uris": [words[1]],
                    "suites": [words[2]],
                    "components": words[3:],
                    "signed-by": signed_by,
                }
            )
    return sources


def _split_options(line: str) -> tuple[list[str], list[str]]:
    before, bracket, rest = line.partition("[")
    if not bracket:
        return line.split(), []
    options, _, after = rest.partition("]")
    return before.split() + after.split(), options.split()


def _from_stanzas(text: str) -> list[Source]:
    sources = []
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for stanza in "\n".join(lines).split("\n\n"):
        fields = _fields(stanza)
        if "deb" in fields.get("types", []) and fields.get("enabled", ["yes"]) != ["no"]:
            sources.append(
                {
                    name: fields.get(name, [])
                    for name in ("uris", "suites", "components", "signed-by")
                }
            )
    return sources


def _fields(stanza: str) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for line in stanza.splitlines():
        name, colon, value = line.partition(":")
        if colon and not line[0].isspace():
            fields[name.strip().lower()] = value.split()
    return fields


def _is_debian(suites: list[str]) -> bool:
    return any(suite in DEBIAN_SUITES for suite in suites)


def _keyring(signed_by: list[str], keyrings: tuple[Path, ...]) -> Path | None:
    candidates = [*(Path(word) for word in signed_by if word.startswith("/")), *keyrings]
    return next((path for path in candidates if path.is_file()), None)
