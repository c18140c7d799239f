"""The long code lists; `codes` gives them, and holds none of them."""

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

SOS_PHASES = ("declare", "update", "cancel")
