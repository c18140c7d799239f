"""A gateway that was alone for days: what it kept leaves in order, over the thinnest of lines."""

from tests.gateway.field import POSITION, SITREP, SOS, Field, Handset
from tests.gateway.thin_line import BYTES_PER_S, ThinLine

HANDSETS = {device: Handset(device) for device in range(1, 9)}
BACKLOG = 1_200


def keep(field: Field, reports: int) -> None:
    """Let reports come with the backbone down, an SOS among each hundred."""
    kinds = (SITREP, POSITION, POSITION, POSITION)
    for number in range(reports):
        device, seq = number % len(HANDSETS) + 1, number // len(HANDSETS)
        report = SOS if number % 100 == 0 else kinds[seq % len(kinds)]
        field.hear(HANDSETS[device].seal(seq, report))


def test_a_backlog_leaves_over_a_satellite_line_newest_sos_first_without_flooding_it(
    field: Field,
) -> None:
    keep(field, BACKLOG)
    line = ThinLine(field, HANDSETS)
    field.connect()
    line.run(30_000)
    field.hear(HANDSETS[1].seal(9_000, SOS))
    heard_ms = field.clock.now_ms()
    line.run(150_000)

    leaves = [leaf for _, leaf, _ in line.arrived]
    urgent = [(at_ms, one) for at_ms, leaf, one in line.arrived if leaf == "sos"]
    assert leaves[: BACKLOG // 100] == ["sos"] * (BACKLOG // 100)
    old = [one.seq for _, one in urgent if one.seq != 9_000]
    assert old == sorted(old, reverse=True)
    assert next(at_ms for at_ms, one in urgent if one.seq == 9_000) - heard_ms < 4_500
    assert field.gateway.waiting == [0, 0, 0]
    assert len(line.arrived) == BACKLOG + 1, "nothing was sent twice"
    assert line.sent_bytes / len(line.arrived) < 130
    assert line.sent_bytes <= BYTES_PER_S * 180
    assert abs(field.gateway.bytes_per_report() - line.sent_bytes / len(line.arrived)) < 5
