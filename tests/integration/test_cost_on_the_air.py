"""What saying something costs, as told beforehand, against what a gateway's radio sends."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.secretariat.down_book import Book
from turna_backbone.down import WITHDRAW, Down
from turna_gateway.down_packets import packets_of
from turna_gateway.keyring import Keyring
from turna_protocol import keys
from turna_protocol.airtime import needs_low_data_rate
from turna_secretariat.archive import Archive
from turna_secretariat.down_cost import cost_of
from turna_simulation.lora import Modulation

LORA_SYNC_WORD = 0x1424


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    archive = Archive.in_file(tmp_path / "archive.db")
    archive.open()
    yield Book(tmp_path, archive)
    archive.close()


def _spent_ms(book: Book, said: list[Down]) -> float:
    """Return how long the simulated chip is on the air with what a gateway makes of it."""
    keyring = Keyring(book.field.mission, keys.link_branch(book.field.master))
    channel = book.field.mission.channel
    modulation = Modulation(
        freq_hz=channel.freq_hz,
        bandwidth_hz=channel.bandwidth_hz,
        sf=channel.sf,
        coding_rate=channel.coding_rate,
        low_data_rate=needs_low_data_rate(channel.sf, channel.bandwidth_hz),
        preamble_symbols=channel.preamble_symbols,
        sync_word=LORA_SYNC_WORD,
    )
    packets = [
        packet
        for one in said
        for packet in packets_of(one, keyring.handset(one.device), keyring.broadcast_key)
    ]
    return sum(modulation.airtime_us(len(packet)) for packet in packets) / 1000


@pytest.mark.parametrize("devices", [(1,), (1, 2), ()])
@pytest.mark.parametrize(
    ("kind", "form"),
    [
        ("text", {"phrase": "wait"}),
        ("text", {"text": "Köprüde buluşun, yol kapalı"}),
        ("text", {"text": "Stadyumda buluşun; köprü dört ton taşır. " * 20}),
        ("task", {"task": "search", "urgency": "immediate", "worksite": "TUR01-0003"}),
        ("roll_call", {}),
        ("settings", {"power": "poll", "position_min": 10}),
        ("alert", {"code": "evacuate"}),
        ("alert", {"code": "cease_work"}),
        ("alert", {"code": "resume"}),
    ],
)
def test_the_cost_shown_is_what_the_radio_spends_to_the_millisecond(
    book: Book, kind: str, form: dict[str, object], devices: tuple[int, ...]
) -> None:
    mission = book.field.mission
    told = cost_of(book.saying(kind, form, *devices), mission, mission.frame)
    book.say(kind, form, *devices)
    said = [one for gateway, one in book.sent if gateway == "hatay-1" and one.what != WITHDRAW]

    # Rounded up for each receiver.
    assert 0 <= told.airtime_ms - _spent_ms(book, said) <= max(1, len(devices) or 3)
