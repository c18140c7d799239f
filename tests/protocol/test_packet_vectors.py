"""The published packets: up to date, true both ways, and the same in the specification's text."""

import json
from typing import Any

import cbor2
import pycddl
import pytest

from tests.protocol.test_vectors import as_array
from tools import packet_vectors as made
from tools import vector_keys
from tools.malformed_packets import refusal
from tools.places import ROOT
from turna_protocol import acknowledgement as acks
from turna_protocol import alerts, fragments, keys, long_text, notices, packet, sealing
from turna_protocol.beacon import unpack_beacon
from turna_protocol.frame import Frame
from turna_protocol.reports import decode_report, encode_report

FILE = json.loads((made.FOLDER / "packets.json").read_text())
VECTORS = FILE["vectors"]
MALFORMED = json.loads((made.FOLDER / "malformed_packets.json").read_text())["vectors"]
CDDL = (ROOT / "protocol" / "turna.cddl").read_text()
REPORT_SCHEMA = pycddl.Schema(CDDL)
LONG_TEXT_SCHEMA = pycddl.Schema("start = long-text\n" + CDDL)
SPECIFICATION = (ROOT / "docs" / "protocol.md").read_text().replace(" ", "")


def of_kind(*kinds: int) -> list[Any]:
    return [vector for vector in VECTORS if vector["kind"] in kinds]


def test_the_files_are_what_the_code_makes() -> None:
    assert made.main(["--check"]) == 0, "run python3 -m tools.packet_vectors, look at the change"


def test_every_kind_has_a_vector() -> None:
    assert {vector["kind"] for vector in VECTORS} == set(range(1, len(packet.KIND_NAMES)))


@pytest.mark.parametrize("vector", of_kind(*packet.ADDRESSED), ids=lambda vector: vector["name"])
def test_an_addressed_packet_opens_to_its_fields(vector: Any) -> None:
    opened = sealing.open_link(bytes.fromhex(vector["packet"]), vector_keys.LINK)
    header = opened.header
    said = (header.kind, header.device, header.seq, header.hops_left, opened.content.hex())
    assert said == tuple(vector[name] for name in ("kind", "device", "seq", "hops_left", "content"))
    assert sealing.verify_end_to_end(
        header.device,
        header.seq,
        opened.content,
        opened.end_to_end_tag,
        vector_keys.END,
        header.kind,
    )


def test_the_others_open_to_their_fields() -> None:
    (ack,) = of_kind(packet.ACKNOWLEDGEMENT)
    entries = acks.unpack_acknowledgements(
        bytes.fromhex(ack["packet"]), vector_keys.DEVICE, vector_keys.LINK
    )
    assert [vars(entry) for entry in entries] == ack["entries"]
    (receipt,) = of_kind(packet.RECEIPT)
    receipts = acks.unpack_receipts(
        bytes.fromhex(receipt["packet"]), vector_keys.DEVICE, vector_keys.END
    )
    assert [vars(entry) for entry in receipts] == receipt["entries"]
    (beacon,) = of_kind(packet.BEACON)
    heard = unpack_beacon(bytes.fromhex(beacon["packet"]), vector_keys.ALL)
    assert heard.turns.hex() == beacon.pop("turns")
    assert all(
        getattr(heard, name) == value for name, value in beacon.items() if hasattr(heard, name)
    )


def test_what_packets_carry_keeps_to_the_cddl() -> None:
    carried = [bytes.fromhex(v["content"]) for v in of_kind(packet.REPORT, packet.ORDER)]
    carried += [
        bytes.fromhex(vector["body"])
        for vector in of_kind(packet.NOTICE)
        if vector["subject"] == notices.ORDER_TO_ALL
    ]
    assert len(carried) == 5
    frame = Frame(**FILE["frame"])
    for content in carried:
        REPORT_SCHEMA.validate_cbor(as_array(content))
        assert encode_report(decode_report(content, frame), frame) == content


@pytest.mark.parametrize("kind", [packet.FRAGMENT, packet.ORDER_FRAGMENT])
def test_the_parts_of_a_long_message_are_a_long_text_put_together(kind: int) -> None:
    assembly = fragments.Assembly()
    wholes = [assembly.add(v["seq"], bytes.fromhex(v["content"])) for v in of_kind(kind)]
    assert len(wholes) == 2
    assert wholes[0] is None
    assert wholes[1] is not None
    LONG_TEXT_SCHEMA.validate_cbor(wholes[1])
    assert cbor2.loads(wholes[1]) == list(vars(long_text.unpack_long_text(wholes[1])).values())


def test_the_cddl_refuses_what_is_no_long_text() -> None:
    for no_text in ([0, 0], [3, 0, "a"], [0, 1 << 32, "a"], [0, None, "a"], [0, 0, b"a"]):
        with pytest.raises(pycddl.ValidationError):
            LONG_TEXT_SCHEMA.validate_cbor(cbor2.dumps(no_text))


def test_alerts_and_notices_are_believed_by_who_holds_the_public_keys() -> None:
    anchors = tuple(bytes.fromhex(anchor) for anchor in FILE["keys"]["alert_anchors"])
    public_key = bytes.fromhex(FILE["keys"]["public_key"])
    watch = alerts.AlertWatch(anchors, public_key)
    for vector in of_kind(packet.ALERT):
        assert watch.hear(bytes.fromhex(vector["packet"])) is not None
    assert watch.alarms() == []
    for vector in of_kind(packet.NOTICE):
        board = notices.NoticeBoard(vector_keys.ALL)
        whole = [board.hear(bytes.fromhex(part)) for part in vector["packets"]][-1]
        assert whole is not None
        assert notices.verify_notice(*whole, public_key).body.hex() == vector["body"]


@pytest.mark.parametrize("vector", MALFORMED, ids=lambda vector: vector["name"])
def test_malformed_packets_are_refused_for_the_reason_given(vector: Any) -> None:
    assert vector["reason"]
    assert refusal(bytes.fromhex(vector["packet"])) == vector["reason"]


def test_the_worked_examples_of_the_specification_are_these_vectors() -> None:
    by_kind = {
        vector["kind"]: vector["packet"] for vector in reversed(VECTORS) if "packet" in vector
    }
    for kind in set(by_kind) - {packet.FRAGMENT, packet.ORDER_FRAGMENT}:  # long; in the file alone
        assert by_kind[kind] in SPECIFICATION, packet.KIND_NAMES[kind]
    for name in ("link_branch", "authentication_branch", "link_key", "authentication_key"):
        assert FILE["keys"][name] in SPECIFICATION
    assert keys.link_branch(vector_keys.MASTER).hex() == FILE["keys"]["link_branch"]
