"""ESP32 non-volatile storage: small values by namespace and key, durable from their commit on."""

import json
import struct
from collections.abc import Callable
from pathlib import Path

_GET_I32, _SET_I32, _GET_BLOB, _SET_BLOB, _ERASE, _COMMIT = range(6)
_OK = b"\x00"
_NOT_FOUND = b"\x01"


class Storage:
    """Keeps values in a JSON file beside the flash image."""

    def __init__(self, path: Path, written: Callable[[], None]) -> None:
        self._path = path
        self._written = written
        self._values: dict[str, str] = {}
        self.lose_uncommitted()

    def lose_uncommitted(self) -> None:
        """Fall back to what was committed last."""
        self._values = json.loads(self._path.read_text()) if self._path.exists() else {}

    def serve(self, operation: int, payload: bytes) -> bytes:
        """Carry out a request of the firmware; return a status and a value."""
        namespace, rest = _take(payload)
        key, value = _take(rest)
        kind = "i32" if operation in (_GET_I32, _SET_I32) else "blob"
        name = f"{namespace}/{key}"
        if operation in (_GET_I32, _GET_BLOB):
            held = self._values.get(f"{name}:{kind}")
            return _NOT_FOUND if held is None else _OK + bytes.fromhex(held)
        if operation in (_SET_I32, _SET_BLOB):
            self._values[f"{name}:{kind}"] = value.hex()
        elif operation == _ERASE:
            return self._erase(name)
        else:
            self._commit()
        return _OK

    def value(self, namespace: str, key: str) -> int | bytes | None:
        """Return a committed value, for tests."""
        committed = json.loads(self._path.read_text()) if self._path.exists() else {}
        if (held := committed.get(f"{namespace}/{key}:i32")) is not None:
            return int(struct.unpack("<i", bytes.fromhex(held))[0])
        held = committed.get(f"{namespace}/{key}:blob")
        return None if held is None else bytes.fromhex(held)

    def _erase(self, name: str) -> bytes:
        found = [key for key in self._values if key.rpartition(":")[0] == name]
        for key in found:
            del self._values[key]
        return _OK if found else _NOT_FOUND

    def _commit(self) -> None:
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(self._values, sort_keys=True))
        fresh.replace(self._path)
        self._written()


def _take(payload: bytes) -> tuple[str, bytes]:
    end = 1 + payload[0]
    return payload[1:end].decode(), payload[end:]
