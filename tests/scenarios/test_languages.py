"""A report made in one language is read in another: words stay at both ends, codes travel."""

import json

from tests.scenarios.test_the_way_of_a_report import LONG_MS, SHORT_MS, _type, _up
from tools import languages
from turna_handset import font
from turna_handset.catalogue import load
from turna_handset.form import MENU_LINES
from turna_secretariat import queries
from turna_simulation.board import Board
from turna_simulation.chain import VirtualChain
from turna_simulation.screen import as_read


def _shows(board: Board, words: str) -> bool:
    """Say whether the screen shows the words; letters that look alike count as the same."""
    return any(as_read(words, font) in line for line in board.screen().text(font))


def test_a_report_made_in_kazakh_is_read_in_turkish(chain: VirtualChain) -> None:
    kazakh = load("kk").text
    chain.start()
    board = chain.add_handset(1, position=(400.0, 300.0), changes={"language": "kk"})
    board.power_on()
    chain.world.run_for(6_000)
    assert _shows(board, kazakh("mode.exercise"))
    assert not _shows(board, "EXERCISE")

    _type(board, chain, LONG_MS)
    assert _shows(board, kazakh("team_status.on_site"))
    _type(board, chain, LONG_MS, *[SHORT_MS] * 5, LONG_MS)
    assert _shows(board, kazakh("done"))
    _type(board, chain, SHORT_MS, LONG_MS)  # the first hazard
    assert _shows(board, "* " + kazakh("hazard.gas"))
    board.press_twice()  # goes back
    chain.world.run_for(1_000)
    _type(board, chain, SHORT_MS, LONG_MS, *[SHORT_MS] * 4, LONG_MS)
    assert _shows(board, kazakh("need.blankets"))
    _type(board, chain, LONG_MS)
    board.press_twice()
    chain.world.run_for(1_000)
    _type(board, chain, SHORT_MS, LONG_MS)  # from needs on to the first line: send
    chain.world.run_for(60_000)
    assert _shows(board, kazakh("state.2"))

    with chain.secretariat.archive.reader() as connection:
        stored = queries.reports(connection, chain.secretariat.registry)
    (said,) = [report["report"] for report in stored if report["type"] == "sitrep"]
    turkish = json.loads((languages.PAGE / "tr.json").read_text(encoding="utf-8"))
    words = turkish["texts"]
    assert turkish["machine_made"]
    assert words[f"team_status.{said['team_status']}"] == "olay yerinde"
    assert [words[f"hazard.{code}"] for code in said["hazards"]] == ["gaz"]
    assert [words[f"need.{code}"] for code in said["needs"]] == ["battaniye"]
    assert words[f"mode.{said['mode']}"] == "TATBİKAT"


def test_the_language_chosen_in_the_menu_outlasts_a_power_cut(chain: VirtualChain) -> None:
    board = _up(chain)
    _type(board, chain, SHORT_MS, *[SHORT_MS] * MENU_LINES.index("language"), LONG_MS)
    assert _shows(board, "English")
    _type(board, chain, *[SHORT_MS] * 8, LONG_MS)
    hungarian = load("hu").text
    assert _shows(board, hungarian("mode.exercise"))

    board.power_cut()
    chain.world.run_for(1_000)
    board.power_on()
    chain.world.run_for(6_000)
    assert _shows(board, hungarian("mode.exercise"))
    _type(board, chain, SHORT_MS)
    assert _shows(board, hungarian("menu.message"))
