"""Exercise, real and test never share a count, a list of places or a file."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.secretariat.exported import ANTAKYA, sitrep, sos
from tests.secretariat.field import EPOCH_S
from tests.secretariat.live_page import PATIENCE_S, LivePage
from turna_protocol import codes
from turna_protocol.reports import Fix, Position

MODES = {"exercise": codes.EXERCISE, "actual": codes.ACTUAL, "test": codes.TEST}
REAL_PLACE = Fix(3_700_000, 3_700_000, 10, 10)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx.Client]:
    """Return a client of an exercise in which one handset reports in all three modes."""
    with (
        LivePage(tmp_path) as live,
        httpx.Client(timeout=PATIENCE_S, base_url=live.address) as client,
    ):
        here = Position(
            mode=codes.EXERCISE,
            time_s=EPOCH_S,
            time_quality=codes.TIME_GNSS,
            fix=ANTAKYA,
            battery_pct=80,
        )
        reports = [
            here,
            sos(mode=codes.ACTUAL, fix=REAL_PLACE),
            sitrep(mode=codes.TEST, fix=REAL_PLACE),
            sitrep(mode=codes.ACTUAL, fix=REAL_PLACE),
        ]
        live.arrives(*(live.field.carried(each, seq=seq) for seq, each in enumerate(reports)))
        forged = live.field.carried(sitrep(mode=codes.ACTUAL), seq=9)
        live.arrives(replace(forged, end_to_end_tag=bytes(8)))
        while len(client.get("/api/reports").json()) < 5:
            pass
        yield client


def _get(client: httpx.Client, address: str) -> Any:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_status_counts_the_missions_mode_and_names_the_others(client: httpx.Client) -> None:
    counts = _get(client, "/api/status")["counts"]

    assert counts["by_type"] == {"position": 1}
    assert counts["by_standing"] == {"authentic": 1}
    assert counts["other_modes"] == {"actual": 3, "test": 1}


@pytest.mark.parametrize(("mode", "reports"), [("exercise", 1), ("actual", 2), ("test", 1)])
def test_a_handset_has_a_count_and_a_place_in_each_mode(
    client: httpx.Client, mode: str, reports: int
) -> None:
    (handset, silent) = _get(client, f"/api/handsets?mode={mode}")

    assert (handset["reports"], silent["reports"]) == (reports, 0)
    assert handset["position"]["lat"] == (36.2015 if mode == "exercise" else 37.0)
    assert handset["battery_pct"] == 80


def test_no_file_holds_two_modes_and_its_name_says_which(client: httpx.Client) -> None:
    for suffix in ("csv", "geojson", "kml", "cap.zip", "cot.xml", "xlsx", "hxl.csv"):
        for mode in MODES:
            answer = client.get(f"/export/reports.{suffix}?mode={mode}")
            assert answer.status_code == 200, suffix
            name = f"turna-{mode.upper()}-"
            assert name in answer.headers["content-disposition"], suffix
            for other in set(MODES) - {mode}:
                said = f'"{other}"'.encode()
                assert said not in answer.content, (suffix, mode, other)


def test_places_and_trails_are_of_one_mode(client: httpx.Client) -> None:
    for mode in MODES:
        said = str(_get(client, f"/api/trails?since=24h&mode={mode}"))
        assert ("37.0" in said) is (mode != "exercise")
        assert ("36.2" in said) is (mode == "exercise")
