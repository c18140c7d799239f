"""How long a battery lasts, by board and mode of power: the firmware on virtual boards.

Real firmware in virtual time, in range of a real gateway's core with its beacons: a position every
5 minutes, a GNSS fix every 10, 100 reports a day by key presses.  States times currents, each
current with its uncertainty; nothing was measured on hardware.  Three hours stand for a day; on one
board a whole day shows whether they may (`energy_life.py` has the simulation).
"""

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed

from benchmarks import results
from benchmarks.energy_life import DAY_HOURS, SAMPLE_HOURS, Life, live
from benchmarks.limits import Promise
from turna_simulation import energy_currents as currents
from turna_simulation.energy import Draw

BATTERY_MAH = 3_000
BY_NAME_ONLY = True  # minutes
WANTED_DAYS = {"listen": 14, "poll": 60}
S3_BOARDS = ("heltec_v3", "lilygo_t3_s3", "tbeam_supreme")
# A board for the mains, and one that differs from another by its TCXO: their floors alone speak.
NOT_RUN = ("station_g2", "lilygo_t3_v2_1_tcxo")
MODES = ("live", "listen", "saver", "poll", "off")
HOURS = {"live": 1, "off": 1}  # the same all the time: an hour tells
CHECKED = ("heltec_v3", "poll")  # a whole day of this must agree
AGREES_WITHIN = 0.03
AT_ONCE = 2  # simulations; each is one processor's work
# What others have seen flow in light sleep of an ESP32-S3 and what is on its board.
SEEN_IN_LIGHT_SLEEP_MA = (
    ("a devkit's chip, MoleNet V6", 0.78),
    ("MicroPython on a FeatherS3", 1.3),
    ("esp32.com, somebody's own board", 1.9),
    ("MicroPython on a Nano ESP32", 2.5),
    ("Heltec's forum", 7.7),
)


def main() -> int:
    """Print each board's parts and days; return 1 if a promise does not hold."""
    lives, day = _simulated()
    for mode in MODES:
        _tell_mode(mode, [life for life in lives if life.mode == mode])
    _tell_floors()
    _tell_sources()
    _tell_doubts(lives)
    promises = _promises(lives, day)
    verdicts = results.limits("what was promised, on 3,000 mAh, typical currents", promises)
    _tell_margins(lives)
    print("\nNothing of this was measured on hardware.")
    results.write("energy", {"promises": verdicts, "boards": _numbers([*lives, day])})
    return 0 if all(promise.holds for promise in promises) else 1


def _simulated() -> tuple[list[Life], Life]:
    """Return every board in every mode, and the whole day."""
    wanted = [(*CHECKED, DAY_HOURS)]
    for model in currents.models():
        if model not in NOT_RUN:
            wanted += [(model, mode, HOURS.get(mode, SAMPLE_HOURS)) for mode in MODES]
    found: dict[tuple[str, str, int], Life] = {}
    started_s = time.monotonic()
    with ProcessPoolExecutor(AT_ONCE) as pool:
        running = {pool.submit(live, *one): one for one in wanted}
        for done in as_completed(running):
            one = running[done]
            life = found[one] = done.result()
            took_s = time.monotonic() - started_s
            results.progress(f"{one[0]}, {one[1]}: {life.draw.typical:.2f} mA [{took_s:.0f} s]")
    return [found[one] for one in wanted[1:]], found[wanted[0]]


def _tell_mode(mode: str, lives: list[Life]) -> None:
    parts = list(lives[0].parts)
    rows = [
        [
            life.model,
            *[f"{life.parts[part].typical:.3f}" for part in parts],
            f"{life.draw.typical:.2f}",
            f"{life.asleep:.1%}",
            f"{life.wakings_per_hour:.0f}",
            *_days_of(life.draw),
        ]
        for life in lives
    ]
    heads = ("", *parts, "mA in all", "asleep", "wakings/h", "days", "at worst", "at best")
    results.table(f"{mode}: typical mA of each part, days on 3,000 mAh (NOT MEASURED)", heads, rows)


def _tell_floors() -> None:
    rows = []
    for model in currents.models():
        kind = currents.kind_of(model)
        floor = kind.floor
        alone = BATTERY_MAH / floor.typical / 24
        asleep = kind.processor["light sleep"].typical
        verdict = "forbids 60 days by itself" if alone < WANTED_DAYS["poll"] else ""
        floors = (floor.typical, floor.most, floor.least)
        rows.append([
            model, *[f"{one:.3f}" for one in floors], f"{asleep:.2f}", f"{alone:,.0f}", verdict,
        ])  # fmt: skip
    heads = ("", "floor, mA", "most", "least", "light sleep, mA", "days of the floor alone", "")
    results.table("each board's own floor, whatever the firmware does", heads, rows)


