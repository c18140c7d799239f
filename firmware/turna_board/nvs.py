"""Small numbers in the ESP32's non-volatile storage: written whole or not at all, wear-levelled."""

from esp32 import NVS

_NAMESPACE = "turna"


class Nvs:
    """Integers of 31 bits by names of at most 15 characters."""

    def __init__(self) -> None:
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
