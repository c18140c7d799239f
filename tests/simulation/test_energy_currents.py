"""The figures of the energy ledger: every board has them, each with its doubt and its source."""

import pytest

from turna_simulation import energy_currents
from turna_simulation.energy_currents import OTHER, Current
from turna_simulation.models import PROFILES

FIRMWARE_BOARDS = {board for model, board in PROFILES.items() if not model.startswith("heltec_v3_")}


def test_every_board_has_figures() -> None:
    assert {PROFILES[model] for model in energy_currents.models()} == FIRMWARE_BOARDS


@pytest.mark.parametrize("model", energy_currents.models())
def test_a_figure_lies_between_its_least_and_its_most_and_somebody_says_so(model: str) -> None:
    kind = energy_currents.kind_of(model)
    tables = (kind.processor, kind.radio, kind.receiver, OTHER)
    figures: list[Current] = [kind.floor, *[one for table in tables for one in table.values()]]
    for figure in figures:
        assert 0 <= figure.least <= figure.typical <= figure.most, figure
        assert figure.source
