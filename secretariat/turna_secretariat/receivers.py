"""Which gateways are asked to say something: those that can reach whom it is for."""

from collections import Counter

import sqlalchemy as sa

from turna_secretariat.archive import Archive
from turna_secretariat.down_words import Saying
from turna_secretariat.registry import Registry
from turna_secretariat.schema import carriage, report

# Who heard a handset within this time probably hears it still.
LATELY_MS = 30 * 60_000
_LOOKED_AT = 50


class Receivers:
    """Looks into the archive for who heard whom."""

    def __init__(self, archive: Archive, registry: Registry) -> None:
        self._archive = archive
        self._registry = registry

    def all_gateways(self) -> list[str]:
        return [gateway.name for gateway in self._registry.mission.gateways]

    def shares(self, saying: Saying, now_ms: int) -> dict[str, int]:
        """Return to how many handsets each gateway says it; 1 where all hear the same."""
        if saying.for_all_at_once:
            return dict.fromkeys(self.all_gateways(), 1)
        asked = [n for d in saying.audience.devices for n in self.for_handset(d, now_ms)]
        return dict(Counter(asked))

    def for_handset(self, device: int, now_ms: int) -> list[str]:
        """Return the gateways that heard a handset lately, or else all of them."""
        newest = (
            sa.select(report.c.id)
            .where((report.c.device == device) & (report.c.arrived_ms > now_ms - LATELY_MS))
            .order_by(report.c.id.desc())
            .limit(_LOOKED_AT)
        )
        query = sa.select(carriage.c.gateway).where(carriage.c.report_id.in_(newest)).distinct()
        with self._archive.reader() as connection:
            heard = set(connection.execute(query).scalars())
        every = self.all_gateways()
        return [name for name in every if name in heard] or every
