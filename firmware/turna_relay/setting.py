"""Reads what the mission kit tells a relay: its board and its channel, and no key.

A relay that falls into wrong hands gives away nothing.
"""

from turna_protocol.errors import MalformedError
from turna_protocol.mission import radio_from_json
from turna_protocol.regions import REGIONS, refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turna_protocol.mission import Radio


class RelaySetting:
    """A relay's settings, checked; `refusal` says why it must not transmit, or None."""

    def __init__(self, *, board: str, region: str, radio: "Radio", watchdog: bool) -> None:
        self.board = board
        self.channel = {name: getattr(radio, name) for name in radio.FIELDS if name != "hops"}
        self.refusal = refusal(region, radio.freq_hz, radio.bandwidth_hz, radio.power_dbm)
        self.watchdog = watchdog
        place = REGIONS.get(region)
        band = None if place is None else place.sub_band(radio.freq_hz, radio.bandwidth_hz)
        self.band = "" if band is None else band.name
        self.duty_permille = None if band is None else band.duty_permille


def read_setting(data: dict[str, object]) -> RelaySetting:
    """Take the object of `relay.json`; raise MalformedError naming the field."""
    board, region = data.get("board"), data.get("region")
    if not isinstance(board, str):
        raise MalformedError("board")
    if not isinstance(region, str):
        raise MalformedError("region")
    return RelaySetting(
        board=board,
        region=region,
        radio=radio_from_json(data.get("radio")),
        watchdog=data.get("watchdog") is not False,
    )
