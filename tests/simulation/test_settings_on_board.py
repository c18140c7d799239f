"""What a board makes of the settings in its flash: two slots, an unfinished mark, another's kit."""

import json

import pytest

from turna.deployment import TeamPlan, handset_file, make_deployment
from turna_handset import font
from turna_protocol.settings_slot import SLOTS, UNFINISHED, pack_slot
from turna_simulation.board import Board
from turna_simulation.world import World


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    """Return the settings of two handsets of a deployment."""
    kit = tmp_path_factory.mktemp("kit")
    make_deployment(
        kit,
        name="hatay",
        mode="exercise",
        origin=(3_620_000, 3_616_000),
        epoch_s=1_785_500_000,
        region="COMMON433",
        teams=[TeamPlan("TUR01", "tr", 2)],
        gateways=(),
    )
    return handset_file(kit, 1).read_bytes(), handset_file(kit, 2).read_bytes()


def started(world: World, files: dict[str, bytes], made_for: bytes) -> Board:
    unique_id = bytes.fromhex(json.loads(made_for)["hardware_id"])
    board = world.add_board("handset", files=files, unique_id=unique_id)
    board.power_on()
    world.run_for(4_000)
    return board


def lines(board: Board) -> str:
    return "\n".join(board.screen().text(font))


def test_of_two_slots_the_whole_one_with_the_higher_counter_counts(
    settings: tuple[bytes, bytes],
) -> None:
    one, two = settings
    newer = json.dumps({**json.loads(one), "call_sign": "NEWER-1"}).encode()
    for a, b, shown in (
        (pack_slot(1, one), pack_slot(2, newer), "NEWER-1"),
        (pack_slot(3, one), pack_slot(2, newer), "TUR01-1"),
        (pack_slot(1, one), pack_slot(2, newer)[:-9], "TUR01-1"),
        (b"", pack_slot(1, newer), "NEWER-1"),
    ):
        with World() as world:
            files = dict(zip(SLOTS, (a, b), strict=True)) | {"/settings.json": two}
            assert shown in lines(started(world, files, one))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({SLOTS[0]: b"", SLOTS[1]: b"turna settings 1 "}, "settings damaged"),
        ({UNFINISHED: b""}, "setting up broke off"),
    ],
)
def test_a_board_whose_settings_are_not_whole_says_so_and_transmits_nothing(
    change: dict[str, bytes], reason: str, settings: tuple[bytes, bytes]
) -> None:
    one, _ = settings
    with World() as world:
        board = started(world, {"/settings.json": one, **change}, one)
        world.run_for(120_000)
        assert "NOT SET UP" in lines(board)
        assert f"not in service: {reason}".encode() in board.serial.read()
        assert not world.ether.log


def test_settings_on_a_board_that_they_were_not_made_for_are_refused(
    settings: tuple[bytes, bytes],
) -> None:
    one, two = settings
    with World() as world:
        board = started(world, {"/settings.json": one}, two)
        world.run_for(120_000)
        assert "NOT SET UP" in lines(board)
        assert b"not in service: settings of another board" in board.serial.read()
        assert not world.ether.log
