"""Version 4 lays the tracks of what was reported before it."""

from sqlalchemy.engine import Connection

# Nothing was observed later than it came: a clock that says so is wrong.
_TRACK = """
    INSERT INTO track (mode, device, at_s, lat_e5, lon_e5)
    SELECT mode, device,
        CASE WHEN observed_s < arrived_ms / 1000 THEN observed_s ELSE arrived_ms / 1000 END,
        lat_e5, lon_e5
    FROM report WHERE standing = 'authentic' AND lat_e5 IS NOT NULL ORDER BY id
    ON CONFLICT DO NOTHING
"""


def fill(connection: Connection) -> None:
    """Note where each handset was when."""
    connection.exec_driver_sql(_TRACK)
