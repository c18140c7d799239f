"""The terms of a deployment as a person gives them: region, channel, power, origin, epoch."""

from collections.abc import Mapping
from pathlib import Path

from turna.usage import UsageError
from turna_gateway.config import TEMPLATE as GATEWAY_TEMPLATE
from turna_protocol import json_form, regions
from turna_protocol.channel import Channel
from turna_protocol.errors import MalformedError
from turna_protocol.frame import Frame
from turna_protocol.mission import Mission
from turna_protocol.regions import USUAL_CHANNEL
from turna_secretariat.config import TEMPLATE as SECRETARIAT_TEMPLATE

LANGUAGES = ("en", "tr", "az", "kk", "ky", "uz", "uz@cyrillic", "tk", "hu", "ru")
PREAMBLE_SYMBOLS_MAX = 128  # a quarter of a second at SF8: longer ones gain next to nothing
USUAL_POWER_MAX_DBM = 14  # every board's radio gives it without an amplifier
_EPOCH_MAX_S = 0xFFFFFFFF  # turna_protocol.mission


def region_question() -> str:
    """Return what to ask for a region: which there are to choose from."""
    usable = [name for name, region in regions.REGIONS.items() if region.sub_bands]
    return f"the region whose rules apply, one of {', '.join(usable)}"


def channel(
    region_name: str,
    freq_hz: int | None,
    power_dbm: int | None,
    preamble_symbols: int = USUAL_CHANNEL.preamble_symbols,
) -> Channel:
    """Return the channel of a deployment; UsageError if the region does not allow it."""
    if not USUAL_CHANNEL.preamble_symbols <= preamble_symbols <= PREAMBLE_SYMBOLS_MAX:
        shortest = USUAL_CHANNEL.preamble_symbols
        raise UsageError(f"a preamble has {shortest} to {PREAMBLE_SYMBOLS_MAX} symbols")
    region = regions.REGIONS.get(region_name)
    if region is None:
        raise UsageError(f"there is no region {region_name}; give {region_question()}")
    if not region.sub_bands:
        raise UsageError(f"region {region.name} allows no transmission: {region.source}")
    chosen = USUAL_CHANNEL.replace(
        freq_hz=region.channels_hz[0] if freq_hz is None else freq_hz,
        preamble_symbols=preamble_symbols,
    )
    if power_dbm is None:
        band = regions.sub_band(region_name, chosen)
        power_dbm = min(USUAL_POWER_MAX_DBM, band.eirp_max_dbm_x100 // 100) if band else 0
    chosen = chosen.replace(power_dbm=power_dbm)
    refused = region.refusal(chosen)
    if refused is not None:
        raise UsageError(refused)
    return chosen


def second_channel(mission: Mission, mhz: float | None) -> int | None:
    """Return a second channel in Hz; UsageError where law or the first channel leave no room."""
    if mhz is None:
        return None
    first, freq_hz = mission.channel, round(mhz * 1_000_000)
    refused = regions.refusal(mission.region, first.replace(freq_hz=freq_hz))
    if refused is not None:
        raise UsageError(refused)
    if 0 < abs(freq_hz - first.freq_hz) < 2 * first.bandwidth_hz:
        raise UsageError(f"{mhz} MHz is too near the first channel, {first.freq_hz / 1e6} MHz")
    return freq_hz


def origin(text: str) -> tuple[int, int]:
    """Return (latitude, longitude) in 1e-5 degrees."""
    try:
        lat, lon = (float(part) for part in text.split(","))
    except ValueError:
        raise UsageError(f"{text!r} is not LAT,LON in degrees, as in 36.2,36.16") from None
    if "." not in text:  # 36,2 may be meant as one number, with a decimal comma
        meant = ",".join(f"{part.strip()}.0" for part in text.split(","))
        raise UsageError(f"{text!r} may be one number or two: write degrees with dots, as {meant}")
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise UsageError(f"{text!r} is not on Earth")
    return round(lat * 100_000), round(lon * 100_000)


def origin_in_words(frame: Frame) -> str:
    """Return the origin for a person to look at: a slip here puts everything elsewhere."""
    lat, lon = frame.origin_lat_e5 / 1e5, frame.origin_lon_e5 / 1e5
    north, east = "S" if lat < 0 else "N", "W" if lon < 0 else "E"
    return f"{abs(lat):.5f} {north}, {abs(lon):.5f} {east}"


def epoch_s(text: str | None, usual_s: int) -> int:
    """Return the moment from which times of reports count."""
    if text is None:
        return usual_s
    try:
        found = json_form.time_from_json(text)
    except MalformedError as error:
        raise UsageError(f"--epoch: {str(error).removeprefix('time: ')}") from None
    if found > _EPOCH_MAX_S:
        raise UsageError("--epoch: no epoch of a deployment is after 2106")
    return found


def write_service_settings(
    directory: Path, mission: Mission, second_modems: Mapping[str, int]
) -> None:
    """Put the services' settings beside the kit; keep those that are there."""
    _keep_or_write(directory / ".gitignore", "*\n")  # a kit is full of keys, wherever it is made
    _keep_or_write(directory / "secretariat.toml", SECRETARIAT_TEMPLATE.replace('"kit/', '"'))
    for gateway in mission.gateways:
        text = GATEWAY_TEMPLATE.replace('"kit/', '"').replace("NAME", gateway.name)
        text = text.replace("gateway.db", f"gateway-{gateway.name}.db")
        if gateway.name in second_modems:
            text = _with_second_modem(text, second_modems[gateway.name])
        _keep_or_write(directory / f"gateway-{gateway.name}.toml", text)


def _with_second_modem(text: str, freq_hz: int) -> str:
    """Take the second modem's lines out of their comments; whose port is whose, a person says."""
    before, mark, after = text.partition("# [second_modem]")
    lines = (mark + after).split("\n")
    of_modem = [line.removeprefix("# ") for line in lines[: lines.index("")]]
    said = [f"freq_hz = {freq_hz}" if one.startswith("freq_hz") else one for one in of_modem]
    return before + "\n".join(said + lines[lines.index("") :])


def _keep_or_write(path: Path, text: str) -> None:
    if not path.exists():
        path.write_text(text, encoding="utf-8")