def _tell_sources() -> None:
    rows = [
        [what, f"{one.typical:g}", f"{one.most:g}", f"{one.least:g}", one.source]
        for what, one in _cited()
    ]
    heads = ("", "typical", "most", "least", "source")
    results.table("the currents, in mA, and who says so", heads, rows)


def _cited() -> Iterator[tuple[str, currents.Current]]:
    seen: set[currents.Current] = set()
    for model in currents.models():
        kind = currents.kind_of(model)
        yield f"{model}: floor", kind.floor
        tables = (("processor", kind.processor), ("radio", kind.radio), ("GNSS", kind.receiver))
        for part, table in tables:
            for state, one in table.items():
                if one not in seen:
                    seen.add(one)
                    yield f"{part}: {state}", one
    for (part, state), one in currents.OTHER.items():
        if one not in seen:
            yield f"{part}: {state}", one


def _tell_doubts(lives: list[Life]) -> None:
    """Say what would become of it if light sleep were as somebody has seen it, all else typical."""
    rows = []
    for life in lives:
        if life.model not in S3_BOARDS or life.mode in ("live", "off"):
            continue
        counted = currents.kind_of(life.model).processor["light sleep"].typical
        worse = [
            life.draw.typical + life.asleep * (seen - counted) for _, seen in SEEN_IN_LIGHT_SLEEP_MA
        ]
        rows.append([life.model, life.mode, *[f"{_days(one):.1f}" for one in worse]])
    seen_by = [f"{one:g} mA ({who})" for who, one in SEEN_IN_LIGHT_SLEEP_MA]
    results.table("days, were light sleep as others saw it", ("", "mode", *seen_by), rows)
    print("\nA radio that hears others wakes the processor: +0.01 mA for each 1,000 packets a day.")


def _promises(lives: list[Life], day: Life) -> list[Promise]:
    found = [
        Promise(
            f"{life.model}, {life.mode}: mA for {WANTED_DAYS[life.mode]} days",
            life.draw.typical,
            _milliamperes(WANTED_DAYS[life.mode]),
        )
        for life in lives
        if life.model in S3_BOARDS and life.mode in WANTED_DAYS
    ]
    (sample,) = [life for life in lives if (life.model, life.mode) == CHECKED]
    apart = abs(sample.draw.typical / day.draw.typical - 1)
    lost = sum(life.sent - life.archived for life in [*lives, day] if life.archived < life.sent)
    return [
        *found,
        Promise("three hours and a whole day: apart by", apart, AGREES_WITHIN),
        Promise("reports that the Secretariat does not hold", lost, 0),
    ]


def _tell_margins(lives: list[Life]) -> None:
    """Say by how much each mark is passed or missed, also if every current were the worst."""
    rows = []
    for life in lives:
        if life.model not in S3_BOARDS or life.mode not in WANTED_DAYS:
            continue
        mark = WANTED_DAYS[life.mode]
        margins = [f"{_days(one) / mark - 1:+.0%}" for one in (life.draw.typical, life.draw.most)]
        rows.append([life.model, life.mode, f"{mark} days", *margins])
    heads = ("", "mode", "mark", "typical", "if every current were the worst")
    results.table("beyond the mark by", heads, rows)


def _numbers(lives: list[Life]) -> dict[str, dict[str, object]]:
    return {
        f"{life.model}, {life.mode}, {life.hours} h": {
            "milliamperes": life.draw._asdict(),
            "days": _days(life.draw.typical),
            "parts": {part: draw._asdict() for part, draw in life.parts.items()},
            "seconds": {f"{row.part}: {row.state}": row.seconds for row in life.rows},
        }
        for life in lives
    }


def _days_of(draw: Draw) -> list[str]:
    return [f"{_days(one):,.1f}" for one in (draw.typical, draw.most, draw.least)]


def _days(milliamperes: float) -> float:
    return BATTERY_MAH / milliamperes / 24


def _milliamperes(days: int) -> float:
    return BATTERY_MAH / days / 24


if __name__ == "__main__":
    sys.exit(main())
