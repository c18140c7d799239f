"""How long the parts of a sealed packet are; apart from `sealing`, which a board seldom needs."""

from .packet import (
    FRAGMENT,
    HEADER_BYTES,
    HOLDING,
    ORDER,
    ORDER_FRAGMENT,
    PACKET_BYTES_MAX,
    REPORT,
)

LINK_TAG_BYTES = 4
# Fixed by kind, never by a field: 4 bytes up, where the Secretariat counts failures and raises an
# alarm long before 2^32 guesses fit on the air; 8 bytes down, where nobody watches.
END_TO_END_TAG_BYTES = {REPORT: 4, FRAGMENT: 4, HOLDING: 4, ORDER: 8, ORDER_FRAGMENT: 8}
REPORT_OVERHEAD_BYTES = HEADER_BYTES + END_TO_END_TAG_BYTES[REPORT] + LINK_TAG_BYTES
REPORT_CONTENT_BYTES_MAX = PACKET_BYTES_MAX - REPORT_OVERHEAD_BYTES
END_TO_END_DOMAIN = b"turna end to end 0"
