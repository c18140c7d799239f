"""What one handset is and may do in its mission; `kit` reads it from the settings.

Holds nothing that draws in the rules it was checked by: they are forgotten after the start.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from turna_protocol.channel import Channel
    from turna_protocol.frame import Frame


class Provisioning:
    """A handset's settings, checked; the keys stay out of every representation."""

    def __init__(
        self,
        *,
        board: str,
        device: int,
        call_sign: str,
        mode: int,
        frame: "Frame",
        region: str,
        channel: "Channel",
        hops: int,
        band: str,
        duty_permille: int | None,
        refusal: str | None,
        link_key: bytes,
        authentication_key: bytes,
        broadcast_key: bytes,
        public_key: bytes,
        alert_anchors: tuple[bytes, ...],
        position_interval_s: int,
        health_interval_s: int,
        fix_interval_s: int,
        power: str,
        language: str,
        watchdog: bool,
        phone_code: bytes = b"",
    ) -> None:
        self.board = board
        self.device = device
        self.call_sign = call_sign
        self.mode = mode  # wire number
        self.frame = frame
        self.region = region
        self.channel = channel
        self.hops = hops  # by how many relays its packets may be passed on
        self.band = band  # the sub-band of the channel; empty: none, so no transmission
        self.duty_permille = duty_permille
        self.refusal = refusal  # why this handset must not transmit, or None
        self.link_key = link_key
        self.authentication_key = authentication_key
        self.broadcast_key = broadcast_key
        self.public_key = public_key  # the Secretariat's; empty: nothing signed is believed
        self.alert_anchors = alert_anchors  # of `alerts`; empty: no alert is believed
        self.position_interval_s = position_interval_s
        self.health_interval_s = health_interval_s
        self.fix_interval_s = fix_interval_s
        self.power = power  # of `power.MODES`, until another is chosen
        self.language = language  # code; whether this firmware speaks it is for `labels`
        self.watchdog = watchdog
        self.phone_code = phone_code  # of its own network, for its screen; empty: words must do
