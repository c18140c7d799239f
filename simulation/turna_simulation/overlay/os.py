"""`os` with a random source that the scenario's seed decides."""

import uhashlib
import uos
from uos import *

_HIDDEN = ".host"  # where ROM is: a board does not list it

_seed = b""
_drawn = 0


def _set_seed(seed):
    global _seed
    _seed = seed


def urandom(count):
    global _drawn
    data = b""
    while len(data) < count:
        _drawn += 1
        data += uhashlib.sha256(_seed + str(_drawn).encode()).digest()
    return data[:count]


def ilistdir(path="."):
    return (entry for entry in uos.ilistdir(path) if not entry[0].startswith(_HIDDEN))


def listdir(path="."):
    return [entry[0] for entry in ilistdir(path)]


def uname():
    return ("esp32", "esp32", "1.25.0", "v1.25.0", "Virtual board with ESP32")
