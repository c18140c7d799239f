"""Runs other programs, and lets a person see why one failed."""

import subprocess
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

LINES_OF_A_FAILURE = 25
ANSWERS_WITHIN_S = 60


class CommandError(Exception):
    """A program that set-up needs did not succeed; the text ends with what it said last."""


def run(
    command: Sequence[str | Path],
    *,
    on_line: Callable[[str], None] = lambda _line: None,
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> list[str]:
    """Run the command, give `on_line` each line as it comes, return the last lines."""
    words = [str(word) for word in command]
    tail: deque[str] = deque(maxlen=LINES_OF_A_FAILURE)
    try:
        process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=environment,
            cwd=cwd,
        )
    except OSError as problem:
        raise CommandError(f"{words[0]}: {problem.strerror}") from None
    with process:
        assert process.stdout is not None
        for line in process.stdout:
            tail.append(line.rstrip())
            on_line(line.rstrip())
    if process.returncode:
        said = "\n".join("    " + line for line in tail)
        raise CommandError(f"{' '.join(words[:6])} ... ended with {process.returncode}:\n{said}")
    return list(tail)


def output(command: Sequence[str | Path], *, good: tuple[int, ...] = (0,)) -> str:
    """Return what the command prints, or raise `CommandError` if its exit code is not good."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=ANSWERS_WITHIN_S,
        )
    except OSError as problem:
        raise CommandError(f"{words[0]}: {problem.strerror}") from None
    except subprocess.TimeoutExpired:
        raise CommandError(f"{words[0]} gave no answer within {ANSWERS_WITHIN_S} s") from None
    if done.returncode not in good:
        said = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["nothing"]
        raise CommandError(f"{words[0]} ended with {done.returncode}: {said[0]}")
    return done.stdout
