"""Every text the rescuer reads, by id: one catalogue, so that other languages are other catalogues.

A line of the screen has 21 columns; a title leaves 8 of them, and a space, for EXERCISE. Never
transform case on the board: that differs between our languages.
"""

from turna_protocol import codes, delivery

TITLE_COLUMNS = 12
LINE_COLUMNS = 21
CODE_COLUMNS = 19  # two are for the mark in front
NAME_COLUMNS = 8

ENGLISH = {
    # what kind of operation, on every screen
    "mode.actual": "",
    "mode.exercise": "EXERCISE",
    "mode.test": "TEST",
    # home
    "home.no_fix": "No position",
    "home.fix": "Pos",
    "home.no_reports": "No report yet",
    "home.hint": "long: SITREP",
    # menu
    "menu.title": "Menu",
    "menu.sitrep": "New SITREP",
    "menu.reports": "My reports",
    "menu.position": "Send position",
    "menu.node": "This handset",
    "menu.back": "Back",
    # situation report
    "status.title": "Team status",
    "summary.title": "SITREP",
    "summary.send": "SEND",
    "summary.status": "Status",
    "summary.casualties": "Casualties",
    "summary.trapped": "Trapped",
    "summary.rescued": "Rescued",
    "summary.hazards": "Hazards",
    "summary.needs": "Needs",
    "count.immediate": "IMMEDIATE",
    "count.delayed": "DELAYED",
    "count.minor": "MINOR",
    "count.expectant": "EXPECTANT",
    "count.deceased": "DECEASED",
    "count.trapped": "TRAPPED",
    "count.rescued": "RESCUED",
    "count.unknown": "unknown",
    "count.none": "none",
    "count.hint": "press +  long: OK",
    "hazards.title": "Hazards",
    "needs.title": "Needs",
    "quantity.title": "How many",
    "done": "Done",
    # reports
    "reports.title": "Reports",
    "reports.none": "No reports",
    "report.saved": "saved",
    "report.tries": "sent",
    "report.back": "long: back",
    # SOS
    "sos.title": "SOS",
    "sos.countdown": "SOS in",
    "sos.countdown.cancel": "Press to cancel",
    "sos.active": "SOS is being sent",
    "sos.held": "SOS was heard",
    "sos.hint": "long: cancel SOS",
    "sos.cancel": "Cancel the SOS?",
    "sos.cancel.yes": "long: yes, I am safe",
    "sos.cancel.no": "press: no, keep it",
    # this handset
    "node.title": "Handset",
    # what needs a person's attention
    "warning.sos": "SOS ACTIVE",
    "warning.refused": "NOT SAVED: MEMORY",
    "warning.flash": "MEMORY FULL",
    "warning.dropped": "POSITIONS DROPPED",
    "warning.region": "REGION: NO SENDING",
    "warning.radio": "RADIO FAILED",
    "warning.duty": "AIRTIME USED UP",
    "warning.keys": "NUMBERS USED UP",
    "warning.fault": "FAULT, RESTARTED",
    # not provisioned
    "unprovisioned.title": "NOT SET UP",
    "unprovisioned.1": "This handset has no",
    "unprovisioned.2": "mission and cannot",
    "unprovisioned.3": "send. Connect USB.",
    # report types
    "type.sitrep": "SITREP",
    "type.sos": "SOS",
    "type.position": "Position",
    "type.node_health": "Health",
    "type.other": "Report",
    # delivery states
    "state.0": delivery.STATE_NAMES[delivery.SAVED],
    "state.1": delivery.STATE_NAMES[delivery.AT_GATEWAY],
    "state.2": delivery.STATE_NAMES[delivery.AT_SECRETARIAT],
    "state.3": delivery.STATE_NAMES[delivery.READ],
    "state.4": delivery.STATE_NAMES[delivery.ACTED],
    "state.5": delivery.STATE_NAMES[delivery.REFUSED],
    # codes whose own name is not what a rescuer would say, or is too long for a line
    "team_status.at_rdc": "at RDC",
    "team_status.en_route": "en route",
    "team_status.out_of_service": "out of service",
    "team_status.in_distress": "in distress",
    "hazard.explosive": "explosive, UXO",
    "hazard.asbestos_dust": "asbestos, dust",
    "hazard.biological_sewage": "biological, sewage",
    "hazard.secondary_collapse": "second collapse",
    "hazard.aftershock_sensitive": "aftershocks",
    "hazard.fall_height": "fall from height",
    "hazard.confined_space": "confined, low O2",
    "hazard.security_crowd": "security, crowd",
    "need.structural_engineers": "structure engineer",
    "need.protective_equipment": "protective gear",
}


def text(label: str) -> str:
    """Return the text of a label; an unknown one shows itself rather than nothing."""
    return ENGLISH.get(label, label)


def code_text(kind: str, name: str) -> str:
    """Return the text of a code, by its kind ("team_status", "hazard", "need") and name."""
    return ENGLISH.get(f"{kind}.{name}") or name.replace("_", " ")


def team_status(code: int) -> str:
    return code_text("team_status", codes.TEAM_STATUSES[code])


def hazard(code: int) -> str:
    return code_text("hazard", codes.HAZARDS[code])


def need(code: int) -> str:
    return code_text("need", codes.NEED_ITEMS[code])
