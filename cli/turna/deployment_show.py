"""A mission kit in words, without any key; and the regions with the sources of their rules."""

import json
from datetime import UTC, datetime

from turna.deployment import USUAL_BOARD, Kit
from turna_protocol import mission, regions
from turna_protocol.revocation import Revocations

_ROW = "  {:<16} {:>4}  {:<8} {:<3} {:<16} {:<13} {}"


def kit(found: Kit, revoked: Revocations, *, as_json: bool) -> str:
    """Return what is in a kit; the master and all that is made of it stay out."""
    if as_json:
        form = mission.mission_to_json(found.mission)
        form["handset_boards"] = {str(k): v for k, v in found.handset_boards.items()}
        form["modem_boards"] = dict(found.modem_boards)
        form["second_channels_hz"] = {str(k): v for k, v in found.second_channels.items()}
        form["second_modems_hz"] = dict(found.second_modems)
        form["revoked"] = {str(k): v for k, v in revoked.as_list().entries.items()}
        return json.dumps(form, indent=2, ensure_ascii=False)
    made = found.mission
    lines = [*_terms(made), f"gateways: {len(made.gateways) or 'none yet'}"]
    for gateway in made.gateways:
        board = found.modem_boards.get(gateway.name, USUAL_BOARD)
        second_hz = found.second_modems.get(gateway.name)
        second = "" if second_hz is None else f", a second one on {second_hz / 1e6:.3f} MHz"
        lines.append(
            f"  {gateway.name:<16} {gateway.index:>4}  {gateway.country}  modem {board}{second}"
        )
    lines.append(f"handsets: {len(made.devices) or 'none yet'}")
    if made.devices:
        lines.append(_ROW.format("call sign", "no.", "team", "in", "board", "hardware id", "gen."))
    lines += [
        _ROW.format(
            device.call_sign,
            device.device,
            device.team,
            device.country,
            found.handset_boards.get(device.device, USUAL_BOARD),
            device.hardware_id,
            f"{device.generation} {'REVOKED' if _counts_no_more(revoked, device) else ''}".rstrip(),
        )
        for device in made.devices
    ]
    return "\n".join(lines)


def _counts_no_more(revoked: Revocations, device: mission.Device) -> bool:
    return revoked.is_revoked(device.device, device.generation)


def _terms(made: mission.Mission) -> list[str]:
    frame, channel = made.frame, made.channel
    region = regions.REGIONS.get(made.region)
    source = "unknown to this release" if region is None else region.source
    modulation = f"{channel.bandwidth_hz // 1000} kHz, SF{channel.sf}, {channel.power_dbm} dBm"
    relays = f", {made.hops} hops by relays" if made.hops else ""
    return [
        f"{made.name} ({made.mode.upper()})",
        f"  origin   {frame.origin_lat_e5 / 1e5:.5f}, {frame.origin_lon_e5 / 1e5:.5f}",
        f"  epoch    {datetime.fromtimestamp(frame.epoch_s, UTC):%Y-%m-%d %H:%M} UTC",
        f"  region   {made.region}: {source}",
        f"  channel  {channel.freq_hz / 1e6:.3f} MHz, {modulation}{relays}",
    ]


def region_list(*, as_json: bool) -> str:
    """Return every region: where what may be sent, and who says so."""
    return json.dumps(_regions(), indent=2, ensure_ascii=False) if as_json else _in_words()


def _regions() -> list[dict[str, object]]:
    return [
        {
            "name": region.name,
            "country": region.country,
            "transmits": bool(region.sub_bands),
            "channels_hz": list(region.channels_hz),
            "eirp_max_dbm": max((b.eirp_max_dbm_x100 for b in region.sub_bands), default=0) / 100,
            "source": region.source,
        }
        for region in regions.REGIONS.values()
    ]


def _in_words() -> str:
    lines = ["None of this is legal clearance; read the source again before a deployment."]
    for region in regions.REGIONS.values():
        first = f"{region.channels_hz[0] / 1e6:.3f} MHz" if region.sub_bands else "no transmission"
        lines.append(f"  {region.name:<10} {region.country:<2}  {first:<16} {region.source}")
    return "\n".join(lines)
