"""How a handset is switched off: everything rests, and only the button wakes it."""

from turna_board.board import load_profile
from turna_board.light_sleep import switch_off
from turna_board.supply import cut_rail

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turna_board.supply import Supply

    from .courier import Courier
    from .panel import Panel


async def go_off(courier: "Courier", panel: "Panel", supply: "Supply", board: str) -> None:
    """Sleep until somebody presses the button; the handset then starts anew."""
    await courier.rest()
    panel.rest()
    supply.want_receiver(False)
    cut_rail(load_profile(board))
    switch_off()
