"""The archive's tables, as SQLAlchemy Core sees them; one source for SQLite and PostgreSQL.

Times are unix milliseconds unless the name says `_s`; positions are degrees x 1e5.
"""

import sqlalchemy as sa
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

# Raised with every change; `versions` brings it to older archives, a newer archive is refused.
SCHEMA_VERSION = 8

metadata = MetaData()
# SQLite numbers rows by itself only for a column whose type is exactly INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")

schema_version = Table("schema_version", metadata, Column("version", Integer, nullable=False))

# One row per report ever sealed, whoever carried it.
report = Table(
    "report",
    metadata,
    Column("id", Id, primary_key=True),
    Column("device", Integer, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    # Tells a repeat from a clone: the hash of what the end-to-end tag protects, and of the tag.
    Column("fingerprint", LargeBinary(8), nullable=False),
    # One of judging.STANDINGS.
    Column("standing", String(16), nullable=False),
    Column("mode", String(8), nullable=False),  # actual | exercise | test | unknown
    Column("type", String(32), nullable=False),  # "unknown" when the content does not decode
    Column("priority", Integer, nullable=False),
    Column("observed_s", BigInteger),
    Column("arrived_ms", BigInteger, nullable=False),
    Column("state", Integer, nullable=False),  # turna_protocol.delivery
    Column("person", String(80)),  # who read, accepted, acted on or refused it last
    Column("lat_e5", Integer),
    Column("lon_e5", Integer),
    Column("body", Text, nullable=False),  # the report as JSON, {} when it does not decode
    Column("content", LargeBinary, nullable=False),
    Column("end_to_end_tag", LargeBinary, nullable=False),
    UniqueConstraint("device", "generation", "seq", "fingerprint"),
    Index("report_by_sender", "device", "id"),
    Index("report_by_arrival", "arrived_ms"),
    Index("report_by_mode", "mode", "id"),
    Index("report_by_type", "mode", "type", "id"),
)
# An SOS looks for the earlier ones of its handset; they are few among its reports.  A database is
# sure to take such an index only if the question says the same in the same words.
is_sos = report.c.type == sa.literal_column("'sos'")
Index(
    "sos_by_sender",
    report.c.device,
    report.c.generation,
    sqlite_where=is_sos,
    postgresql_where=is_sos,
)
# Whoever comes on shift looks for those that somebody has taken and nobody has ended.
_READ: sa.ColumnElement[int] = sa.literal_column("3")  # turna_protocol.delivery.READ
is_sos_in_hand = is_sos & (report.c.state == _READ)
Index(
    "sos_in_hand",
    *(report.c[name] for name in ("mode", "type", "state", "id")),  # more of it than others match
    sqlite_where=is_sos_in_hand,
    postgresql_where=is_sos_in_hand,
)
# A situation report looks for each handset's last one.
is_proved_sitrep = (report.c.type == sa.literal_column("'sitrep'")) & (
    report.c.standing == sa.literal_column("'authentic'")
)
Index(
    "sitrep_by_sender",
    report.c.mode,
    report.c.device,
    report.c.id,
    sqlite_where=is_proved_sitrep,
    postgresql_where=is_proved_sitrep,
)

# How many reports there are, counted as they are filed: ten million rows are not counted anew for
# each look at the page.  `copies` came again and were not stored again.
tally = Table(
    "tally",
    metadata,
    Column("device", Integer, primary_key=True, autoincrement=False),
    Column("mode", String(8), primary_key=True),
    Column("standing", String(16), primary_key=True),
    Column("type", String(32), primary_key=True),
    Column("reports", BigInteger, nullable=False),
    Column("copies", BigInteger, nullable=False),
)

# A handset's proved reports of one mode: the newest, the newest with a place, the last battery.
contact = Table(
    "contact",
    metadata,
    Column("device", Integer, primary_key=True, autoincrement=False),
    Column("mode", String(8), primary_key=True),
    Column("last_id", ForeignKey("report.id"), nullable=False),
    Column("placed_id", ForeignKey("report.id")),
    Column("battery_pct", Integer),
)

# Where each handset was, by its own clock (by ours, if it had no time or one that was ahead): what
# a trail needs, side by side, whichever way and however late it came.
track = Table(
    "track",
    metadata,
    Column("mode", String(8), primary_key=True),
    Column("device", Integer, primary_key=True, autoincrement=False),
    Column("at_s", BigInteger, primary_key=True, autoincrement=False),
    Column("lat_e5", Integer, nullable=False),
    Column("lon_e5", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# Each proved form once more, side by side: every one of them counts in a situation report, and they
# are few among reports and far from one another.  What a situation report asks for beyond the
# fields here is added by a step that fills the table anew.
FORMS = ("worksite_triage", "worksite_report", "victim", "area", "hazard")
FORM_FIELDS = frozenset(
    (
        *("triage", "completed", "asr_level", "live_rescued", "deceased_recovered", "missing"),
        *("live_contacts", "releasable", "needs", "hazards", "number", "outcome", "sector"),
        *("radius_m", "security_level", "hazard", "state", "worksite"),
    )
)
form = Table(
    "form",
    metadata,
    Column("mode", String(8), primary_key=True),
    Column("report_id", ForeignKey("report.id"), primary_key=True),
    Column("device", Integer, nullable=False),
    Column("type", String(32), nullable=False),
    Column("at_ms", BigInteger, nullable=False),  # by its own clock; by ours if it had no time
    Column("lat_e5", Integer),
    Column("lon_e5", Integer),
    Column("body", Text, nullable=False),  # JSON: of the report's fields those above
    sqlite_with_rowid=False,
)

# Each proved SITREP that counts people once more, its counts alone: most SITREPs count nobody, and
# the last one that does may lie far back.
CASUALTIES = ("immediate", "delayed", "minor", "expectant", "deceased")
COUNTED = ("trapped", "rescued", *CASUALTIES)
counted = Table(
    "counted",
    metadata,
    Column("mode", String(8), primary_key=True),
    # By its own clock, but not after it came.
    Column("at_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("report_id", ForeignKey("report.id"), primary_key=True),
    Column("device", Integer, nullable=False),
    Column("lat_e5", Integer),
    Column("lon_e5", Integer),
    *(Column(name, Integer) for name in COUNTED),  # null: unknown
    sqlite_with_rowid=False,
)

# The highest number that a handset's proved reports have reached, and what is missing below it.
reach = Table(
    "reach",
    metadata,
    Column("device", Integer, primary_key=True, autoincrement=False),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("highest", Integer, nullable=False),
)
gap = Table(
    "gap",
    metadata,
    Column("id", Id, primary_key=True),
    Column("device", Integer, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("noticed_ms", BigInteger, nullable=False),
    Column("asked", Integer, nullable=False),  # how often the gateways were asked for it
    Column("asked_ms", BigInteger),
    Index("gap_by_device", "device", "generation", "first"),
)

# Each start of the Secretariat, and what it then held last of each gateway: by this a gateway sees
# that an archive was put back from a copy, and what it has to send again.
run = Table(
    "run",
    metadata,
    Column("id", Id, primary_key=True),
    Column("boot_id", LargeBinary(8), nullable=False),
    Column("started_ms", BigInteger, nullable=False),
)
run_mark = Table(
    "run_mark",
    metadata,
    Column("run_id", ForeignKey("run.id"), primary_key=True),
    Column("gateway", String(32), primary_key=True),
    Column("digest", LargeBinary(8), nullable=False),
)

# Provenance: every gateway that carried a report, and how it heard it first.
carriage = Table(
    "carriage",
    metadata,
    Column("report_id", ForeignKey("report.id"), primary_key=True),
    Column("gateway", String(32), primary_key=True),
    Column("boot_id", LargeBinary(8), nullable=False),
    Column("digest", LargeBinary(8), nullable=False),  # by which the gateway knows its packet
    Column("heard_ms", BigInteger, nullable=False),
    Column("arrived_ms", BigInteger, nullable=False),
    Column("rssi_dbm", Integer, nullable=False),
    Column("snr_db_x4", Integer, nullable=False),
    Column("hops", Integer, nullable=False),
    Column("copies", Integer, nullable=False),  # how often this gateway has sent it
    Index("carriage_by_gateway", "gateway", "report_id"),
)

# What people did with a report, in order, never rewritten.
action = Table(
    "action",
    metadata,
    Column("id", Id, primary_key=True),
    Column("report_id", ForeignKey("report.id"), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("person", String(80), nullable=False),
    Column("did", String(16), nullable=False),  # read | accepted | acted | refused
    Column("reason", String(200)),  # why, in the person's own words; None: not said
    Index("action_by_report", "report_id"),
)

alarm = Table(
    "alarm",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("kind", String(32), nullable=False),  # sos | clone | not_authentic | ...
    Column("report_id", ForeignKey("report.id")),
    Column("detail", String(200), nullable=False),
    Column("cancelled_ms", BigInteger),  # an SOS that its sender took back; it still wants a person
    Column("closed_ms", BigInteger),
    Column("closed_by", String(80)),
    Index("alarm_by_report", "report_id"),
)
_is_open = alarm.c.closed_ms.is_(None)
Index("alarm_open", alarm.c.id, sqlite_where=_is_open, postgresql_where=_is_open)

# A person's word that still has to reach a gateway; gone once the broker has confirmed it.
owed = Table(
    "owed",
    metadata,
    Column("id", Id, primary_key=True),
    Column("report_id", ForeignKey("report.id"), nullable=False),
    Column("gateway", String(32), nullable=False),
    Column("state", Integer, nullable=False),
)

# The journal that the page follows: a browser that was away asks for what came after its last id.
change = Table(
    "change",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),  # report | state | alarm | gateway | down | emt
    Column("report_id", ForeignKey("report.id")),
)

# Up to which change a reader of the journal has told others of it.
feed_mark = Table(
    "feed_mark",
    metadata,
    Column("reader", String(32), primary_key=True),
    Column("change_id", BigInteger, nullable=False),
)

# Daily counts of an emergency medical team, as an officer entered them; the newest of a team's day
# counts, earlier ones are kept.
emt_daily = Table(
    "emt_daily",
    metadata,
    Column("id", Id, primary_key=True),
    Column("mode", String(8), nullable=False),
    Column("country", String(8), nullable=False),
    Column("team", String(40), nullable=False),
    Column("day", String(10), nullable=False),  # as in 2026-02-07
    Column("counts", Text, nullable=False),  # JSON: by item, by age group
    Column("remark", String(500), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("person", String(80), nullable=False),
    Index("emt_daily_by_day", "mode", "day"),
)

# Messages that were not reports, counted by reason, with the last one kept for a look.
refusal = Table(
    "refusal",
    metadata,
    Column("reason", String(32), primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("last_ms", BigInteger, nullable=False),
    Column("last_topic", String(200), nullable=False),
    Column("last_payload", LargeBinary, nullable=False),
)

# Well-formed reports that could not be filed, a defect of ours; raw, to be filed later.
quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Id, primary_key=True),
    Column("fingerprint", LargeBinary(32), nullable=False, unique=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("copies", Integer, nullable=False),
    Column("reason", String(200), nullable=False),
    Column("payload", LargeBinary, nullable=False),
)

# Official alerts that a person brought.
notice = Table(
    "notice",
    metadata,
    Column("id", Id, primary_key=True),
    Column("sender", String(200), nullable=False),
    Column("identifier", String(200), nullable=False),
    Column("sent_s", BigInteger, nullable=False),
    Column("mode", String(8), nullable=False),
    Column("arrived_ms", BigInteger, nullable=False),
    Column("person", String(80), nullable=False),
    Column("body", Text, nullable=False),  # turna_secretariat.notices.Notice.body as JSON
    Column("content", LargeBinary, nullable=False),
    UniqueConstraint("sender", "identifier", "sent_s"),
)

gateway = Table(
    "gateway",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("country", String(8), nullable=False),
    Column("connected", Boolean, nullable=False),
    Column("heard_ms", BigInteger, nullable=False),
    Column("health", Text, nullable=False),  # the last health message as JSON
)
