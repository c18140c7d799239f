"""Loads the handset's modules leaves first, with the heap swept in between.

An import inside an import inside an import takes stack, of which an ESP32 has 16 kB, and leaves
the heap in pieces. So what others stand on is loaded before them.
"""

import gc

PARTS = (
    "turna_protocol.record",
    "turna_protocol.codes",
    "turna_protocol.cbor",
    "turna_protocol.reports.fields",
    "turna_protocol.reports.heading",
    "turna_protocol.reports.codec",
    "turna_protocol.reports",
    "turna_protocol.ccm",
    "turna_protocol.sealing",
    "turna_protocol.acknowledgement",
    "turna_protocol.beacon",
    "turna_protocol.link",
    "turna_protocol.duty",
    "turna_protocol.modem.framing",
    "turna_protocol.modem.messages",
    "turna_protocol.modem.device_end",
    "turna_protocol.modem.journal_messages",
    "turna_board.radio_driver",
    "turna_board.board",
    "turna_protocol.text",
    "turna_handset.labels",
    "turna_handset.form",
    "turna_handset.display",
    "turna_handset.raster",
    "turna_handset.journal",
    "turna_handset.reporter",
    "turna_handset.courier",
    "turna_handset.panel",
)


def load() -> None:
    """Import every part, in order."""
    for name in PARTS:
        gc.collect()
        __import__(name)
    gc.collect()
