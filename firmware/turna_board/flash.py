"""What outlasts a power cut: files replaced as a whole or not at all, and small numbers in NVS."""

import os

TEMPORARY_SUFFIX = ".tmp"  # what a power cut left half written has it, and counts for nothing
_NAMESPACE = "turna"


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


class Nvs:
    """Integers of 31 bits by names of at most 15 characters."""

    def __init__(self) -> None:
        from esp32 import NVS  # files are for every interpreter

        self._nvs = NVS(_NAMESPACE)

    def get(self, name: str) -> int | None:
        """Return the number, or None if there is none (or stock MicroPython erased it at boot)."""
        try:
            return self._nvs.get_i32(name)
        except OSError:
            return None

    def put(self, name: str, value: int) -> None:
        """Return when the number is durable."""
        self._nvs.set_i32(name, value)
        self._nvs.commit()
