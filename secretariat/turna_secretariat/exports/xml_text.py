"""Building XML: elements with harmless text, and a document as bytes."""

import xml.etree.ElementTree as ET

from turna_secretariat.exports.harmless import one_line

Element = ET.Element


def child(parent: Element, tag: str, text: object = None, **attributes: object) -> Element:
    """Add an element; nothing of its text or attributes acts as markup."""
    made = ET.SubElement(parent, tag, {k: one_line(str(v)) for k, v in attributes.items()})
    if text is not None:
        made.text = one_line(str(text))
    return made


def document(root: Element) -> bytes:
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))
