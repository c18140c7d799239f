"""Name and password of a handset's own Wi-Fi network, and the code by which a phone joins it.

The handset and the kit that provisions it derive the same; the code is made by the kit alone.
"""

import hashlib

NAME_LETTERS_MAX = 15  # of a call sign; the screen has room for no more
# Letters and digits that no eye confuses on a small screen: five bits each.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789+"
PASSWORD_LETTERS = 12  # sixty bits; WPA2 wants at least eight letters
# A QR code of version 3 (ISO/IEC 18004): 53 bytes at level L, which is more than `join_text` has.
CODE_VERSION = 3
CODE_MODULES = 29
CODE_ROW_BYTES = 4  # the first module is the highest bit; dark is 1
CODE_BYTES = CODE_MODULES * CODE_ROW_BYTES


def network_name(call_sign: str) -> str:
    return call_sign[:NAME_LETTERS_MAX]


def password_of(authentication_key: bytes) -> str:
    """Return the password of a handset's network: the same each time, and nobody else's.

    From a key of the mission kit, by a hash that does not lead back to it.
    """
    digest = hashlib.sha256(b"turna phone page 0" + authentication_key).digest()
    return "".join([_LETTERS[byte & 31] for byte in digest[:PASSWORD_LETTERS]])


def join_text(call_sign: str, authentication_key: bytes) -> str:
    """Return what a phone's camera takes as a network to join (ZXing's form, which all know)."""
    name, password = network_name(call_sign), password_of(authentication_key)
    return f"WIFI:T:WPA;S:{name};P:{password};;"
