"""WHO's Emergency Medical Team Minimum Data Set: what a team's daily report counts, by number.

Numbers and items as in the J-SPEED specification of the form (SS-MIX2, "EMT MDS daily report").
Some countries number 17 and 19 to 24 otherwise; such a form is another version, with a list of its
own, and is not to be entered here.
"""

VERSION = "WHO EMT MDS 2017 (J-SPEED numbering)"

# Which age groups a count may be split into. Forms differ between 5-64, and 5-17 with 18-64.
ALL_AGES = "all"
AGE_GROUPS = (ALL_AGES, "<1", "1-4", "5-17", "18-64", "5-64", "65+")
_PARTS_OF_5_64 = {"5-17", "18-64"}

_SECTIONS = (
    ("Consultations", ("Male", "Female, not pregnant", "Female, pregnant")),
    (
        "Trauma",
        (
            "Major head or spine injury",
            "Major torso injury",
            "Major extremity injury",
            "Moderate injury",
            "Minor injury",
        ),
    ),
    (
        "Infectious disease",
        (
            "Acute respiratory infection",
            "Acute watery diarrhoea",
            "Acute bloody diarrhoea",
            "Acute jaundice syndrome",
            "Suspected measles",
            "Suspected meningitis",
            "Suspected tetanus",
            "Acute flaccid paralysis",
            "Acute haemorrhagic fever",
            "Fever of unknown origin",
        ),
    ),
    ("Emergency", ("Surgical emergency, not trauma", "Medical emergency, not infectious")),
    (
        "Other diagnosis",
        (
            "Skin disease",
            "Acute mental health problem",
            "Obstetric complication",
            "Severe acute malnutrition",
            "Other diagnosis",
        ),
    ),
    (
        "Procedure",
        (
            "Major procedure",
            "Minor procedure",
            "Limb amputation",
            "Normal vaginal delivery",
            "Caesarean section",
            "Obstetric procedure, other",
        ),
    ),
    (
        "Outcome",
        (
            "Discharge without follow-up",
            "Discharge with follow-up",
            "Admission",
            "Referral",
            "Discharge against medical advice",
            "Dead on arrival",
            "Death in the facility",
            "Long-term rehabilitation needed",
        ),
    ),
    ("Relation to the event", ("Direct", "Indirect", "Not related")),
    (
        "Protection",
        (
            "Vulnerable child",
            "Vulnerable adult",
            "Sexual or gender-based violence",
            "Other violence",
        ),
    ),
)

# (number, section, name), numbered through.
ITEMS = tuple(
    (number, section, name)
    for number, (section, name) in enumerate(
        ((section, name) for section, names in _SECTIONS for name in names), start=1
    )
)
NAMES = {number: (section, name) for number, section, name in ITEMS}


def overlap(groups: set[str]) -> bool:
    """Tell whether somebody would be counted in two of these age groups."""
    return (ALL_AGES in groups and len(groups) > 1) or (
        "5-64" in groups and bool(groups & _PARTS_OF_5_64)
    )
