-- Version 2.  Packets at which the process broke off: after three times the packet is put aside, raw,
-- instead of being tried again.
CREATE TABLE suspect (
    packet  BLOB PRIMARY KEY,
    crashes INTEGER NOT NULL,
    at_s    INTEGER NOT NULL
) STRICT;
