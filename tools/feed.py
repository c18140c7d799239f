"""Holds docs/asyncapi.yaml against AsyncAPI 3, renders it: python3 -m tools.feed [--check].

The page needs no network: one file, no script.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from typing import Any

import jinja2
import jsonschema
import yaml

from tools.places import ROOT

DOCUMENT = ROOT / "docs" / "asyncapi.yaml"
PAGE = ROOT / "docs" / "asyncapi.html"
SCHEMA = ROOT / "tools" / "asyncapi-3.0.0.schema.json"
TEMPLATE = ROOT / "tools" / "feed.html"


def main() -> int:
    """Say what is wrong and return 1; else write the page, or check that it is the newest."""
    parser = argparse.ArgumentParser(prog="python3 -m tools.feed", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    only_check: bool = parser.parse_args().check
    described = document()
    problems = [*format_problems(described), *example_problems(described)]
    if problems:
        print("\n".join(problems))
        return 1
    page = render(described)
    if not only_check:
        PAGE.write_text(page, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page:
        print("docs/asyncapi.html is not what docs/asyncapi.yaml says: python3 -m tools.feed")
        return 1
    channels, messages = described["channels"], described["components"]["messages"]
    print(f"{len(channels)} channels, {len(messages)} messages")
    return 0


def document() -> dict[str, Any]:  # Any: an AsyncAPI document
    read: dict[str, Any] = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
    return read


def format_problems(described: dict[str, Any]) -> Iterator[str]:
    """Yield what AsyncAPI's own schema objects to."""
    validator = jsonschema.Draft7Validator(json.loads(SCHEMA.read_text()))
    for error in validator.iter_errors(described):
        deepest = jsonschema.exceptions.best_match([error])
        yield f"{'/'.join(map(str, error.absolute_path))}: {(deepest or error).message[:200]}"


def example_problems(described: dict[str, Any]) -> Iterator[str]:
    """Yield which examples do not fit their messages."""
    for name, message in described["components"]["messages"].items():
        for example in message["examples"]:
            for error in payload_validator(described, name).iter_errors(example["payload"]):
                yield f"example of {name}: {error.message}"


def payload_validator(described: dict[str, Any], message: str) -> jsonschema.Draft7Validator:
    """Return what judges a message's payload, its byte strings written as hexadecimal digits."""
    schema = described["components"]["messages"][message]["payload"]
    return jsonschema.Draft7Validator({**schema, "components": described["components"]})


def render(described: dict[str, Any]) -> str:
    """Return the page."""
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.globals["resolve"] = lambda part: _resolve(described, part)
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(feed=described)


def _resolve(described: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference within the document; what stands beside it goes before."""
    if "$ref" not in part:
        return part
    found: Any = described
    for step in part["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return {**_resolve(described, found), **{k: v for k, v in part.items() if k != "$ref"}}


if __name__ == "__main__":
    sys.exit(main())
