"""The code lists: a name's place in its list is its number on the wire.

Lists only ever grow at the end, with a new wire version.  Sources: INSARAG Guidelines
(effective 2027), the USAR code lists of the domain study, CAP 1.2; see docs/protocol.md.
"""

MODES = ("actual", "exercise", "test")
ACTUAL, EXERCISE, TEST = 0, 1, 2

# Precedence: what goes first when the channel is short.
ROUTINE, PRIORITY, IMMEDIATE, FLASH = 0, 1, 2, 3

# How good the clock was that a report's time comes from.
TIME_QUALITIES = ("none", "beacon", "gnss")
TIME_NONE, TIME_BEACON, TIME_GNSS = 0, 1, 2

TEAM_STATUSES = (
    "unknown",
    "monitoring",
    "standby",
    "mobilising",
    "en_route",
    "at_rdc",
    "available",
    "moving_to_task",
    "on_site",
    "resting",
    "out_of_service",
    "demobilising",
    "departed",
    "in_distress",
)
IN_DISTRESS = 13
# What most teams are: en route, available, moving to a task, on site, resting, at the RDC, standby.
USUAL_TEAM_STATUSES = (4, 6, 7, 8, 9, 5, 2)

HAZARDS = (
    "gas",
    "electricity",
    "fire",
    "explosive",
    "asbestos_dust",
    "chemical",
    "radiological",
    "biological_sewage",
    "flood_water",
    "secondary_collapse",
    "aftershock_sensitive",
    "fall_height",
    "confined_space",
    "animals",
    "security_crowd",
    "other",
)

# Units: litres for water and fuel, daily rations for food, pieces or persons otherwise.
NEED_ITEMS = (
    "water",
    "food",
    "shelter",
    "blankets",
    "medical_supplies",
    "medics",
    "doctors",
    "ambulances",
    "stretchers",
    "rescuers",
    "search_dogs",
    "structural_engineers",
    "hazmat_team",
    "interpreters",
    "security",
    "cutting_tools",
    "lifting_gear",
    "shoring_timber",
    "heavy_machinery",
    "cranes",
    "trucks",
    "fuel",
    "generators",
    "lighting",
    "batteries",
    "communications",
    "protective_equipment",
    "hygiene_kits",
    "latrines",
    "heaters",
    "body_bags",
    "other",
)

SOS_PHASES = ("declare", "update", "cancel")
DECLARE, UPDATE, CANCEL = 0, 1, 2

SOS_KINDS = (
    "unspecified",
    "trapped",
    "medical",
    "fire",
    "attack",
    "lost",
    "structural_collapse",
    "man_down",
)

# START and SALT in one list: grey is expectant, black is dead.
TRIAGE_COLOURS = ("unknown", "red", "yellow", "green", "grey", "black")

# A fix's accuracy and age travel as classes; a class is printed as its upper bound.
ACCURACY_CLASSES_M = (None, 5, 10, 20, 50, 100, 500, 2000)
FIX_AGE_CLASSES_S = (None, 10, 60, 300, 900, 3600, 21_600, 86_400)


def as_json() -> dict[str, object]:
    """Return every list by its name, for `turna wire schema`."""
    return {
        "mode": list(MODES),
        "time_quality": list(TIME_QUALITIES),
        "team_status": list(TEAM_STATUSES),
        "hazards": list(HAZARDS),
        "needs": list(NEED_ITEMS),
        "sos_phase": list(SOS_PHASES),
        "sos_kind": list(SOS_KINDS),
        "accuracy_m": list(ACCURACY_CLASSES_M),
        "fix_age_s": list(FIX_AGE_CLASSES_S),
    }
