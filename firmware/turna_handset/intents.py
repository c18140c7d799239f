"""What the rescuer decided; the desk carries it out."""

SEND = "send"  # a report: the name of its type, and its fields
SEND_POSITION = "send_position"
DECLARE_SOS = "declare_sos"
UPDATE_SOS = "update_sos"
CANCEL_SOS = "cancel_sos"
SPEAK = "speak"
HEAR_ALARM = "hear_alarm"
SAVE_POWER = "save_power"
OPEN_PHONE = "open_phone"
CLOSE_PHONE = "close_phone"
MARK = "mark"  # a letter: how far it has come


class Intent:
    """An action, with what it needs; `letter` is the reference of the order that it answers."""

    def __init__(
        self,
        action: str,
        name: str = "",
        values: "dict[str, object] | None" = None,
        letter: int | None = None,
        status: int = 0,
    ) -> None:
        self.action = action
        self.name = name
        self.values = values or {}
        self.letter = letter
        self.status = status  # of the letter, once the action is done
