"""WHO's Emergency Medical Team Minimum Data Set: what a team's daily report counts, by number.

Items, numbers, order and age groups as on the EMT MDS Daily Report form, version 1.0 (WHO EMT MDS
Working Group, 2017, kept at mdsgateway.net): 1 to 50 are counts; 51 to 65 are boxes to tick and not
part of this.  19 to 22 are the country's own.  The form is a picture; this was read from programs
that follow it number by number, which agree but where a country changed 17 and filled in 19 to 22.
J-SPEED, Japan's form, has 46 items and other numbers from 19 on: not to be entered here.
"""

VERSION = "WHO EMT MDS 1.0 (daily report, items 1 to 50)"

# The parts that age groups consist of.
_AGES = ("<1", "1-4", "5-17", "18-64", "65+")
ALL_AGES = "all"
# Which age groups a count may be split into: the form's own, and those of forms that differ.
PARTS = {
    ALL_AGES: _AGES,
    **{age: (age,) for age in _AGES},
    "<5": ("<1", "1-4"),
    "5-64": ("5-17", "18-64"),
    "5+": ("5-17", "18-64", "65+"),
}
AGE_GROUPS = (ALL_AGES, "<5", "<1", "1-4", "5+", "5-17", "5-64", "18-64", "65+")
_BY_FIVE, _BY_TWO, _BY_NONE = _AGES, ("<5", "5+"), (ALL_AGES,)

# What the country fills with diseases of its own; a count under it says nothing by itself.
OF_THE_COUNTRY = range(19, 23)

# (section, how the form splits its counts by age, items).
_SECTIONS = (
    ("Consultations", _BY_FIVE, ("Male", "Female, not pregnant", "Female, pregnant")),
    (
        "Trauma",
        _BY_TWO,
        (
            "Major head / spine injury",
            "Major torso injury",
            "Major extremity injury",
            "Moderate injury",
            "Minor injury",
        ),
    ),
    (
        "Infectious disease",
        _BY_TWO,
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
    ("The country's own", _BY_TWO, tuple(f"Additional item {n}" for n in OF_THE_COUNTRY)),
    (
        "Emergency",
        _BY_TWO,
        ("Surgical emergency (non-trauma)", "Medical emergency (non-infectious)"),
    ),
    (
        "Other key disease",
        _BY_TWO,
        (
            "Skin disease",
            "Acute mental health problem",
            "Obstetric complications",
            "Severe acute malnutrition (SAM)",
            "Other diagnosis, not specified above",
        ),
    ),
    (
        "Procedure",
        _BY_TWO,
        (
            "Major procedure (excluding 31)",
            "Limb amputation excluding digits",
            "Minor surgical procedure",
            "Normal vaginal delivery (NVD)",
            "Caesarean section",
            "Obstetrics, others",
        ),
    ),
    (
        "Outcome",
        _BY_NONE,
        (
            "Discharge without medical follow-up",
            "Discharge with medical follow-up",
            "Discharge against medical advice",
            "Referral",
            "Admission",
            "Dead on arrival",
            "Death within facility",
            "Requiring long-term rehabilitation",
        ),
    ),
    (
        "Relation to the event",
        _BY_NONE,
        ("Directly related", "Indirectly related", "Not related"),
    ),
    (
        "Protection",
        _BY_NONE,
        (
            "Vulnerable child",
            "Vulnerable adult",
            "Sexual and gender-based violence (SGBV)",
            "Violence (non-SGBV)",
        ),
    ),
)

# (number, section, name, age groups of the form), numbered through.
ITEMS = tuple(
    (number, section, name, ages)
    for number, (section, name, ages) in enumerate(
        ((section, name, ages) for section, ages, names in _SECTIONS for name in names), start=1
    )
)
NAMES = {number: (section, name) for number, section, name, _ in ITEMS}


def overlap(groups: set[str]) -> bool:
    """Tell whether somebody would be counted in two of these age groups."""
    parts = [part for group in groups for part in PARTS[group]]
    return len(parts) > len(set(parts))
