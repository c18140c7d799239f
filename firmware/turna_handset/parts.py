"""Which modules are in memory, and when: some all the time, some only while they are needed.

An import inside an import inside an import takes stack, of which an ESP32 has 16 kB, and leaves
the heap in pieces.  So what others stand on is loaded before them, with the heap swept in between.
"""

import gc
import sys

from turna_board import stack

PARTS = (
    "turna_protocol.record",
    "turna_protocol.channel",
    "turna_protocol.codes",
    "turna_protocol.key_parts",
    "turna_protocol.sealer",
    "turna_protocol.acknowledgement",
    "turna_protocol.beacon",
    "turna_protocol.link",
    "turna_protocol.duty",
    "turna_board.radio_driver",
    "turna_board.board",
    "turna_protocol.text",
    "turna_handset.labels",
    "turna_handset.form",
    "turna_handset.journal",
    "turna_handset.reporter",
    "turna_handset.mailbox",
    "turna_handset.courier",
    "turna_handset.panel",
)

# What each job takes beside the above, leaves first.  Nothing that stays may hold on to it.
FOR_THE_START = (
    "turna_protocol.mission",
    "turna_protocol.regions",
    "turna_protocol.settings_slot",
    "turna_board.settings",
    "turna_handset.kit",
)
FOR_BUILDING = (
    "turna_board.board",
    "turna_board.oled",
    "turna_board.radio_probe",
)
FOR_A_REPORT = (
    "turna_protocol.cbor",
    "turna_protocol.digits",
    "turna_protocol.reports.types",
    "turna_protocol.reports.fields",
    "turna_protocol.reports.code_fields",
    "turna_protocol.reports.heading",
    "turna_protocol.reports.codec",
    "turna_protocol.reports",
    "turna_handset.compose",
)
FOR_THE_SCREEN = (
    "turna_handset.font",
    "turna_handset.font_large",
    "turna_handset.lines",
    "turna_handset.display",
    "turna_handset.raster",
)
FOR_A_CONTENT = FOR_A_REPORT[:-1]  # reading needs all but what composes
FOR_THE_INBOX = ("turna_handset.letter", "turna_handset.inbox")
FOR_A_LETTER = (
    "turna_protocol.ccm",
    "turna_protocol.sealing",
    "turna_protocol.downlink",
    "turna_protocol.orders",
    "turna_handset.mail_state",
    "turna_handset.mail_reading",
)
_BY_KIND_OF_LETTER = (
    "turna_handset.mail_recovery",
    "turna_protocol.fragments",
    "turna_protocol.notices",
    "turna_protocol.alerts",
    "turna_protocol.sha512",
    "turna_protocol.ed25519",
)
FOR_PAGES = (
    "turna_protocol.code_lists",
    "turna_protocol.report_codes",
    "turna_handset.steps",
    "turna_handset.sheets",
    "turna_handset.sheet",
    "turna_handset.lists",
    "turna_handset.letter",
    "turna_handset.inbox",
    "turna_handset.inbox_page",
)
_BOARDS = "turna_board.boards."
_TYPES_OF_REPORT = "turna_protocol.reports."  # each is loaded by what needs it
_WITH_TYPES = (
    "turna_handset.remote_settings",
    "turna_handset.health",
    "turna_protocol.code_lists",
    "turna_protocol.report_codes",
    "turna_protocol.worksite_codes",
    "turna_protocol.long_text",
    "turna_handset.letter_sorting",
    "turna_handset.letter_text",
)
FOR_A_HOST = (
    "turna_protocol.modem.framing",
    "turna_protocol.modem.messages",
    "turna_protocol.modem.device_end",
    "turna_protocol.modem.journal_messages",
    "turna_protocol.modem",
    "turna_board.identity",
    "turna_board.usb",
)
FOR_A_PHONE = (
    "microdot",
    "turna_board.access_point",
    "turna_handset.phone_site",
)
FOR_A_FORM = (
    "turna_protocol.json_form",
    "turna_protocol.json_fields",
    "turna_protocol.iso8601",
)


def load(names: tuple[str, ...]) -> None:
    """Import modules, in order."""
    for name in names:
        if name not in sys.modules:
            gc.collect()
            __import__(name)
    gc.collect()


def forget(names: tuple[str, ...]) -> None:
    """Let go of modules, last first; who needs one later imports it anew."""
    for name in reversed(names):
        _drop(name)
    stack.sweep()


def forget_reports() -> None:
    """Let go of what a report was made or read with, its type included, whichever it was."""
    gc.collect()  # there may be no memory left to let go with
    _forget_below(_TYPES_OF_REPORT)
    forget(FOR_A_FORM)
    forget(FOR_A_REPORT)
    forget(_WITH_TYPES)


def forget_letters() -> None:
    """Let go of what a packet that came down was read with."""
    forget(FOR_A_LETTER)
    forget(_BY_KIND_OF_LETTER)


def forget_boards() -> None:
    """Let go of the board's profile, and of the one that it derives from."""
    _forget_below(_BOARDS)
    stack.sweep()


def _forget_below(package: str) -> None:
    name = _loaded_below(package)
    while name is not None:
        _drop(name)
        name = _loaded_below(package)


def _loaded_below(package: str) -> str | None:
    for name in sys.modules:
        if name.startswith(package):
            return name
    return None


def _drop(name: str) -> None:
    sys.modules.pop(name, None)
    package, _, leaf = name.rpartition(".")
    above = sys.modules.get(package)
    if above is not None and hasattr(above, leaf):
        delattr(above, leaf)
