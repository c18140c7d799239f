"""A handset as its pages see it: reports, letters, itself, the time."""

from turna_handset.display import ReportLine

NOW_S = 1_801_915_200


class Board:
    """What a handset tells its pages: reports, itself, the time; nothing has to leave memory."""

    unread = 0

    def __init__(self, reports: "tuple[ReportLine, ...]", letters: "object" = None) -> None:
        self._reports = reports
        self._letters = letters

    def count_reports(self) -> int:
        return len(self._reports)

    def listed(self, row: int, now_ms: int) -> "ReportLine | None":
        return self._reports[row] if row < len(self._reports) else None

    def node(self, now_ms: int) -> "tuple[str, ...]":
        return ("Device 7", "Region COMMON433", "Heard 12", "Sent 3", "Refused 0", "Memory 45 KB")

    def time_s(self, now_ms: int) -> "int | None":
        return NOW_S + now_ms // 1000

    def inbox(self) -> "object":
        return self._letters

    def give_way(self) -> None: ...
    def load(self, names: "tuple[str, ...]") -> None: ...
    def forget(self, names: "tuple[str, ...]") -> None: ...
    def forget_reports(self) -> None: ...
    def forget_letters(self) -> None: ...
