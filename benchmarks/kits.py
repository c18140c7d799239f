"""The kit of benchmarks with virtual boards: one team, one gateway."""

from pathlib import Path

from turna.deployment import GatewayPlan, TeamPlan, make_deployment

EPOCH_S = 1_785_560_000


def kit(folder: Path, name: str) -> Path:
    """Make a kit of one team and one gateway, `gw`; return its folder."""
    made = folder / "kit"
    make_deployment(
        made,
        name=name,
        mode="exercise",
        origin=(3_620_210, 3_616_030),
        epoch_s=EPOCH_S,
        region="COMMON433",
        teams=[TeamPlan("TUR01", "tr")],
        gateways=[GatewayPlan("gw", "tr")],
        master=bytes(range(32)),
    )
    return made
