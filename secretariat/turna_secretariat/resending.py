"""What each gateway is told of the archive, so that it finds what it has to send again."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from turna_backbone.resend import RUNS_LIMIT, Missing, Resend, Run
from turna_secretariat import gaps
from turna_secretariat.archive import Archive
from turna_secretariat.registry import Registry
from turna_secretariat.schema import carriage, run, run_mark


class Resending:
    """Keeps the book of the Secretariat's runs, and asks for what is missing."""

    def __init__(self, archive: Archive, registry: Registry) -> None:
        self._archive = archive
        self._registry = registry

    def begin_run(self, boot_id: bytes, now_ms: int) -> None:
        """Write down what the archive holds of each gateway, before anything new comes."""
        with self._archive.transaction() as transaction:
            made = transaction.execute(run.insert().values(boot_id=boot_id, started_ms=now_ms))
            assert made.inserted_primary_key is not None  # of one row, in a table that has a key
            run_id = made.inserted_primary_key[0]
            for name in self._gateways():
                newest = sa.select(carriage.c.digest).where(carriage.c.gateway == name)
                newest = newest.order_by(carriage.c.report_id.desc()).limit(1)
                digest = transaction.execute(newest).scalar()
                if digest is not None:
                    values = {"run_id": run_id, "gateway": name, "digest": digest}
                    transaction.execute(run_mark.insert().values(**values))

    def messages(self) -> dict[str, Resend]:
        """Return what every gateway is to be told on a new connection."""
        return self._said(())

    def questions(self, now_ms: int) -> dict[str, Resend]:
        """Return the same with the numbers that are to be asked for by now; empty if none are."""
        with self._archive.reader() as connection:
            if not gaps.due(connection, now_ms):
                return {}
        with self._archive.transaction() as transaction:
            due = gaps.due(transaction.connection, now_ms)
            gaps.note_asked(transaction.connection, due, now_ms)
        return self._said([Missing(m.device, m.generation, m.first, m.last) for m in due])

    def _said(self, missing: Sequence[Missing]) -> dict[str, Resend]:
        with self._archive.reader() as connection:
            said = {name: tuple(_runs(connection, name)) for name in self._gateways()}
        return {name: Resend(runs, tuple(missing)) for name, runs in said.items() if runs}

    def _gateways(self) -> list[str]:
        return [known.name for known in self._registry.mission.gateways]


def _runs(connection: Connection, gateway: str) -> list[Run]:
    marks = (run_mark.c.run_id == run.c.id) & (run_mark.c.gateway == gateway)
    query = sa.select(run.c.boot_id, run_mark.c.digest).outerjoin(run_mark, marks)
    rows = connection.execute(query.order_by(run.c.id.desc()).limit(RUNS_LIMIT)).all()
    return [Run(row.boot_id, row.digest or b"") for row in reversed(rows)]
