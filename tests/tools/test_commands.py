import sys

import pytest

from tools.commands import CommandError, output, run


def test_lines_are_given_as_they_come() -> None:
    lines: list[str] = []
    run([sys.executable, "-c", "print('one'); print('two')"], on_line=lines.append)
    assert lines == ["one", "two"]


def test_a_failure_ends_with_what_the_program_said() -> None:
    with pytest.raises(CommandError, match=r"(?s)ended with 3.*the disk is full"):
        run([sys.executable, "-c", "print('the disk is full'); raise SystemExit(3)"])


def test_a_missing_program_is_one_sentence() -> None:
    with pytest.raises(CommandError, match=r"^no-such-program: No such file or directory$"):
        output(["no-such-program"])


def test_an_exit_code_may_be_good() -> None:
    assert output([sys.executable, "-c", "print(1); raise SystemExit(3)"], good=(3,)) == "1\n"
