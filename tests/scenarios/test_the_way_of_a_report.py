"""The way of a report through the whole chain, from a key press to the words on the screen."""

import pytest

from turna_handset import font
from turna_secretariat import queries
from turna_secretariat.inbox import Deed
from turna_simulation.board import Board
from turna_simulation.chain import VirtualChain

SHORT_MS, LONG_MS, HOLD_MS = 120, 900, 2_400


def _type(board: Board, chain: VirtualChain, *holds_ms: int) -> None:
    for hold_ms in holds_ms:
        board.press("user", hold_ms)
        chain.world.run_for(hold_ms + 700)


def _says(board: Board, words: str) -> bool:
    return any(words in line for line in board.screen().text(font))


def _comes_to_say(board: Board, chain: VirtualChain, words: str, within_ms: int) -> bool:
    """Look at the screen twice a second, as a person would."""
    for _ in range(within_ms // 500):
        if _says(board, words):
            return True
        chain.world.run_for(500)
    return _says(board, words)


def _up(chain: VirtualChain) -> Board:
    chain.start()
    board = chain.add_handset(1, position=(400.0, 300.0))
    board.parts.gnss.stand_at(3_620_500, 3_616_300)
    board.power_on()
    chain.world.run_for(6_000)
    return board


def test_a_report_typed_on_a_handset_reaches_the_archive_and_the_screen_says_so(
    chain: VirtualChain,
) -> None:
    board = _up(chain)
    _type(board, chain, LONG_MS, LONG_MS, LONG_MS)

    assert _comes_to_say(board, chain, "stored at Secretariat", 60_000)
    with chain.secretariat.archive.reader() as connection:
        stored = queries.reports(connection, chain.secretariat.registry)
    (sitrep,) = [report for report in stored if report["type"] == "sitrep"]
    assert (sitrep["call_sign"], sitrep["mode"], sitrep["standing"]) == (
        "TUR01-1",
        "exercise",
        "authentic",
    )


def test_an_sos_is_declared_held_accepted_by_name_and_cancelled(chain: VirtualChain) -> None:
    board = _up(chain)
    board.press("user", HOLD_MS)
    chain.world.run_for(HOLD_MS + 500)
    assert _says(board, "SOS in")
    secretariat = chain.secretariat

    def alarmed() -> bool:
        with secretariat.archive.reader() as connection:
            return bool(queries.open_alarms(connection, secretariat.registry))

    assert chain.world.run_until(alarmed, 20_000)
    with secretariat.archive.reader() as connection:
        (alarm,) = queries.open_alarms(connection, secretariat.registry)
    deed = Deed(alarm["report_id"], "accepted", "Aylin Demir")
    secretariat.inbox.put(deed)
    secretariat.wake()
    assert _comes_to_say(board, chain, "read by a person", 60_000)
    assert not alarmed()

    _type(board, chain, HOLD_MS, LONG_MS, LONG_MS)
    chain.world.run_for(30_000)
    with secretariat.archive.reader() as connection:
        phases = [
            report["report"]["phase"]
            for report in queries.reports(connection, secretariat.registry)
            if report["type"] == "sos"
        ]
    assert phases == ["cancel", "declare"]


def test_a_countdown_that_is_cancelled_sends_no_sos(chain: VirtualChain) -> None:
    board = _up(chain)
    board.press("user", HOLD_MS)
    chain.world.run_for(HOLD_MS + 1_000)
    board.press("user", SHORT_MS)
    chain.world.run_for(30_000)

    with chain.secretariat.archive.reader() as connection:
        assert "sos" not in queries.counts(connection, "exercise")["by_type"]


def test_a_report_written_out_of_range_waits_on_the_handset_and_goes_out_later(
    chain: VirtualChain,
) -> None:
    board = _up(chain)
    chain.world.ether.block(board.name)
    _type(board, chain, LONG_MS, LONG_MS, LONG_MS)
    chain.world.run_for(60_000)
    assert _says(board, "saved here")

    chain.world.ether.unblock(board.name)

    assert _comes_to_say(board, chain, "stored at Secretariat", 600_000)


def test_during_an_outage_of_the_backbone_the_gateway_holds_and_says_so(
    chain: VirtualChain,
) -> None:
    board = _up(chain)
    chain.gateway.uplink.cut()
    _type(board, chain, LONG_MS, LONG_MS, LONG_MS)
    chain.world.run_for(60_000)
    assert _says(board, "stored at gateway")
    with chain.secretariat.archive.reader() as connection:
        assert queries.counts(connection, "exercise")["by_type"].get("sitrep") is None

    chain.gateway.uplink.connect()

    assert _comes_to_say(board, chain, "stored at Secretariat", 120_000)


def test_a_power_cut_after_saving_loses_nothing(chain: VirtualChain) -> None:
    board = _up(chain)
    chain.world.ether.block(board.name)
    _type(board, chain, LONG_MS, LONG_MS, LONG_MS)
    board.power_cut()
    chain.world.run_for(1_000)
    chain.world.ether.unblock(board.name)
    board.power_on()

    assert _comes_to_say(board, chain, "stored at Secretariat", 120_000)


def test_positions_and_node_health_arrive_without_anybody_pressing_a_key(
    chain: VirtualChain,
) -> None:
    _up(chain)
    chain.world.run_for(150_000)

    with chain.secretariat.archive.reader() as connection:
        by_type = queries.counts(connection, "exercise")["by_type"]
        (known, _) = queries.handsets(connection, chain.secretariat.registry, "exercise")
    assert by_type["position"] >= 1
    assert by_type["node_health"] >= 1
    assert known["position"]["lat"] == 36.205


@pytest.mark.parametrize(
    ("did", "words"),
    [("read", "read by a person"), ("acted", "acted on"), ("refused", "refused")],
)
def test_what_a_person_does_with_a_report_is_told_to_the_handset_that_sent_it(
    chain: VirtualChain, did: str, words: str
) -> None:
    board = _up(chain)
    _type(board, chain, LONG_MS, LONG_MS, LONG_MS)
    assert _comes_to_say(board, chain, "stored at Secretariat", 60_000)
    secretariat = chain.secretariat
    with secretariat.archive.reader() as connection:
        stored = queries.reports(connection, secretariat.registry)
    (number,) = [report["id"] for report in stored if report["type"] == "sitrep"]
    secretariat.inbox.put(Deed(number, did, "Aylin Demir"))
    secretariat.wake()

    assert _comes_to_say(board, chain, words, 60_000)
