-- Version 3.  What the Secretariat wants said by radio: known by its id for as long as it may come
-- again, whatever became of it.
CREATE TABLE down (
    rank      INTEGER PRIMARY KEY,  -- the order in which they came
    id        BLOB    NOT NULL UNIQUE,
    message   BLOB    NOT NULL,  -- the Down as it came; empty if it was withdrawn before it came
    device    INTEGER NOT NULL,  -- 0: all
    state     INTEGER NOT NULL,  -- turna_backbone.down
    at_s      INTEGER NOT NULL,
    reason    TEXT    NOT NULL,
    noted     INTEGER NOT NULL,  -- 1 once the Secretariat says that it has this state
    rounds    INTEGER NOT NULL,  -- how often it was said in full
    held      BLOB    NOT NULL   -- bitmap of the parts that the handset holds, 8 bytes
) STRICT;

CREATE INDEX down_live ON down (rank) WHERE state IN (0, 1);
CREATE INDEX down_untold ON down (rank) WHERE noted = 0;

-- Which handsets hold what is for all.
CREATE TABLE down_holder (
    id     BLOB    NOT NULL REFERENCES down (id) ON DELETE CASCADE,
    device INTEGER NOT NULL,
    PRIMARY KEY (id, device)
) STRICT, WITHOUT ROWID;

-- The newest revoked generation of each handset's keys; the list's version is in `memory`.
CREATE TABLE revocation (
    device     INTEGER PRIMARY KEY,
    generation INTEGER NOT NULL
) STRICT;
