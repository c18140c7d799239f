"""What a board does at power-on: read its settings, and play the role they give it."""

import asyncio

from turna_board import settings
from turna_board.board import BOARDS
from turna_protocol.errors import MalformedError


def main() -> None:
    """Run the role until the power goes; Ctrl-C ends in the prompt."""
    try:
        found = settings.load()
    except settings.SettingsError as error:
        _unprovisioned("", str(error))
        return
    board = str(found.get("board"))
    if board not in BOARDS:
        _unprovisioned(board, "settings: board")
    elif found.get("role") == "modem":
        _modem(board)
    else:
        _handset(board, found)


def _modem(board: str) -> None:
    from turna_modem.app import run

    asyncio.run(run(board))


def _handset(board: str, found: dict[str, object]) -> None:
    from turna_handset import parts
    from turna_handset.provisioning import Provisioning

    try:
        provisioning = Provisioning(found)
    except MalformedError as error:
        _unprovisioned(board, f"settings: {error}")
        return
    parts.load()
    from turna_handset.app import run

    try:
        asyncio.run(run(provisioning))
    except Exception as error:  # noqa: BLE001 - whatever it was, say it, and start again
        _unprovisioned(board, f"fault: {type(error).__name__}", restarts=True)


def _unprovisioned(board: str, reason: str, *, restarts: bool = False) -> None:
    from turna_handset.unprovisioned import run

    asyncio.run(run(board, reason, restarts=restarts))


main()
