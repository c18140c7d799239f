"""Writes over what earlier calls have left on the stack.

The collector takes every word there that looks like an address for one, so a stale one can keep
whole modules in memory for as long as the program runs.  Call it where much was let go of.
"""

LEVELS = 12  # an import inside an import goes about as deep


def sweep(levels: int = LEVELS) -> None:
    """Lay empty frames over the stack below the caller's."""
    first = second = third = fourth = fifth = sixth = seventh = eighth = None
    if levels:
        sweep(levels - 1)
    del first, second, third, fourth, fifth, sixth, seventh, eighth
