"""A bundle says what its reports would say alone; anything else is refused whole."""

from dataclasses import replace

import pytest

from tests.backbone.test_envelope import REPORT
from turna_backbone.bundle import BUNDLE_REPORTS, pack_bundle, unpack_bundle
from turna_protocol.errors import MalformedError

ROW = (
    *(REPORT.device, REPORT.generation, REPORT.seq, REPORT.header, REPORT.content),
    *(REPORT.end_to_end_tag, REPORT.digest, REPORT.quarantined, REPORT.heard_at_s),
    *(REPORT.rssi_dbm, REPORT.snr_db_x4, REPORT.hops),
)


def test_each_report_of_a_bundle_is_as_if_it_had_come_alone() -> None:
    payload = pack_bundle(REPORT.boot_id, [ROW, (7, *ROW[1:])])

    first, second = unpack_bundle(payload, REPORT.gateway)

    assert first == replace(REPORT, attempt=0)
    assert second.device == 7
    assert second.boot_id == REPORT.boot_id


@pytest.mark.parametrize(
    "rows",
    [[], [ROW] * (BUNDLE_REPORTS + 1), [ROW[:-1]], [(*ROW, 0)], [(0, *ROW[1:])], ["text"], "text"],
    ids=["empty", "too many", "short row", "long row", "impossible device", "no row", "no list"],
)
def test_a_bundle_we_would_not_write_is_refused(rows: list[tuple[object, ...]]) -> None:
    with pytest.raises(MalformedError):
        unpack_bundle(pack_bundle(REPORT.boot_id, rows), REPORT.gateway)


def test_a_bundle_cut_short_or_followed_by_something_is_refused() -> None:
    payload = pack_bundle(REPORT.boot_id, [ROW])
    for length in range(len(payload)):
        with pytest.raises(MalformedError):
            unpack_bundle(payload[:length], REPORT.gateway)
    with pytest.raises(MalformedError):
        unpack_bundle(payload + b"\0", REPORT.gateway)
