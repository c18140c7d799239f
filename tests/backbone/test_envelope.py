"""Envelopes: what one side packs the other reads back, and nothing else is accepted."""

from dataclasses import replace

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from turna_backbone.envelope import (
    ENVELOPE_LIMIT,
    RECEIPTS_LIMIT,
    GatewayHealth,
    Presence,
    Receipt,
    ReceiptEnvelope,
    ReportEnvelope,
    take_items,
)
from turna_protocol import cbor
from turna_protocol.errors import MalformedError, MisuseError

REPORT = ReportEnvelope(
    device=17,
    generation=1,
    seq=1_000,
    header=bytes.fromhex("0401100003"),
    content=b"\x82\x01\x02",
    end_to_end_tag=b"tags",
    digest=b"12345678",
    quarantined=False,
    gateway="hatay-1",
    boot_id=b"bootboot",
    heard_at_s=1_790_000_000,
    rssi_dbm=-118,
    snr_db_x4=-30,
    hops=1,
    attempt=3,
)
RECEIPT = Receipt(device=17, generation=1, seq=1_000, digest=b"12345678", state=2, sealed=b"sealed")
HEALTH = GatewayHealth(
    boot_id=b"bootboot",
    time_s=1_790_000_000,
    uptime_s=60,
    modem_up=True,
    heard=10,
    stored=9,
    acknowledged=9,
    receipted=8,
    refused=1,
    waiting_sos=0,
    waiting_report=1,
    waiting_health=0,
    oldest_waiting_s=12,
)


def test_a_heartbeat_tells_of_revoked_handsets_only_while_there_are_some() -> None:
    telling = replace(HEALTH, revoked_heard=((17, 3), (40, 1)))

    assert GatewayHealth.unpack(telling.pack()) == telling
    assert len(cbor.decode(telling.pack())) == 1 + len(cbor.decode(HEALTH.pack()))  # type: ignore[arg-type]  # lists


@pytest.mark.parametrize("pairs", [[], [[17]], [[17, 0]], [[0, 1]], [17], [[17, True]]])
def test_nonsense_about_revoked_handsets_is_refused(pairs: "cbor.Value") -> None:
    items = cbor.decode(HEALTH.pack())
    assert isinstance(items, list)
    with pytest.raises(MalformedError):
        GatewayHealth.unpack(cbor.encode([*items, pairs]))


def test_every_envelope_survives_the_way_there() -> None:
    assert ReportEnvelope.unpack(REPORT.pack()) == REPORT
    assert ReceiptEnvelope.unpack(ReceiptEnvelope((RECEIPT,)).pack()).receipts == (RECEIPT,)
    assert Presence.unpack(Presence(online=True, boot_id=b"bootboot").pack()).online
    assert GatewayHealth.unpack(HEALTH.pack()) == HEALTH


def test_any_cbor_decoder_reads_a_report_envelope() -> None:
    version, device, *_ = cbor2.loads(REPORT.pack())

    assert (version, device) == (1, 17)


@given(
    seq=st.integers(0, (1 << 20) - 1),
    content=st.binary(max_size=255),
    rssi_dbm=st.integers(-300, 100),
    attempt=st.integers(0, 0xFFFF_FFFF),
)
def test_any_values_in_range_survive(seq: int, content: bytes, rssi_dbm: int, attempt: int) -> None:
    envelope = replace(REPORT, seq=seq, content=content, rssi_dbm=rssi_dbm, attempt=attempt)

    assert ReportEnvelope.unpack(envelope.pack()) == envelope


@pytest.mark.parametrize(
    "changes",
    [
        {"device": 0},
        {"device": 4095},
        {"seq": 1 << 20},
        {"seq": True},
        {"content": bytes(256)},
        {"digest": b"short"},
        {"gateway": ""},
        {"gateway": "g" * 33},
        {"rssi_dbm": -301},
        {"quarantined": 1},
    ],
)
def test_a_value_out_of_range_is_our_own_mistake(changes: dict[str, object]) -> None:
    with pytest.raises(MisuseError):
        replace(REPORT, **changes).pack()  # type: ignore[arg-type]  # wrong on purpose


