"""Start of a board's interpreter: link, console, file system, then the firmware's main.py.

Runs as `micropython _boot.py DESCRIPTOR`.
"""

import sys

sys.path[:] = [sys.argv[0].rsplit("/", 1)[0], ".frozen"]

import _start

_start.run(int(sys.argv[1]), {"__name__": "__main__"})
