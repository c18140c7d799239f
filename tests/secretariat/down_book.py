"""The desk of what goes down, with gateways and handsets that a test plays."""

from pathlib import Path
from typing import Any

from tests.secretariat.field import EPOCH_S, Field
from turna.deployment import GatewayPlan, TeamPlan, make_deployment
from turna_backbone.down import Down, DownState
from turna_backbone.envelope import ReportEnvelope
from turna_protocol import keys, orders, packet
from turna_protocol.orders import Holding, SealedOrder
from turna_protocol.reports import Report
from turna_secretariat import down_queries, queries
from turna_secretariat.archive import Archive
from turna_secretariat.desk import Desk
from turna_secretariat.down_desk import DownDeed
from turna_secretariat.down_words import Audience, Saying, read_saying
from turna_secretariat.registry import Registry

NOW_MS = (EPOCH_S + 600) * 1000
TEAMS = (TeamPlan("TUR01", "tr", handsets=2), TeamPlan("AZE01", "az"))
GATEWAYS = ("hatay-1", "baku-1")


class Book:
    """The desk of what goes down, what it publishes, and handsets that answer."""

    def __init__(self, directory: Path, archive: Archive) -> None:
        self.field = Field(directory / "one")
        self.field.mission = make_deployment(
            directory / "kit",
            name="TEST",
            mode="exercise",
            origin=(3_620_000, 3_616_000),
            epoch_s=EPOCH_S,
            region="COMMON433",
            teams=list(TEAMS),
            gateways=[GatewayPlan("hatay-1", "tr"), GatewayPlan("baku-1", "az")],
            master=self.field.master,
        )
        self.ends = keys.authentication_branch(self.field.master)
        self.registry = Registry(self.field.mission, self.ends)
        self.archive = archive
        self.now_ms = NOW_MS
        self.sent: list[tuple[str, Down]] = []
        self.is_connected = True
        self.restart()

    def restart(self) -> None:
        self.desk = Desk(self.archive, self.registry, self.field.mission.frame)
        self.desk.down.load(self.now_ms)

    def saying(
        self,
        kind: str,
        form: dict[str, object],
        *devices: int,
        mode: str = "exercise",
        lasts_min: int | None = None,
    ) -> Saying:
        audience = Audience(devices or (1, 2, 3), not devices)
        return read_saying(
            kind,
            form,
            mode=mode,
            audience=audience,
            lasts_min=lasts_min,
            now_s=self.now_ms // 1000,
            frame=self.field.mission.frame,
        )

    def say(self, kind: str, form: dict[str, object], *devices: int, **more: object) -> int:
        """Say something and let it go out; return its word's number."""
        deed = DownDeed((self.saying(kind, form, *devices, **more),), "Aylin Demir")  # type: ignore[arg-type]
        self.desk.down.do(deed, self.now_ms)
        self.pump()
        return deed.word_ids[0]

    def pump(self, later_ms: int = 0) -> list[tuple[str, Down]]:
        """Let time pass; return what was published then."""
        self.now_ms += later_ms
        before = len(self.sent)
        self.desk.down.pump(self.now_ms, self._publish)
        return self.sent[before:]

    def tell(self, gateway: str, one: Down, state: int, reason: str = "") -> None:
        told = DownState(one.id, one.device, state, self.now_ms // 1000, reason)
        self.desk.down.told([(gateway, told)], self.now_ms)

    def file(
        self, report: Report, *, device: int = 1, seq: int = 0, gateway: str = "hatay-1"
    ) -> None:
        carried = self.field.carried(report, device=device, seq=seq, gateway=gateway)
        self.desk.file([carried], self.now_ms)

    def hold(self, stream: int, number: int, bitmap: int = 0, **way: object) -> None:
        self.desk.file([self.holding(stream, number, bitmap, **way)], self.now_ms)  # type: ignore[arg-type]

    def holding(
        self,
        stream: int,
        number: int,
        bitmap: int = 0,
        *,
        device: int = 1,
        seq: int = 90,
        gateway: str = "hatay-1",
        key: bytes | None = None,
    ) -> ReportEnvelope:
        content = orders.pack_holding(Holding(stream, number, bitmap))
        return self.field.carried_content(
            content, device=device, seq=seq, gateway=gateway, key=key, kind=packet.HOLDING
        )

    def order_of(self, one: Down, index: int = 0) -> SealedOrder:
        """Return the order as its handset opens it from what a gateway made of it."""
        link = keys.link_key(keys.link_branch(self.field.master), *self._identity(one.device))
        part = one.parts[index]
        sealed = SealedOrder(one.device, one.number + index, part.content, part.tag, one.wire_kind)
        return orders.open_order(
            orders.wrap_order(sealed, link), link, self.field.authentication_key(one.device)
        )

    def word(self, word_id: int) -> dict[str, Any]:
        with self.archive.reader() as connection:
            found = down_queries.one_word(
                connection, self.registry, word_id, now_s=self.now_ms // 1000
            )
        assert found is not None
        return found

    def states(self, word_id: int) -> list[tuple[str, str]]:
        return [(one["call_sign"], one["state"]) for one in self.word(word_id)["handsets"]]

    def alarms(self) -> list[str]:
        with self.archive.reader() as connection:
            return [one["kind"] for one in queries.open_alarms(connection, self.registry)]

    def _publish(self, gateway: str, one: Down) -> bool:
        if self.is_connected:
            self.sent.append((gateway, Down.unpack(one.pack())))
        return self.is_connected

    def _identity(self, device: int) -> tuple[bytes, int, int]:
        known = self.field.mission.device(device)
        assert known is not None
        return bytes.fromhex(known.hardware_id), device, known.generation
