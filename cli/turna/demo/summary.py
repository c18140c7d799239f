"""What an exercise came to, for a person: the way of the reports, the SOS, the verdict."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from turna.demo.tally import Tally

_TYPES = {"sitrep": "situation report", "sos": "SOS", "node_health": "device health"}


def summary(outcome: Tally) -> RenderableType:
    """Return the counts as tables and sentences."""
    return Group("", _way(outcome), "", _types(outcome), "", *_words(outcome))


def _way(outcome: Tally) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    table.add_row(str(outcome.reports_sent), "reports made on handsets")
    table.add_row(str(outcome.at_gateway), "of them stored at the gateway")
    table.add_row(str(outcome.at_secretariat), "stored at the Secretariat")
    table.add_row(
        str(outcome.receipts_at_handset), "of these the handset itself says so (receipted)"
    )
    for number, place in (
        (outcome.waiting_at_handset, "handsets"),
        (outcome.waiting_at_gateway, "the gateway"),
    ):
        if number:
            table.add_row(str(number), f"still waiting at {place} when the exercise ended")
    return table


def _types(outcome: Tally) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(justify="right")
    table.add_column(justify="right")
    table.add_row("type", "made", "receipted", style="dim")
    for name, counts in outcome.by_type.items():
        said = _TYPES.get(name, name.replace("_", " "))
        table.add_row(said, str(counts["sent"]), str(counts["receipted"]))
    return table


def _words(outcome: Tally) -> list[Text]:
    found = []
    if outcome.sos_latency_s is not None:
        waited = f"{outcome.sos_latency_s:.1f} s (exercise's clock) after its countdown"
        found.append(Text(f"The SOS was at the Secretariat {waited}."))
    if outcome.copies_refused_at_secretariat:
        copies = outcome.copies_refused_at_secretariat
        found.append(Text(f"Copies that came again and were recognised: {copies}."))
    if outcome.duplicates_at_secretariat:
        doubled = outcome.duplicates_at_secretariat
        found.append(Text(f"Reports stored twice at the Secretariat: {doubled}.", "bold red"))
    if outcome.lost:
        lost = f"LOST: {outcome.lost} that somebody was told is stored is nowhere to be found."
        found.append(Text(lost, "bold red"))
    else:
        found.append(Text("Lost: nothing.", "bold green"))
    found.append(Text(f"Seed of the script: {outcome.seed}.", "dim"))
    return found
