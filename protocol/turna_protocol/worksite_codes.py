"""Code lists of the worksite forms, after INSARAG; a name's place is its number on the wire."""

# Field Handbook 2027: A to D, and the fifth outcome of the flow chart.
TRIAGES = ("A", "B", "C", "D", "not_a_worksite")
ASR_LEVELS = ("asr3", "asr4", "asr5")

USES = (
    "unknown",
    "house",
    "apartments",
    "school",
    "hospital",
    "care_home",
    "office",
    "shop",
    "hotel",
    "worship",
    "industrial",
    "public",
    "mixed",
    "transport",
    "other",
)
CONSTRUCTIONS = (
    "unknown",
    "concrete_frame",
    "concrete_wall",
    "precast",
    "steel_frame",
    "brick_concrete_slab",
    "brick_timber_slab",
    "stone_adobe",
    "timber",
    "other",
)
COLLAPSES = ("inclined", "overturn", "pancake", "debris_heap", "overhang", "partial")
VOIDS = ("unknown", "small", "big")
# F15, A to F.
OPERATIONS = ("search", "shoring", "breaking", "lifting", "rope", "medical")

OUTCOMES = ("unknown", "live", "deceased")
INJURIES = ("unknown", "none", "stable", "critical")
WORK_LEVELS = ("unknown", "assist_only", "light_debris", "asr3", "asr4", "asr5")
HANDED_TO = (
    "unknown",
    "locals_family",
    "ambulance",
    "medical_team",
    "field_hospital",
    "helicopter",
    "hospital",
    "mortuary",
    "other",
)
# Clockwise from the corner of sides 1 and 2; E is the core.
QUADRANTS = ("unknown", "A", "B", "C", "D", "E")
AGE_GROUPS = ("unknown", "infant", "child", "adolescent", "adult", "older")
SEXES = ("unknown", "female", "male")
