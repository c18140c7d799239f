"""Version 6 lays the forms that came before it side by side."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from turna_secretariat.totals import form_body

_PROVED = sa.text("""
    SELECT mode, id AS report_id, device, type, lat_e5, lon_e5, body,
        coalesce(observed_s * 1000, arrived_ms) AS at_ms
    FROM report
    WHERE mode IN ('actual', 'exercise', 'test', 'unknown') AND standing = 'authentic'
    AND type IN ('worksite_triage', 'worksite_report', 'victim', 'area', 'hazard')
    AND id > :after ORDER BY id LIMIT 1000
""")
_KEEP = sa.text("""
    INSERT INTO form (mode, report_id, device, type, at_ms, lat_e5, lon_e5, body)
    VALUES (:mode, :report_id, :device, :type, :at_ms, :lat_e5, :lon_e5, :body)
""")


def fill(connection: Connection) -> None:
    """Keep each proved form once more."""
    after = 0
    while rows := connection.execute(_PROVED, {"after": after}).mappings().all():
        connection.execute(_KEEP, [dict(row) | {"body": form_body(row["body"])} for row in rows])
        after = rows[-1]["report_id"]
