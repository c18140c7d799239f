"""Every command has an example in its help, and understands it."""

import argparse
import importlib
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from turna.__main__ import COMMANDS, main
from turna.examples import EXAMPLES, leaves

# Where a shell takes over.
_OF_THE_SHELL = ("<", ">", "||", "|")


def _parsers() -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for name, (module, _) in COMMANDS.items():
        parser = argparse.ArgumentParser(exit_on_error=False)
        importlib.import_module(module).add_arguments(parser)
        yield from leaves(parser, name)


def test_there_is_an_example_of_every_command_and_of_nothing_else() -> None:
    assert {name for name, _ in _parsers()} == set(EXAMPLES)


def test_every_command_understands_its_example() -> None:
    for name, parser in _parsers():
        words = shlex.split(EXAMPLES[name])
        end = next((i for i, word in enumerate(words) if word in _OF_THE_SHELL), len(words))
        parser.parse_args(words[:end])


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_help_ends_with_the_example_in_one_line(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*name.split(), "--help"])
    assert ended.value.code == 0
    example = f"example:\n  turna {name} {EXAMPLES[name]}".rstrip()
    assert capsys.readouterr().out.rstrip().endswith(example)


def test_a_file_that_cannot_be_written_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kit = str(tmp_path / "kit")
    made = ("deployment", "new", kit, "--name", "T", "--region", "COMMON433", "--origin", "1.5,2.5")
    assert main([*made]) == 0
    handset = ("--team", "TUR01", "--country", "tr", "--virtual")
    assert main(["deployment", "add-handset", kit, *handset]) == 0
    assert main(["deployment", "label", kit, "--out", str(tmp_path / "none" / "x.html")]) == 2
    assert "x.html: No such file or directory" in capsys.readouterr().err
