-- Version 1.  A report is kept from the commit before its acknowledgement until long after the
-- Secretariat's receipt: the row is at once the report, its replay key and the debt to the backbone.
CREATE TABLE report (
    id             INTEGER PRIMARY KEY,
    device         INTEGER NOT NULL,
    generation     INTEGER NOT NULL,
    seq            INTEGER NOT NULL,
    digest         BLOB    NOT NULL,
    header         BLOB    NOT NULL,
    content        BLOB    NOT NULL,
    end_to_end_tag BLOB    NOT NULL,
    lane           INTEGER NOT NULL,  -- 0 SOS, 1 report, 2 health and position
    quarantined    INTEGER NOT NULL,
    heard_at_s     INTEGER NOT NULL,
    rssi_dbm       INTEGER NOT NULL,
    snr_db_x4      INTEGER NOT NULL,
    hops           INTEGER NOT NULL,
    state          INTEGER NOT NULL,  -- turna_protocol.delivery
    retired_at_s   INTEGER,           -- null while the Secretariat has not said that it holds it
    UNIQUE (device, generation, seq, digest)
) STRICT;

CREATE INDEX report_waiting ON report (lane, id) WHERE retired_at_s IS NULL;
CREATE INDEX report_retired ON report (retired_at_s) WHERE retired_at_s IS NOT NULL;

-- The Secretariat's sealed word for a handset.  owed: 1 say it now, 2 said once, to be repeated at
-- the handset's next sign of life, 0 done unless the handset asks again.
CREATE TABLE radio_receipt (
    id     INTEGER PRIMARY KEY,
    device INTEGER NOT NULL,
    newest INTEGER NOT NULL,
    entry  BLOB    NOT NULL UNIQUE,
    owed   INTEGER NOT NULL
) STRICT;

CREATE INDEX radio_receipt_device ON radio_receipt (device, newest);
CREATE INDEX radio_receipt_owed ON radio_receipt (device) WHERE owed > 0;

-- What must survive a restart: the duty ledger, the next beacon number.
CREATE TABLE memory (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;
