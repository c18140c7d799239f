"""`turna deployment revoke`: lost handsets' keys count no more, by a list that the kit's key signs.

The same list as the Secretariat's own, signed the same way: it lies in the kit beside mission.json,
and whoever reads that reads both.  With a page, the Secretariat is told at once as well.
"""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from turna import secretariat_send
from turna.deployment import Kit, write_public
from turna.deployment_kit import device_of, read_kit
from turna.usage import UsageError
from turna_backbone.configuration import ConfigurationError
from turna_backbone.kit import REVOCATIONS_FILE, REVOCATIONS_NUMBER, read_revocations
from turna_protocol import keys
from turna_protocol.mission import Device, Mission
from turna_protocol.revocation import ENTRIES_MAX, RevocationList, Revocations
from turna_secretariat.down_sealing import Authority

_ID_BYTES = 8


def add_arguments(task: argparse.ArgumentParser) -> None:
    task.add_argument("call_signs", nargs="+", metavar="CALL_SIGN", help="as in TUR01-2")
    task.add_argument("--yes", action="store_true", help="do not ask")
    task.add_argument("--page", help="also tell the Secretariat now, as in http://127.0.0.1:8470")
    task.add_argument("--account", help="who you are at the page")
    task.add_argument("--ca", type=Path, metavar="FILE", help="who signed the page's certificate")
    task.add_argument("--reason", default="", help="why; stands at the page and in its audit log")


def run(args: argparse.Namespace) -> int:
    """Revoke them in the kit, then at the Secretariat if there is one to be reached."""
    if (args.page is None) != (args.account is None):
        raise UsageError("--page and --account go together")
    kit = read_kit(args.kit)
    devices = [device_of(kit.mission, name) for name in args.call_signs]
    names = ", ".join(device.call_sign for device in devices)
    if not args.yes and not secretariat_send.agreed(
        f"{names}: nothing they say counts ever after, an SOS included. Revoke them?"
    ):
        print("nothing was revoked")
        return 1
    version = revoke(args.kit, kit, devices)
    print(f"{names}: revoked, list {version} in {args.kit / REVOCATIONS_FILE}")
    if args.page is None:
        print("Copy it to where mission.json is at the Secretariat (which tells all gateways), or")
        print("at each gateway, and start them again. At once: --page, or turna secretariat revoke")
    else:
        page = secretariat_send.Page(args.page, args.ca)
        secretariat_send.revoke(page, args.account, [one.device for one in devices], args.reason)
    print(f"The same handset again: turna deployment add-handset {args.kit} --replaces CALL_SIGN")
    return 0


def revoke(folder: Path, kit: Kit, devices: Sequence[Device]) -> int:
    """Write the list with these handsets' present keys on it; return its version."""
    before = revoked(folder, kit.mission)
    if all(before.is_revoked(one.device, one.generation) for one in devices):
        raise UsageError("their keys are revoked already")
    entries = before.as_list().entries | {one.device: one.generation for one in devices}
    if len(entries) > ENTRIES_MAX:
        raise UsageError("more handsets than a list holds: make a new kit")
    newer = RevocationList(before.version + 1, entries)
    authority = Authority(keys.authentication_branch(kit.master))
    (part,) = authority.revocations(os.urandom(_ID_BYTES), REVOCATIONS_NUMBER, newer).parts
    content: dict[str, object] = {"content": part.content.hex(), "signature": part.tag.hex()}
    write_public(folder / REVOCATIONS_FILE, {"revoked": _said(kit.mission, entries), **content})
    return newer.version


def revoked(folder: Path, mission: Mission) -> Revocations:
    """Return whose keys are revoked in a kit; UsageError if the list is not the kit's own."""
    try:
        return read_revocations(folder, mission)
    except ConfigurationError as error:
        raise UsageError(str(error)) from None


def _said(mission: Mission, entries: dict[int, int]) -> list[str]:
    """Return the list in words, for people: only what is signed counts."""
    names = {device.device: device.call_sign for device in mission.devices}
    return [
        f"{names.get(device, device)}, keys up to generation {generation}"
        for device, generation in sorted(entries.items())
    ]
