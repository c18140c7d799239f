"""Version 2 counts what came before it: by handset and type, last contacts, numbers reached.

Archives of version 1 are all SQLite's.
"""

from sqlalchemy.engine import Connection

_STATEMENTS = (
    """
    INSERT INTO tally (device, mode, standing, type, reports, copies)
    SELECT device, mode, standing, type, count(*), sum(
        (SELECT sum(copies - 1) FROM carriage WHERE report_id = report.id)
    ) FROM report GROUP BY device, mode, standing, type""",
    """
    INSERT INTO contact (device, mode, last_id, placed_id, battery_pct)
    SELECT device, mode, max(id), max(CASE WHEN lat_e5 IS NOT NULL THEN id END), NULL
    FROM report WHERE standing = 'authentic' GROUP BY device, mode""",
    """
    UPDATE contact SET battery_pct = (
        SELECT json_extract(body, '$.battery_pct') FROM report
        WHERE report.device = contact.device AND report.mode = contact.mode
        AND standing = 'authentic' AND json_extract(body, '$.battery_pct') IS NOT NULL
        ORDER BY id DESC LIMIT 1
    )""",
    # What was missing before gaps were watched has been asked for in vain, or has come since.
    """
    INSERT INTO reach (device, generation, highest) SELECT device, generation, max(seq) FROM report
    WHERE standing IN ('authentic', 'undecodable') GROUP BY device, generation""",
)


def fill(connection: Connection) -> None:
    """Count what is there."""
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement)
