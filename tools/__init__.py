"""What builds, checks and proves Turna: standard library only, run by the bare system Python."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - an older Python should hear why, not see a SyntaxError
    sys.exit(
        "Turna needs Python 3.11 or newer, this is %d.%d. "  # noqa: UP031 - must parse anywhere
        "If a newer one is installed, name it: make PYTHON=python3.12 ..." % sys.version_info[:2]
    )
