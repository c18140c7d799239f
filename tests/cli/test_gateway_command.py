"""`turna gateway` as a person meets it: a template, a status, and one sentence when it is wrong."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from turna.__main__ import main
from turna.deployment import GatewayPlan, TeamPlan, make_deployment
from turna.gateway_status import in_words

STATUS = {
    "gateway": "hatay-1",
    "mission": "Hatay",
    "mode": "exercise",
    "time_s": 1_790_000_600,
    "uptime_s": 600,
    "modem": {"up": False, "trouble": "unplugged"},
    "modems": [{"up": False, "trouble": "unplugged", "unique_id": "a1b2c3d4e5f60000"}],
    "backbone": {"up": True, "trouble": ""},
    "counts": {"heard": 12, "stored": 10},
    "refused": {"not_authentic": 2},
    "waiting": {"sos": 1, "report": 4, "health": 0},
    "oldest_waiting_s": 77,
    "backlog": {"most": 4_000, "done_pct": 25, "per_minute": 250, "left_s": 720},
    "handsets": [
        {
            "call_sign": "AFAD-1",
            "heard_ago_s": 5,
            "rssi_dbm": -110,
            "snr_db": -7.5,
            "team": "AFAD",
            "battery_pct": None,
            "last_type": "sos",
        }
    ],
    "air": {
        "used_ms_of_the_hour": 90_000,
        "budget_ms_of_the_hour": 360_000,
        "used_pct": 25,
        "channel_load_pct": 3,
    },
    "disk_pct": 50,
    "bytes_per_report": 91,
    "alarms": ["no modem: unplugged"],
    "alarm_details": [
        {"name": "modem", "level": "critical", "text": "no modem: unplugged", "remedy": ""}
    ],
}


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(STATUS).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        return


@pytest.fixture
def status_port() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture
def settings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Return the template as a file, with a kit beside it whose region is not set."""
    assert main(["gateway", "configfile"]) == 0
    text = capsys.readouterr().out.replace("NAME", "hatay-1")
    path = tmp_path / "gateway.toml"
    path.write_text(text)
    make_deployment(
        tmp_path / "kit",
        name="Hatay",
        mode="exercise",
        origin=(3_620_000, 3_616_000),
        epoch_s=1_790_000_000,
        region="UNSET",
        teams=[TeamPlan("AFAD", "tr")],
        gateways=[GatewayPlan("hatay-1", "tr")],
    )
    return path


def test_a_gateway_whose_region_is_not_set_says_so_and_does_not_start(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["gateway", "run", "--config", str(settings)]) == 2

    (sentence,) = capsys.readouterr().err.splitlines()
    assert "nothing may be transmitted" in sentence
    assert not (settings.parent / "gateway.db").exists()


def test_fault_49_a_disk_that_lets_nobody_write_is_no_reason_not_to_be_started_again(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kit = settings.parent / "kit" / "mission.json"
    kit.write_text(kit.read_text().replace('"UNSET"', '"KZ433"'))
    (settings.parent / "card").touch()  # in its way, whoever runs the tests
    settings.write_text(settings.read_text().replace('"gateway.db"', '"card/gateway.db"'))

    assert main(["gateway", "run", "--config", str(settings)]) == 1

    assert "cannot be" in capsys.readouterr().err


def test_a_missing_settings_file_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["gateway", "run", "--config", str(tmp_path / "none.toml")]) == 2

    assert len(capsys.readouterr().err.splitlines()) == 1


def test_the_status_of_a_running_gateway_is_shown_in_words_and_as_json(
    settings: Path, status_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.write_text(settings.read_text().replace("8480", str(status_port)))

    assert main(["gateway", "status", "--config", str(settings)]) == 0
    words = capsys.readouterr().out
    assert main(["gateway", "status", "--config", str(settings), "--json"]) == 0
    as_json = json.loads(capsys.readouterr().out)

    for sign in ("hatay-1", "EXERCISE", "DOWN: unplugged", "SOS 1", "not_authentic: 2", "AFAD-1"):
        assert sign in words
    assert as_json == STATUS


def test_the_status_tells_the_id_of_each_modem() -> None:
    modems = [
        {"up": True, "trouble": "", "unique_id": "a1b2c3d4e5f60000"},
        {"up": False, "trouble": "unplugged", "unique_id": "0a1b2c3d4e5f0000"},
    ]

    words = in_words({**STATUS, "modems": modems}).plain

    assert "modem     up, unique_id a1b2c3d4e5f60000\n" in words
    assert "modem     DOWN: unplugged, unique_id 0a1b2c3d4e5f0000\n" in words


def test_the_status_tells_how_long_a_backlog_still_takes() -> None:
    words = in_words(STATUS).plain
    stuck = {"most": 4_000, "done_pct": 25, "per_minute": 0, "left_s": None}

    assert "[#####...............] 25 % of 4000; about 12 min more at 250 a minute" in words
    assert "not getting fewer now" in in_words({**STATUS, "backlog": stuck}).plain
    assert "way out" not in in_words({**STATUS, "backlog": None}).plain


def test_a_watched_status_goes_on_until_it_is_interrupted(settings: Path, status_port: int) -> None:
    settings.write_text(settings.read_text().replace("8480", str(status_port)))
    command = [sys.executable, "-m", "turna", "gateway", "status", "--watch", "--config"]
    watching = subprocess.Popen(
        [*command, str(settings)], stdout=subprocess.PIPE, env={**os.environ, "TERM": "dumb"}
    )
    assert watching.stdout is not None
    seen = b""
    while b"AFAD-1" not in seen:
        seen += os.read(watching.stdout.fileno(), 4096)

    watching.send_signal(signal.SIGINT)
    watching.communicate(timeout=20)

    assert watching.returncode == 130
    assert b"!! no modem: unplugged" in seen
    assert b"[#####...............] 25 %" in seen


def test_the_status_of_a_gateway_that_does_not_run_is_one_sentence(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.write_text(settings.read_text().replace("8480", "1"))

    assert main(["gateway", "status", "--config", str(settings)]) == 2
    assert "/status.json (Connection refused); is it running?" in capsys.readouterr().err


def test_the_healthcheck_of_a_gateway_with_a_critical_alarm_says_2_and_why(
    settings: Path, status_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.write_text(settings.read_text().replace("8480", str(status_port)))

    assert main(["gateway", "healthcheck", "--config", str(settings)]) == 2
    assert capsys.readouterr().out == "critical: no modem: unplugged\n"
    assert main(["gateway", "healthcheck", "--config", str(settings), "--json"]) == 2
    said = json.loads(capsys.readouterr().out)
    assert (said["code"], said["alarms"][0]["name"]) == (2, "modem")


def test_the_healthcheck_of_a_gateway_that_does_not_run_says_2(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.write_text(settings.read_text().replace("8480", "1"))

    assert main(["gateway", "healthcheck", "--config", str(settings)]) == 2
    assert "is it running?" in capsys.readouterr().out
