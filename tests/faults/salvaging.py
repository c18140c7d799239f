"""A program that opens a store as at a start, which salvages a damaged one."""

import sys
from pathlib import Path

from turna_gateway.store import Store

if __name__ == "__main__":
    Store(Path(sys.argv[1]) / "gateway.db").open()
