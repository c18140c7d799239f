"""What a board does at power-on: read its settings, and play the role they give it."""

import asyncio
import gc

from turna_board import stack, watchdog
from turna_board.board import BOARDS
from turna_protocol.errors import MalformedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine

    Role = Coroutine[object, object, None]


# Garbage is swept after so much of it, not when there is room for no more: the heap stays in one
# piece, and each sweep is as short as the last.
SWEEP_AFTER_BYTES = 12 * 1024


def main() -> None:
    """Run the role until the power goes; Ctrl-C ends in the prompt."""
    gc.threshold(SWEEP_AFTER_BYTES)
    try:
        role = _role()
        stack.sweep()
        asyncio.run(role)
    except KeyboardInterrupt:
        watchdog.be_patient()
    except MemoryError:
        watchdog.bite()  # what matters is in flash, and the next life begins in good order
    except Exception as error:  # noqa: BLE001 - whatever it was, say it, and start again
        asyncio.run(_unprovisioned("", f"fault: {type(error).__name__}", restarts=True))


def _role() -> "Role":
    """Return what to run; the settings themselves are forgotten before it runs."""
    from turna_board import settings

    try:
        found = settings.load()
    except settings.SettingsError as error:
        return _unprovisioned(error.board, str(error))
    board = str(found.get("board"))
    if board not in BOARDS:
        return _unprovisioned(board, "settings: board")
    if found.get("role") == "modem":
        from turna_modem.app import run as run_modem

        return run_modem(board, watched=found.get("watchdog") is not False)
    if found.get("role") == "relay":
        return _relay(board, found)
    return _handset(board, found)


def _relay(board: str, found: dict[str, object]) -> "Role":
    from turna_relay.setting import read_setting

    try:
        setting = read_setting(found)
    except MalformedError as error:
        return _unprovisioned(board, f"settings: {error}")
    from turna_relay.app import run

    return run(setting)


def _handset(board: str, found: dict[str, object]) -> "Role":
    from turna_handset import parts
    from turna_handset.kit import read_provisioning

    try:
        provisioning = read_provisioning(found)
    except MalformedError as error:
        return _unprovisioned(board, f"settings: {error}")
    parts.forget(parts.FOR_THE_START)
    parts.load(parts.PARTS)
    from turna_handset.app import run

    return run(provisioning)


def _unprovisioned(board: str, reason: str, *, restarts: bool = False) -> "Role":
    from turna_handset.unprovisioned import run

    return run(board, reason, restarts=restarts)


main()
