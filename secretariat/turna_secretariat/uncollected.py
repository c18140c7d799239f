"""Lets much be built at once that is all kept: looking for garbage in it would take longer."""

import gc
from threading import Lock


class _Uncollected:
    """Keeps Python from it while anybody builds; may be entered from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._builders = 0

    def __enter__(self) -> None:
        with self._lock:
            self._builders += 1
            gc.disable()

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._builders -= 1
            if self._builders == 0:
                gc.enable()


uncollected = _Uncollected()