def test_every_truncation_and_every_longer_payload_is_refused() -> None:
    payload = REPORT.pack()
    for length in range(len(payload)):
        with pytest.raises(MalformedError):
            ReportEnvelope.unpack(payload[:length])
    with pytest.raises(MalformedError):
        ReportEnvelope.unpack(payload + b"\x00")


@given(st.binary(max_size=80))
def test_random_bytes_are_refused_without_any_other_error(payload: bytes) -> None:
    for unpack in (
        ReportEnvelope.unpack,
        ReceiptEnvelope.unpack,
        Presence.unpack,
        GatewayHealth.unpack,
    ):
        with pytest.raises(MalformedError):
            unpack(payload)


@pytest.mark.parametrize(
    "items",
    [
        [2, True, b"bootboot"],
        [True, True, b"bootboot"],
        [1, 1, b"bootboot"],
        [1, True, "bootboot"],
        [1, True, b"boot"],
        [1, True],
        [1, True, b"bootboot", 0],
        {1: True, 2: b"bootboot"},
    ],
)
def test_valid_cbor_that_is_no_envelope_is_refused(items: object) -> None:
    with pytest.raises(MalformedError):
        Presence.unpack(cbor2.dumps(items))


def test_receipts_beyond_the_limit_are_neither_made_nor_accepted() -> None:
    too_many = (RECEIPT,) * (RECEIPTS_LIMIT + 1)
    with pytest.raises(MisuseError):
        ReceiptEnvelope(too_many).pack()

    row = [17, 1, 1_000, b"12345678", 2, b"sealed"]
    with pytest.raises(MalformedError):
        ReceiptEnvelope.unpack(cbor2.dumps([1, [row] * (RECEIPTS_LIMIT + 1)]))


def test_as_many_receipts_as_allowed_fit_the_codec_and_the_envelope() -> None:
    largest = RECEIPT._replace(seq=(1 << 20) - 1, generation=65_535, sealed=bytes(64))

    payload = ReceiptEnvelope((largest,) * RECEIPTS_LIMIT).pack()

    assert len(payload) <= ENVELOPE_LIMIT
    assert len(ReceiptEnvelope.unpack(payload).receipts) == RECEIPTS_LIMIT


def test_an_enormous_payload_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(MalformedError, match="too long"):
        ReportEnvelope.unpack(bytes(ENVELOPE_LIMIT + 1))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 64), (1 << 64) - 1) | st.binary() | st.text(),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=12,
)


def read_by_ourselves(payload: bytes) -> object:
    try:
        value = cbor.decode(payload)
    except MalformedError:
        return None
    return value if isinstance(value, list) and value[:1] == [1] and len(value) == 2 else None


def read(payload: bytes) -> object:
    try:
        return take_items(payload, 2)
    except MalformedError:
        return None


@given(value=VALUES, at=st.integers(0, 1_000), byte=st.integers(0, 255))
def test_an_envelope_is_read_as_our_own_codec_reads_it(value: object, at: int, byte: int) -> None:
    try:
        payload = cbor.encode([1, value])  # type: ignore[list-item]  # of its types
    except MisuseError:  # nested too deep
        return
    assert read(payload) == read_by_ourselves(payload)

    damaged = bytearray(payload)
    damaged[at % len(damaged)] = byte
    assert read(bytes(damaged)) in (read_by_ourselves(bytes(damaged)), None)


@pytest.mark.parametrize(
    "item",
    ["f90000", "c11a00000000", "a10102", "c5821a7fffffff01", "d81c81d81d00", "1800", "9f01ff"],
    ids=["float", "date", "map", "bigfloat", "cycle", "long form", "indefinite"],
)
def test_what_only_other_codecs_know_is_refused(item: str) -> None:
    with pytest.raises(MalformedError):
        take_items(bytes.fromhex("8201" + item), 2)
