"""Wakes a thread that waits in select()."""

import contextlib
import os
import threading

_READ_BYTES = 4_096


class Bell:
    """A pipe: whoever rings writes into it, whoever waits selects on it."""

    def __init__(self) -> None:
        self._ear, self._hammer = os.pipe()
        os.set_blocking(self._ear, False)
        os.set_blocking(self._hammer, False)
        self._lock = threading.Lock()
        self._is_up = True

    def fileno(self) -> int:
        return self._ear

    def ring(self) -> None:
        with self._lock:
            if self._is_up:
                with contextlib.suppress(BlockingIOError):  # rung often enough already
                    os.write(self._hammer, b"!")

    def answer(self) -> None:
        try:
            os.read(self._ear, _READ_BYTES)
        except BlockingIOError:
            return

    def take_down(self) -> None:
        with self._lock:
            self._is_up = False
            os.close(self._hammer)
            os.close(self._ear)
