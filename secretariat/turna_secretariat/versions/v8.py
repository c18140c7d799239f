"""Version 8 lays the counts of the SITREPs that came before it side by side."""

import json

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from turna_secretariat.sitrep_counts import counts_of

_MODES = ("actual", "exercise", "test", "unknown")
_PROVED = sa.text("""
    SELECT id AS report_id, device, lat_e5, lon_e5, body, mode,
        CASE WHEN observed_s * 1000 < arrived_ms THEN observed_s * 1000 ELSE arrived_ms END AS at_ms
    FROM report WHERE mode = :mode AND type = 'sitrep' AND standing = 'authentic'
    AND id > :after ORDER BY id LIMIT 1000
""")
_KEEP = sa.text("""
    INSERT INTO counted (mode, report_id, device, at_ms, lat_e5, lon_e5,
        trapped, rescued, immediate, delayed, minor, expectant, deceased)
    VALUES (:mode, :report_id, :device, :at_ms, :lat_e5, :lon_e5,
        :trapped, :rescued, :immediate, :delayed, :minor, :expectant, :deceased)
""")


def fill(connection: Connection) -> None:
    """Keep once more whom each proved SITREP counts."""
    for mode in _MODES:
        after = 0
        while rows := connection.execute(_PROVED, {"mode": mode, "after": after}).mappings().all():
            counts = ((row, counts_of(json.loads(row["body"]))) for row in rows)
            if kept := [dict(row) | found for row, found in counts if found is not None]:
                connection.execute(_KEEP, kept)
            after = rows[-1]["report_id"]
