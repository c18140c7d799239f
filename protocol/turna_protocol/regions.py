"""Where, how loudly and how long each state lets us transmit.  None of it is legal clearance.

A region is never guessed: UNSET, and every state whose rules are not known, has no sub-band and so
refuses every transmission.  Each profile names where its numbers come from.
"""

from .channel import Channel
from .record import Record

UNSET = "UNSET"

# Of the band common to the member states, for a deployment that chooses no other.
USUAL_CHANNEL = Channel(
    freq_hz=433_175_000,
    bandwidth_hz=125_000,
    sf=8,
    coding_rate=5,
    preamble_symbols=12,
    sync_word=0x12,
    power_dbm=10,
)

# Sources; tables change, read them again before a deployment:
_RP2 = "LoRa Alliance RP002-1.0.1 (2020), country table"
_ETSI = "ETSI EN 300 220-2 sub-bands"
_BAND_H = f"{_RP2}; {_ETSI}: H, 10 mW ERP, 10 %"


class SubBand(Record):
    """A stretch of spectrum with one power limit and one duty budget per hour."""

    FIELDS = ("name", "low_hz", "high_hz", "eirp_max_dbm_x100", "duty_permille", "bandwidth_max_hz")

    def __init__(
        self,
        name: str,
        low_hz: int,
        high_hz: int,
        eirp_max_dbm_x100: int,
        duty_permille: int | None,
        bandwidth_max_hz: int = 500_000,
    ) -> None:
        self.name = name
        self.low_hz = low_hz
        self.high_hz = high_hz
        self.eirp_max_dbm_x100 = eirp_max_dbm_x100
        self.duty_permille = duty_permille
        self.bandwidth_max_hz = bandwidth_max_hz


class Region(Record):
    """One state's rules in one band."""

    FIELDS = ("name", "country", "sub_bands", "channels_hz", "source")

    def __init__(
        self,
        name: str,
        country: str,
        sub_bands: tuple[SubBand, ...],
        channels_hz: tuple[int, ...],
        source: str,
    ) -> None:
        self.name = name
        self.country = country
        self.sub_bands = sub_bands
        self.channels_hz = channels_hz
        self.source = source

    def sub_band(self, freq_hz: int, bandwidth_hz: int) -> SubBand | None:
        """Return the sub-band that holds the whole channel, or None."""
        for band in self.sub_bands:
            low_hz, high_hz = freq_hz - bandwidth_hz // 2, freq_hz + bandwidth_hz // 2
            if band.low_hz <= low_hz and high_hz <= band.high_hz:
                return band
        return None

    def refusal(self, channel: Channel) -> str | None:
        """Return why a transmission is not allowed here, or None if it is."""
        if not self.sub_bands:
            return f"region {self.name}: no transmission, {self.source}"
        band = self.sub_band(channel.freq_hz, channel.bandwidth_hz)
        if band is None or channel.bandwidth_hz > band.bandwidth_max_hz:
            return f"region {self.name}: {channel.freq_hz} Hz is outside its bands"
        eirp_dbm_x100 = 100 * channel.power_dbm
        if eirp_dbm_x100 > band.eirp_max_dbm_x100:
            allowed = _dbm(band.eirp_max_dbm_x100)
            return (
                f"region {self.name}: {_dbm(eirp_dbm_x100)} EIRP is too strong, {allowed} allowed"
            )
        return None


# ERP + 2.15 dB = EIRP: 10 mW ERP 12.15 dBm, 25 mW ERP 16.12 dBm (rounded down), 500 mW ERP 29.13.
_H = SubBand("H", 433_050_000, 434_790_000, 1215, 100)
_K = SubBand("K", 863_000_000, 865_000_000, 1612, 1)
_L = SubBand("L", 865_000_000, 868_000_000, 1612, 10)
_M = SubBand("M", 868_000_000, 868_600_000, 1612, 10)
_N = SubBand("N", 868_700_000, 869_200_000, 1612, 1)
_P = SubBand("P", 869_400_000, 869_650_000, 2913, 100)
_R = SubBand("R", 869_700_000, 870_000_000, 1612, 10)

