"""The QR code by which a phone joins a handset's own network, as the handset's settings hold it."""

import segno

from turna_protocol.phone_network import CODE_MODULES, CODE_ROW_BYTES, CODE_VERSION, join_text

NAME_LETTERS_MAX = 11  # more do not fit beside a code: the screen then shows words alone


def code_of(call_sign: str, authentication_key: bytes) -> str:
    """Return the code's rows in hexadecimal; nothing where it would leave no room for words."""
    if len(call_sign) > NAME_LETTERS_MAX:
        return ""
    text = join_text(call_sign, authentication_key)
    code = segno.make(text, version=CODE_VERSION, error="l", boost_error=True, micro=False)
    unused_bits = 8 * CODE_ROW_BYTES - CODE_MODULES
    rows = (int("".join(str(module & 1) for module in row), 2) for row in code.matrix)
    return b"".join((row << unused_bits).to_bytes(CODE_ROW_BYTES, "big") for row in rows).hex()
