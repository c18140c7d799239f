"""`esp32` on virtual hardware: non-volatile storage, wake sources, die temperature."""

import ustruct

import _link
from _gpio import number_of, soc

WAKEUP_ALL_LOW = False
WAKEUP_ANY_HIGH = True

_EXT0 = 0
_EXT1 = 1
_GPIO = 2
_TEMPERATURE = 3

# ESP-IDF nvs.h
_ERRORS = {
    1: (-0x1102, "ESP_ERR_NVS_NOT_FOUND"),
    2: (-0x1106, "ESP_ERR_NVS_INVALID_NAME"),
    3: (-0x1109, "ESP_ERR_NVS_KEY_TOO_LONG"),
    4: (-0x110C, "ESP_ERR_NVS_INVALID_LENGTH"),
}
_GET_I32, _SET_I32, _GET_BLOB, _SET_BLOB, _ERASE, _COMMIT = range(6)


def wake_on_ext0(pin, level):
    _wake_on(_EXT0, [] if pin is None else [pin], level)


def wake_on_ext1(pins, level):
    _wake_on(_EXT1, pins or [], level)


def wake_on_gpio(pins, level):
    _link.tell("e", _GPIO, bytes([int(bool(level))] + [number_of(pin) for pin in pins or []]))


def _wake_on(source, pins, level):
    numbers = [number_of(pin) for pin in pins]
    for number in numbers:
        if not soc["rtc"] >> number & 1:
            raise ValueError("invalid pin")
    _link.tell("e", source, bytes([int(bool(level))] + numbers))


def mcu_temperature():
    return ustruct.unpack("<b", _link.ask("Y", _TEMPERATURE))[0]


class NVS:
    def __init__(self, namespace):
        if not 0 < len(namespace) <= 15:
            raise OSError(*_ERRORS[2])
        self._namespace = namespace.encode()

    def get_i32(self, key):
        return ustruct.unpack("<i", self._ask(_GET_I32, key))[0]

    def set_i32(self, key, value):
        self._ask(_SET_I32, key, ustruct.pack("<i", value))

    def get_blob(self, key, buffer):
        blob = self._ask(_GET_BLOB, key)
        if len(blob) > len(buffer):
            raise OSError(*_ERRORS[4])
        buffer[: len(blob)] = blob
        return len(blob)

    def set_blob(self, key, value):
        self._ask(_SET_BLOB, key, bytes(value))

    def erase_key(self, key):
        self._ask(_ERASE, key)

    def commit(self):
        self._ask(_COMMIT, "-")

    def _ask(self, operation, key, value=b""):
        key = key.encode()
        if not 0 < len(key) <= 15:
            raise OSError(*_ERRORS[3])
        name = bytes((len(self._namespace),)) + self._namespace + bytes((len(key),)) + key
        reply = _link.ask("V", operation, name + value)
        if reply[0]:
            raise OSError(*_ERRORS[reply[0]])
        return reply[1:]
