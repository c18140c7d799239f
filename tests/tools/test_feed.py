"""The description of the feed is valid, says what the programs send, and its page is the newest."""

import copy

import cbor2
import pytest

from tests.backbone.test_envelope import HEALTH, RECEIPT, REPORT
from tools import feed
from turna_backbone import topics
from turna_backbone.bundle import pack_bundle
from turna_backbone.down import ORDER, SENT, Down, DownState, Part
from turna_backbone.envelope import GivenOut, Presence, ReceiptEnvelope
from turna_backbone.resend import Missing, Resend, Run
from turna_protocol.packet import ORDER as ORDER_PACKET

ROW = [getattr(REPORT, name) for name in REPORT.__slots__ if name not in ("gateway", "boot_id")][
    :-1
]
ID = bytes(range(8))
PAYLOADS = {
    "report": REPORT.pack(),
    "bundle": pack_bundle(REPORT.boot_id, [ROW, ROW]),
    "receipts": ReceiptEnvelope((RECEIPT, RECEIPT)).pack(),
    "resend": Resend((Run(b"bootboot", b"12345678"),), (Missing(17, 1, 1_000, 1_003),)).pack(),
    "presence": Presence(online=True, boot_id=b"bootboot").pack(),
    "numbers": GivenOut(b"bootboot", 17).pack(),
    "health": HEALTH.pack(),
    "down": Down(
        ID, ORDER, 1, 1_790_003_600, 17, 1, 5, ORDER_PACKET, (Part(b"\x82\x01\x02", bytes(8)),)
    ).pack(),
    "downState": DownState(ID, 17, SENT, 1_790_000_000).pack(),
}
ADDRESSES = {
    "sos": topics.sos("tr", "afad-1"),
    "report": topics.report("tr", "afad-1"),
    "reports": topics.gateway_reports("tr", "hatay-1"),
    "resend": topics.resend("tr", "hatay-1"),
    "decoded": topics.decoded("tr", "afad-1", actual=True),
    "decodedExercise": topics.decoded("tr", "afad-1", actual=False),
    "receipt": topics.receipt("tr", "hatay-1"),
    "connection": topics.gateway_connection("tr", "hatay-1"),
    "health": topics.gateway_health("tr", "hatay-1"),
    "down": topics.down("tr", "hatay-1"),
    "downState": topics.down_state("tr", "hatay-1"),
    "secretariat": topics.SECRETARIAT_CONNECTION,
    "numbers": topics.SECRETARIAT_NUMBERS,
}


def shown(value: object) -> object:
    """Return a CBOR value as the description writes it: byte strings in hexadecimal."""
    if isinstance(value, bytes):
        return value.hex()
    return [shown(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("message", PAYLOADS)
def test_what_is_really_sent_fits_its_schema_and_with_any_item_wrong_it_does_not(
    message: str,
) -> None:
    validator = feed.payload_validator(feed.document(), message)
    payload = shown(cbor2.loads(PAYLOADS[message]))
    assert isinstance(payload, list)

    validator.validate(payload)
    for item in range(len(payload)):
        assert not validator.is_valid([*payload[:item], {"no": "such"}, *payload[item + 1 :]])
    assert not validator.is_valid(payload[:-1])
    assert not validator.is_valid([*payload, 0])


def test_every_topic_and_every_message_is_described_and_nothing_else() -> None:
    described = feed.document()
    filled = {
        name: channel["address"].format(country="tr", unit="afad-1", gateway="hatay-1")
        for name, channel in described["channels"].items()
    }

    assert filled == ADDRESSES
    # What is decoded: tests/secretariat/test_json_feed.py
    assert described["components"]["messages"].keys() == PAYLOADS.keys() | {"decoded"}


def test_the_description_and_its_page_are_in_order() -> None:
    described = feed.document()

    assert list(feed.format_problems(described)) == []
    assert list(feed.example_problems(described)) == []
    assert feed.PAGE.read_text() == feed.render(described)
    assert "http" not in feed.render(described), "the page asks nobody"


def test_a_description_that_asyncapi_does_not_know_is_told() -> None:
    wrong = copy.deepcopy(feed.document())
    wrong["channels"]["sos"]["adress"] = "?"
    wrong["components"]["messages"]["presence"]["examples"][0]["payload"] = [1, "yes"]

    assert list(feed.format_problems(wrong))
    assert list(feed.example_problems(wrong))
