"""What a board does at power-on: read its settings, and play the role they give it."""

import asyncio

from turna_board import settings
from turna_protocol.errors import MalformedError


def main() -> None:
    """Run the role until the power goes; Ctrl-C ends in the prompt."""
    try:
        found = settings.load()
    except settings.SettingsError as error:
        _unprovisioned("", str(error))
        return
    board = str(found.get("board"))
    if found.get("role") == "modem":
        from turna_modem.app import run as run_modem

        asyncio.run(run_modem(found))
    elif found.get("role") == "handset":
        _handset(board, found)
    else:
        _unprovisioned(board, "role")


def _handset(board: str, found: dict[str, object]) -> None:
    from turna_handset.provisioning import Provisioning

    try:
        provisioning = Provisioning(found)
    except MalformedError as error:
        _unprovisioned(board, f"settings: {error}")
        return
    from turna_handset.app import run as run_handset

    asyncio.run(run_handset(provisioning))


def _unprovisioned(board: str, reason: str) -> None:
    from turna_handset.unprovisioned import run as run_unprovisioned

    asyncio.run(run_unprovisioned(board, reason))


main()
