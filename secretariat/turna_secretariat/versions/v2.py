"""Version 2: counts, last contacts and gaps kept as reports come, runs, indices for the page.

Archives of version 1 are all SQLite's.
"""

from sqlalchemy.engine import Connection

_STATEMENTS = (
    # the unique constraint begins with the same columns
    "DROP INDEX report_by_device",
    "CREATE INDEX report_by_mode ON report (mode, id)",
    "CREATE INDEX report_by_type ON report (mode, type, id)",
    "CREATE INDEX sos_by_sender ON report (device, generation) WHERE type = 'sos'",
    "CREATE INDEX carriage_by_gateway ON carriage (gateway, report_id)",
    "CREATE INDEX action_by_report ON action (report_id)",
    "CREATE INDEX alarm_open ON alarm (id) WHERE closed_ms IS NULL",
    """
    CREATE TABLE tally (
        device INTEGER NOT NULL,
        mode VARCHAR(8) NOT NULL,
        standing VARCHAR(16) NOT NULL,
        type VARCHAR(32) NOT NULL,
        reports BIGINT NOT NULL,
        copies BIGINT NOT NULL,
        PRIMARY KEY (device, mode, standing, type)
    )""",
    """
    INSERT INTO tally
    SELECT device, mode, standing, type, count(*), sum(
        (SELECT sum(copies - 1) FROM carriage WHERE report_id = report.id)
    ) FROM report GROUP BY device, mode, standing, type""",
    """
    CREATE TABLE contact (
        device INTEGER NOT NULL,
        mode VARCHAR(8) NOT NULL,
        last_id INTEGER NOT NULL REFERENCES report (id),
        placed_id INTEGER REFERENCES report (id),
        battery_pct INTEGER,
        PRIMARY KEY (device, mode)
    )""",
    """
    INSERT INTO contact
    SELECT device, mode, max(id), max(CASE WHEN lat_e5 IS NOT NULL THEN id END), NULL
    FROM report WHERE standing = 'authentic' GROUP BY device, mode""",
    """
    UPDATE contact SET battery_pct = (
        SELECT json_extract(body, '$.battery_pct') FROM report
        WHERE report.device = contact.device AND report.mode = contact.mode
        AND standing = 'authentic' AND json_extract(body, '$.battery_pct') IS NOT NULL
        ORDER BY id DESC LIMIT 1
    )""",
    """
    CREATE TABLE reach (
        device INTEGER NOT NULL,
        generation INTEGER NOT NULL,
        highest INTEGER NOT NULL,
        PRIMARY KEY (device, generation)
    )""",
    # What was missing before gaps were watched has been asked for in vain, or has come since.
    """
    INSERT INTO reach SELECT device, generation, max(seq) FROM report
    WHERE standing IN ('authentic', 'undecodable') GROUP BY device, generation""",
    """
    CREATE TABLE gap (
        id INTEGER NOT NULL PRIMARY KEY,
        device INTEGER NOT NULL,
        generation INTEGER NOT NULL,
        first INTEGER NOT NULL,
        last INTEGER NOT NULL,
        noticed_ms BIGINT NOT NULL,
        asked INTEGER NOT NULL,
        asked_ms BIGINT
    )""",
    "CREATE INDEX gap_by_device ON gap (device, generation, first)",
    """
    CREATE TABLE run (
        id INTEGER NOT NULL PRIMARY KEY,
        boot_id BLOB NOT NULL,
        started_ms BIGINT NOT NULL
    )""",
    """
    CREATE TABLE run_mark (
        run_id INTEGER NOT NULL REFERENCES run (id),
        gateway VARCHAR(32) NOT NULL,
        digest BLOB NOT NULL,
        PRIMARY KEY (run_id, gateway)
    )""",
    # the last archives of version 1 have it
    """
    CREATE TABLE IF NOT EXISTS notice (
        id INTEGER NOT NULL PRIMARY KEY,
        sender VARCHAR(200) NOT NULL,
        identifier VARCHAR(200) NOT NULL,
        sent_s BIGINT NOT NULL,
        mode VARCHAR(8) NOT NULL,
        arrived_ms BIGINT NOT NULL,
        person VARCHAR(80) NOT NULL,
        body TEXT NOT NULL,
        content BLOB NOT NULL,
        UNIQUE (sender, identifier, sent_s)
    )""",
)


def migrate(connection: Connection) -> None:
    """Add what is new, and count what is there."""
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement)