_CHANNELS_433 = (433_175_000, 433_375_000, 433_575_000)
_CHANNELS_868 = (868_100_000, 868_300_000, 868_500_000)
_EU868 = (_K, _L, _M, _N, _P, _R)


def _eu433(name: str, country: str, source: str) -> Region:
    return Region(name, country, (_H,), _CHANNELS_433, source)


def _eu868(name: str, country: str, source: str) -> Region:
    return Region(name, country, _EU868, _CHANNELS_868, source)


_PROFILES = (
    Region(UNSET, "", (), (), "no country has been set"),
    Region(
        "COMMON433",
        "",
        (SubBand("COMMON", 433_075_000, 434_775_000, 1000, 100),),
        _CHANNELS_433,
        "what the rules of AZ, KZ, TR, UZ, HU and CY for 433 MHz have in common",
    ),
    _eu433("AZ433", "az", _BAND_H),
    Region(
        "AZ868", "az", (_M, _N), _CHANNELS_868, f"{_RP2}: 868-868.6 and 868.7-869.2 only; {_ETSI}"
    ),
    Region(
        "KZ433",
        "kz",
        (SubBand("KZ433", 433_075_000, 434_775_000, 1000, None),),
        _CHANNELS_433,
        "Order No. 34 of 21 January 2015 as amended: 10 mW EIRP, no duty cycle (Meshtastic #7204)",
    ),
    Region(
        "KZ863",
        "kz",
        (SubBand("KZ863", 863_000_000, 868_000_000, 1397, None),),
        (867_100_000, 867_300_000, 867_500_000, 867_700_000, 867_900_000),
        "Order No. 34 of 21 January 2015 as amended: 25 mW EIRP, at most 500 kHz, no duty cycle, "
        "not at airports and airfields (Meshtastic #7204)",
    ),
    Region("KG", "kg", (), (), "no text on short-range devices found; only with an authorisation"),
    _eu433("TR433", "tr", f"{_BAND_H}; BTK decision 2018/DK-SYD/245 not read"),
    _eu868("TR868", "tr", f"{_RP2}: 863-870; {_ETSI}; BTK decision 2018/DK-SYD/245 not read"),
    _eu433("UZ433", "uz", _BAND_H),
    Region(
        "UZ923", "uz", (), (), "The Things Network's UZ_923_1 is a draft; only with an authority"
    ),
    _eu433("HU433", "hu", _BAND_H),
    _eu868("HU868", "hu", f"{_RP2}: 863-873; {_ETSI}"),
    Region("TM", "tm", (), (), "nothing found; only with an authorisation"),
    _eu433("CY433", "cy", f"{_BAND_H}; Northern Cyprus has its own Telsiz Tuzugu: verify"),
    _eu868("CY868", "cy", f"{_RP2}: 863-870; {_ETSI}; Northern Cyprus: verify"),
)

REGIONS = {region.name: region for region in _PROFILES}


def refusal(region_name: str, channel: Channel) -> str | None:
    """Return why nothing may be sent on this channel, in words for a person, or None if it may.

    `power_dbm` counts as what is radiated: an antenna with gain needs that much less of it.
    """
    region = REGIONS.get(region_name)
    return f"unknown region {region_name}" if region is None else region.refusal(channel)


def sub_band(region_name: str, channel: Channel) -> SubBand | None:
    """Return the sub-band that a channel lies in; None where it lies in none."""
    region = REGIONS.get(region_name)
    return None if region is None else region.sub_band(channel.freq_hz, channel.bandwidth_hz)


def _dbm(dbm_x100: int) -> str:
    sign = "-" if dbm_x100 < 0 else ""
    return f"{sign}{abs(dbm_x100) // 100}.{abs(dbm_x100) % 100:02} dBm"
