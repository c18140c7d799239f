"""Files in flash: whether one is there, and how one is replaced as a whole or not at all."""

import os

TEMPORARY_SUFFIX = ".tmp"  # what a power cut left half written has it, and counts for nothing


def exists(path: str) -> bool:
    """Tell whether there is such a file or directory."""
    try:
        os.stat(path)
    except OSError:
        return False
    return True


def replace(path: str, *parts: bytes) -> None:
    """Write these, one behind the other, in place of what the file held; or raise OSError."""
    temporary = path + TEMPORARY_SUFFIX
    with open(temporary, "wb") as file:
        for part in parts:
            file.write(part)
        file.flush()
    os.rename(temporary, path)
