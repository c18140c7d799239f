"""What may stand for a person's name."""

import unicodedata

NAME_LIMIT = 80
# Controls, invisible and direction-changing characters, surrogates, unassigned, line separators.
_FORBIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def person_name(text: str) -> str:
    """Return the name as it is kept. ValueError says in one sentence what is wrong with it."""
    if len(text) > NAME_LIMIT:
        raise ValueError(f"a name has at most {NAME_LIMIT} characters, this one {len(text)}")
    if any(unicodedata.category(character) in _FORBIDDEN for character in text):
        raise ValueError("a name has no control, invisible or direction-changing characters")
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not any(character.isalpha() for character in name):
        raise ValueError("write your name: a deed needs a person who answers for it")
    return name
