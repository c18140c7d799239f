"""Code lists of hazards, needs, medevacs, messages and tasks; a place in a list is its wire number.

Apart from the types of report, so that a screen can name a code without holding the type.
"""

# CAP 1.2, severity.
SEVERITIES = ("unknown", "minor", "moderate", "severe", "extreme")
ACTIONS = ("none", "avoid", "evacuate", "cordon", "protective_equipment", "monitor")
URGENCIES = ("unknown", "within_6h", "within_24h", "within_72h", "later")
PRECEDENCES = ("unknown", "urgent", "urgent_surgical", "priority", "routine", "convenience")
PHRASES = (
    "none",
    "yes",
    "no",
    "received",
    "wait",
    "repeat_please",
    "call_me",
    "arrived",
    "leaving",
    "starting_work",
    "work_finished",
    "returning_to_base",
    "need_relief",
    "need_interpreter",
    "need_decision",
    "victim_found_live",
    "victim_found_deceased",
    "voices_heard",
    "silence_please",
    "access_blocked",
    "access_open",
    "weather_worsens",
    "aftershock_felt",
    "all_safe",
    "member_injured",
    "equipment_failed",
    "meeting_point_reached",
    "visitors_on_site",
    "media_on_site",
    "police_needed",
    "fire_service_needed",
    "ambulance_needed",
    "roll_call",
    "evacuate",
    "cease_work",
    "resume_work",
)
TASKS = (
    "other",
    "go_to",
    "assess_area",
    "triage_worksite",
    "search",
    "rescue",
    "recover",
    "medical",
    "evacuate_people",
    "transport",
    "deliver",
    "stand_by",
    "relieve_team",
    "return_to_base",
    "meet",
    "rest",
)
TASK_URGENCIES = ("routine", "priority", "immediate")
STATUSES = ("seen", "accepted", "refused", "under_way", "done", "failed", "cancelled")
REASONS = (
    "none",
    "unsafe",
    "no_access",
    "no_capacity",
    "no_equipment",
    "too_far",
    "other_task",
    "not_needed",
    "other",
)
