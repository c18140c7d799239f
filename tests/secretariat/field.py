"""The field as the Secretariat's tests need it: handsets that seal, a gateway that carries."""

from collections.abc import Sequence
from pathlib import Path

from turna.deployment import GatewayPlan, TeamPlan, make_deployment
from turna_backbone.envelope import ReportEnvelope
from turna_protocol import codes, keys, sealing
from turna_protocol.acknowledgement import Receipt, pack_receipts, unpack_receipts
from turna_protocol.packet import HEADER_BYTES, REPORT
from turna_protocol.reports import Fix, Position, Report, Sos, encode_report

EPOCH_S = 1_790_000_000
BOOT_ID = b"boot-id1"


TEAMS = (TeamPlan("TUR01", "tr"), TeamPlan("AZE01", "az"))


class Field:
    """The handsets of some teams (devices 1, 2, ...) and a gateway of one mission."""

    def __init__(self, directory: Path, teams: Sequence[TeamPlan] = TEAMS) -> None:
        self.master = bytes(range(32))
        self.mission = make_deployment(
            directory,
            name="TEST",
            mode="exercise",
            origin=(3_620_000, 3_616_000),
            epoch_s=EPOCH_S,
            region="COMMON433",
            teams=list(teams),
            gateways=[GatewayPlan("hatay-1", "tr")],
            master=self.master,
        )

    def authentication_key(self, device: int) -> bytes:
        return keys.authentication_key(
            keys.authentication_branch(self.master), *self._identity(device)
        )

    def carried(
        self,
        report: Report,
        *,
        device: int = 1,
        seq: int = 0,
        gateway: str = "hatay-1",
        key: bytes | None = None,
    ) -> ReportEnvelope:
        """Return a report as the gateway publishes it."""
        return self.carried_content(
            encode_report(report, self.mission.frame),
            device=device,
            seq=seq,
            gateway=gateway,
            key=key,
        )

    def carried_content(
        self,
        content: bytes,
        *,
        device: int = 1,
        seq: int = 0,
        gateway: str = "hatay-1",
        key: bytes | None = None,
        kind: int = REPORT,
    ) -> ReportEnvelope:
        link_key = keys.link_key(keys.link_branch(self.master), *self._identity(device))
        packet = sealing.seal_report(
            content,
            device=device,
            seq=seq,
            link_key=link_key,
            authentication_key=self.authentication_key(device) if key is None else key,
            kind=kind,
        )
        opened = sealing.open_link(packet, link_key)
        return ReportEnvelope(
            device=device,
            generation=1,
            seq=seq,
            header=packet[:HEADER_BYTES],
            content=opened.content,
            end_to_end_tag=opened.end_to_end_tag,
            digest=sealing.packet_digest(packet),
            quarantined=False,
            gateway=gateway,
            boot_id=BOOT_ID,
            heard_at_s=EPOCH_S + 5,
            rssi_dbm=-90,
            snr_db_x4=20,
            hops=0,
            attempt=1,
        )

    def hears(self, sealed: list[bytes], device: int = 1) -> list[Receipt]:
        """Return the receipts that handset finds proved in what the gateway radios."""
        packet = pack_receipts([entry for entry in sealed if entry])
        return unpack_receipts(packet, device, self.authentication_key(device))

    def _identity(self, device: int) -> tuple[bytes, int, int]:
        known = self.mission.device(device)
        assert known is not None
        return bytes.fromhex(known.hardware_id), device, known.generation


def position() -> Position:
    return Position(
        mode=codes.EXERCISE, time_s=EPOCH_S, time_quality=codes.TIME_GNSS, fix=None, battery_pct=80
    )


def sos(
    seconds_later: int = 0,
    *,
    phase: int = codes.DECLARE,
    reference: int | None = None,
    fix: Fix | None = None,
    mode: int = codes.EXERCISE,
) -> Sos:
    return Sos(
        mode=mode,
        time_s=EPOCH_S + seconds_later,
        time_quality=codes.TIME_GNSS,
        fix=fix,
        phase=phase,
        people=3,
        sos_reference=reference,
    )
