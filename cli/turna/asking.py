"""Asks a person at a terminal for an option that was not given; elsewhere says what is missing."""

import sys

from turna.usage import UsageError


def given_or_asked(given: str | None, option: str, question: str, usual: str | None = None) -> str:
    """Return the option's value, or what a person answers; an empty answer takes the usual one."""
    if given is not None:
        return given
    if not sys.stdin.isatty():
        if usual is not None:
            return usual
        raise UsageError(f"{option} is missing: {question}")
    shown = f"{question} [{usual}]: " if usual is not None else f"{question}: "
    while True:
        answer = input(shown).strip()
        if answer or usual is not None:
            return answer or str(usual)
