"""Reads what the mission kit tells a relay: its board and its channel, and no key.

A relay that falls into wrong hands gives away nothing.
"""

from turna_protocol.mission import channel_from_json, text_of
from turna_protocol.regions import refusal, sub_band

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turna_protocol.channel import Channel


class RelaySetting:
    """A relay's settings, checked; `refusal` says why it must not transmit, or None."""

    def __init__(self, *, board: str, region: str, channel: "Channel", watchdog: bool) -> None:
        self.board = board
        self.channel = channel
        self.refusal = refusal(region, channel)
        self.watchdog = watchdog
        band = sub_band(region, channel)
        self.band = "" if band is None else band.name
        self.duty_permille = None if band is None else band.duty_permille


def read_setting(data: dict[str, object]) -> RelaySetting:
    """Take the object of `relay.json`; raise MalformedError naming the field."""
    return RelaySetting(
        board=text_of(data, "board"),
        region=text_of(data, "region"),
        channel=channel_from_json(data.get("radio")),
        watchdog=data.get("watchdog") is not False,
    )
