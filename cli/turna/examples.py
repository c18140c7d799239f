"""An example of every command, at the end of its help: what a person can type and change."""

import argparse
from collections.abc import Iterator

_SECRETARIAT = "--config secretariat.toml"
_AT_THE_PAGE = "--page http://127.0.0.1:8470 --account aylin"

# By command; each is a whole line that its command understands.
EXAMPLES = {
    "demo": "--for 60 --speed 10 --seed 7 --json",
    "wire encode": "--origin 36.2,36.16 --epoch 2026-08-01T00:00:00Z < reports.jsonl",
    "wire decode": "--origin 36.2,36.16 --epoch 2026-08-01T00:00:00Z < reports.hex",
    "wire schema": "> reports.schema.json",
    "deployment new": 'hatay --name "HATAY 2026" --region COMMON433 --origin 36.2,36.16',
    "deployment add-handset": (
        "hatay --team TUR01 --country tr --board heltec_v3 --port /dev/ttyUSB0"
    ),
    "deployment add-gateway": "hatay --name hatay-1 --country tr",
    "deployment show": "hatay",
    "deployment provision": "hatay --handset TUR01-1 --port /dev/ttyUSB0 --label label.html",
    "deployment label": "hatay --out labels.html",
    "deployment revoke": (
        'hatay TUR01-2 --page http://127.0.0.1:8470 --account aylin --reason "lost at Antakya"'
    ),
    "deployment regions": "",
    "flash": "--board heltec_v3 --port /dev/ttyUSB0 --image ESP32_GENERIC_S3.bin",
    "simulate": "hatay",
    "gateway run": "--config gateway.toml",
    "gateway check": "",
    "gateway configfile": "> gateway.toml",
    "gateway status": "--config gateway.toml --watch",
    "gateway healthcheck": "--config gateway.toml || notify-the-operator",
    "secretariat run": _SECRETARIAT,
    "secretariat configfile": "> secretariat.toml",
    "secretariat export": f"{_SECRETARIAT} --format insarag-csv --since 24h --out f.csv",
    "secretariat tak": f"{_SECRETARIAT} --to udp://239.2.3.1:6969",
    "secretariat watch": f"{_SECRETARIAT} --once --json || notify-the-duty-officer",
    "secretariat account add": (
        f'{_SECRETARIAT} --person "Aylin Demir" --role officer --country tr aylin'
    ),
    "secretariat account change": f"{_SECRETARIAT} --role observer aylin",
    "secretariat account password": f"{_SECRETARIAT} --make aylin",
    "secretariat account disable": f"{_SECRETARIAT} aylin",
    "secretariat account enable": f"{_SECRETARIAT} aylin",
    "secretariat account sign-out": f"{_SECRETARIAT} aylin",
    "secretariat account list": _SECRETARIAT,
    "secretariat account log": f"{_SECRETARIAT} --kind keys --kind accounts --since 24h",
    "secretariat send": (
        f"task task=search worksite=TUR01-0003 text='2. kat' --team TUR01 {_AT_THE_PAGE}"
    ),
    "secretariat sent": f"12 {_AT_THE_PAGE}",
    "secretariat withdraw": f"12 {_AT_THE_PAGE}",
    "secretariat revoke": f'TUR01-2 --reason "left in the school" {_AT_THE_PAGE}',
}


class Help(argparse.HelpFormatter):
    """Leaves an example in one line, as it is to be typed."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return text if text.startswith("example:") else super()._fill_text(text, width, indent)


def add_to(parser: argparse.ArgumentParser, words: str) -> None:
    """Give each command below `words` its example."""
    for name, command in leaves(parser, words):
        command.formatter_class = Help
        command.epilog = f"example:\n  turna {name} {EXAMPLES[name]}".rstrip()


def leaves(
    parser: argparse.ArgumentParser, words: str
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Yield each command that has no commands of its own, with the words that lead to it."""
    groups = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]  # noqa: SLF001  # no other way
    if not groups:
        yield words, parser
    for group in groups:
        for name, command in group.choices.items():
            yield from leaves(command, f"{words} {name}")
