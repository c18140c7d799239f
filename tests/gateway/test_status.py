"""What the gateway shows of itself, over MQTT and on its local page."""

import json
import logging
from importlib.resources import files
from pathlib import Path

import pytest

from tests.asgi import Client
from tests.gateway.field import MASTER, POSITION, Field, Handset, receipt_for
from turna_backbone.clock import SteppedClock
from turna_backbone.envelope import GatewayHealth, Presence
from turna_backbone.mqtt import Published
from turna_gateway.alarms import SILENCE_S
from turna_gateway.distress import LASTS_S
from turna_gateway.ports import ModemState
from turna_gateway.status import StatusBoard
from turna_gateway.status_page import create_app
from turna_protocol import codes, delivery
from turna_protocol.reports import Fix
from turna_protocol.reports.sos import Sos

ONE, TWO = Handset(1), Handset(2)


def board(field: Field) -> StatusBoard:
    made = StatusBoard(field.gateway, field.mission, field.clock)
    made.refresh()
    return made


def test_the_status_counts_each_step_of_a_report(field: Field) -> None:
    field.radio_up()
    field.connect()
    field.hear(ONE.seal(1), ONE.seal(2, POSITION), b"garbage")
    field.pass_time(1_000)
    field.receipt(receipt_for(field.reports()[0], ONE))

    status = json.loads(board(field).snapshot)

    counts = status["counts"]
    assert (counts["heard"], counts["stored"], counts["acknowledged"]) == (3, 2, 2)
    assert (counts["published"], counts["receipted"]) == (2, 1)
    assert sum(status["refused"].values()) == 1
    assert status["waiting"] == {"sos": 0, "report": 0, "health": 1}
    assert status["mode"] == "exercise"
    (handset,) = status["handsets"]
    assert (handset["call_sign"], handset["rssi_dbm"], handset["battery_pct"]) == (
        "AFAD-1",
        -110,
        80,
    )


def test_each_degraded_state_has_an_alarm_with_a_name(field: Field) -> None:
    field.hear(ONE.seal(1), ONE.seal(1, POSITION))
    field.pass_time(1_000 * (SILENCE_S + 400))

    alarms = " | ".join(json.loads(board(field).snapshot)["alarms"])

    for sign in ("no modem", "no backbone", "waited 16 min", "cloned keys", "team AFAD silent"):
        assert sign in alarms


def test_no_secret_is_in_the_status(field: Field) -> None:
    field.hear(ONE.seal(1))

    assert ONE.link_key.hex() not in board(field).snapshot.decode()
    assert "key" not in repr(field.gateway._keyring.handset(1))


def test_no_secret_and_no_content_is_in_the_log_even_when_it_says_everything(
    field: Field, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    packet = ONE.seal(1)
    field.radio_up()
    field.connect()
    field.hear(packet, ONE.seal(1, POSITION), b"garbage", Handset(1, master=bytes(32)).seal(2))
    field.receipt(receipt_for(field.reports()[0], ONE))
    field.disconnect()
    field.restart()

    said = "\n".join(record.getMessage() for record in caplog.records)
    assert said
    for secret in (ONE.link_key, ONE.authentication_key, MASTER, packet):
        assert secret.hex() not in said
        assert repr(secret) not in said


def test_the_local_page_serves_the_snapshot_and_the_state(field: Field) -> None:
    made = board(field)
    client = Client(create_app(made))
    assert client.get("/status.json").json()["gateway"] == "hatay-1"
    assert client.get("/healthz").status_code == 503

    field.radio_up()
    field.pass_time(2_000)
    made.refresh()

    assert client.get("/healthz").status_code == 200


def test_the_backbone_hears_a_birth_and_a_heartbeat_every_half_minute(field: Field) -> None:
    field.connect()
    field.pass_time(65_000)

    births = [payload for topic, payload in field.uplink.published if topic.endswith("/conn")]
    beats = [payload for topic, payload in field.uplink.published if topic.endswith("/health")]
    assert Presence.unpack(births[0]).online
    assert [GatewayHealth.unpack(beat).uptime_s for beat in beats] == [0, 30, 60]


def test_prometheus_reads_the_same_numbers(field: Field) -> None:
    field.radio_up()
    field.hear(ONE.seal(1), b"garbage")
    made = board(field)

    lines = Client(create_app(made)).get("/metrics").text.splitlines()

    assert 'turna_gateway_events_total{kind="stored"} 1.0' in lines
    assert 'turna_gateway_refused_total{reason="malformed"} 1.0' in lines
    assert 'turna_gateway_handset_rssi_dbm{call_sign="AFAD-1"} -110.0' in lines
    assert "turna_gateway_modem_up 1.0" in lines
    for line in lines:
        assert line.startswith(("# HELP turna_", "# TYPE turna_", "turna_gateway_")), line


def test_one_of_a_team_that_falls_silent_is_told_apart_from_a_whole_team(field: Field) -> None:
    field.hear(ONE.seal(1), TWO.seal(1))
    field.pass_time(1_000 * (SILENCE_S + 60))
    field.hear(TWO.seal(2))

    names = {a["name"]: a["level"] for a in json.loads(board(field).snapshot)["alarm_details"]}

    assert names["silence.1"] == "warning"
    assert not any(name.startswith("team_silence") for name in names)


def test_a_handset_that_speaks_rarely_is_not_called_silent_before_three_of_its_pauses(
    field: Field,
) -> None:
    for seq in range(1, 5):
        field.hear(ONE.seal(2 * seq), ONE.seal(2 * seq + 1), TWO.seal(seq))
        field.pass_time(420_000)

    def silent() -> set[str]:
        details = json.loads(board(field).snapshot)["alarm_details"]
        return {alarm["name"] for alarm in details if "silence" in alarm["name"]}

    field.pass_time(1_000 * (SILENCE_S - 420 + 60))
    assert silent() == set()
    field.pass_time(1_000_000)
    assert silent() == {"team_silence.AFAD"}


def test_a_storm_of_refused_packets_is_an_alarm_that_ends_with_it(field: Field) -> None:
    made = board(field)
    stranger = Handset(1, master=bytes(32))
    field.hear(*(stranger.seal(seq) for seq in range(20)))

    def names() -> set[str]:
        field.pass_time(60_000)
        made.refresh()
        return {alarm["name"] for alarm in json.loads(made.snapshot)["alarm_details"]}

    assert "refused" in names()
    assert "refused" not in [names() for _ in range(12)][-1]


def test_an_outage_says_how_long_it_lasts_and_after_an_hour_it_is_critical(field: Field) -> None:
    field.connect()
    field.pass_time(60_000)
    field.disconnect()
    field.pass_time(3_700_000)

    (alarm,) = (
        alarm
        for alarm in json.loads(board(field).snapshot)["alarm_details"]
        if alarm["name"] == "backbone"
    )
    assert alarm == {
        "name": "backbone",
        "level": "critical",
        "text": "no backbone for 61 min: gone",
        "remedy": "reports are kept; see to the line",
        "form": "no backbone for {minutes} min: {reason}",
        "values": {"minutes": 61, "reason": "gone"},
    }


def test_the_hours_air_time_is_shown_beside_what_the_law_allows(field: Field) -> None:
    field.radio_up()
    field.pass_time(600_000)

    air = json.loads(board(field).snapshot)["air"]

    assert air["budget_ms_of_the_hour"] == 360_000  # 10 % of the hour at 433 MHz
    assert air["used_pct"] == 100 * air["used_ms_of_the_hour"] // 360_000
    assert air["used_ms_of_the_hour"] > 0


def test_one_of_two_modems_that_fails_is_an_alarm_of_its_own(field: Field) -> None:
    field.radio_up()
    modems = (ModemState("", "heltec_v3", "01"), ModemState("unplugged", "t3_s3", "02"))
    made = StatusBoard(field.gateway, field.mission, field.clock, modems=lambda: modems)
    made.refresh()

    status = json.loads(made.snapshot)
    alarms = {a["name"]: a["text"] for a in status["alarm_details"]}

    assert alarms["second_modem"] == "one of two modems does not work: unplugged"
    assert [(one["up"], one["unique_id"]) for one in status["modems"]] == [
        (True, "01"),
        (False, "02"),
    ]


def test_a_backlog_is_in_the_status_and_without_a_line_nobody_says_how_long(field: Field) -> None:
    field.hear(*(ONE.seal(seq) for seq in range(60)))

    outlook = json.loads(board(field).snapshot)["backlog"]

    assert outlook == {"most": 60, "done_pct": 0, "per_minute": 0, "left_s": None}


def test_the_page_for_people_asks_nobody_but_its_own_gateway(field: Field) -> None:
    answer = Client(create_app(board(field))).get("/")

    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    static = Path(str(files("turna_gateway").joinpath("static")))
    shared = Path(str(files("turna_backbone").joinpath("page")))
    for file in (*static.glob("*.*"), *shared.glob("*.js")):
        text = file.read_text(encoding="utf-8")
        assert "http" not in text.replace("http://www.w3.org/2000/svg", ""), file


def test_every_part_of_the_page_is_served_and_so_is_every_language(field: Field) -> None:
    client = Client(create_app(board(field)))
    languages = client.get("/static/languages/index.json").json()

    assert len(languages) == 10
    for language in languages[1:]:
        assert client.get(f"/static/languages/{language['tag']}.json").status_code == 200
        assert client.get(f"/static/words/{language['tag']}.json").json()["words"]
    for part in ("page.css", "page.js", "map.js", "languages.js"):
        assert client.get(f"/static/{part}").status_code == 200


def test_contacts_survive_a_restart_of_the_gateway(field: Field) -> None:
    field.hear(ONE.seal(1, POSITION), ONE.seal(2))
    field.restart()

    (contact,) = json.loads(board(field).snapshot)["handsets"]

    assert (contact["call_sign"], contact["rssi_dbm"], contact["battery_pct"]) == (
        "AFAD-1",
        -110,
        80,
    )


def test_fault_62_63_a_broker_that_denies_or_has_no_listener_is_told_and_nothing_is_given_up(
    field: Field,
) -> None:
    field.broker_confirms = False
    field.connect()
    field.hear(ONE.seal(1))
    field.hear(ONE.seal(2))
    denied, unheard = field.uplink.unconfirmed[-2:]

    field.gateway.process([Published(denied, accepted=False, code=0x87)])
    names = {a["name"] for a in json.loads(board(field).snapshot)["alarm_details"]}
    assert "denied" in names
    field.gateway.process([Published(unheard, accepted=True, code=0x10)])
    names = {a["name"] for a in json.loads(board(field).snapshot)["alarm_details"]}

    assert "nobody_listens" in names
    assert "denied" not in names
    assert field.gateway.waiting == [0, 2, 0]
    field.pass_time(20_000)
    assert {report.seq for report in field.reports()[2:]} == {1, 2}  # sent again


def test_a_machine_without_the_time_and_a_certificate_near_its_end_are_alarms(field: Field) -> None:
    made = StatusBoard(field.gateway, field.mission, SteppedClock(epoch_s=0), lambda _: 6)
    made.refresh()

    alarms = {a["name"]: a["level"] for a in json.loads(made.snapshot)["alarm_details"]}

    assert (alarms["clock"], alarms["certificate"]) == ("warning", "critical")


def sos(phase: int = codes.DECLARE, reference: int | None = None) -> Sos:
    here = Fix(3_620_510, 3_616_030, 8, 2)
    return Sos(mode=codes.EXERCISE, fix=here, phase=phase, sos_reference=reference)


def first_alarm(field: Field) -> dict[str, str]:
    alarms = json.loads(board(field).snapshot)["alarm_details"]
    return alarms[0] if alarms else {}


def test_an_sos_is_the_first_alarm_until_a_person_has_dealt_with_it(field: Field) -> None:
    field.radio_up()
    field.hear(ONE.seal(1, sos()))
    field.pass_time(240_000)
    alarm = first_alarm(field)
    assert {key: alarm[key] for key in ("name", "level", "text", "remedy")} == {
        "name": "sos.1",
        "level": "critical",
        "text": "SOS AFAD-1 (AFAD), 4 min ago, 36.20510, 36.16030: NOT at the Secretariat",
        "remedy": "pass it on by voice or telephone",
    }

    field.connect()
    (report,) = field.reports()
    field.receipt(receipt_for(report, ONE))
    assert first_alarm(field)["text"].endswith("at the Secretariat, read by nobody yet")
    field.receipt(receipt_for(report, ONE, delivery.READ))
    assert first_alarm(field)["level"] == "warning"
    field.receipt(receipt_for(report, ONE, delivery.ACTED))
    assert first_alarm(field) == {}


def test_an_sos_stays_an_alarm_over_a_restart_and_over_what_its_handset_says_next(
    field: Field,
) -> None:
    field.hear(ONE.seal(1, sos()), ONE.seal(2, POSITION), ONE.seal(1, sos()))
    field.hear(*(ONE.seal(seq) for seq in range(3, 12)))
    field.restart()

    assert "NOT at the Secretariat" in first_alarm(field)["text"]
    names = [alarm["name"] for alarm in json.loads(board(field).snapshot)["alarm_details"]]
    assert names.count("sos.1") == 1


def test_a_cancelled_sos_is_a_warning_and_one_that_is_a_day_old_is_none(field: Field) -> None:
    field.hear(ONE.seal(1, sos()), TWO.seal(1, sos()), TWO.seal(2, sos(codes.CANCEL, 1)))

    alarms = {a["name"]: a for a in json.loads(board(field).snapshot)["alarm_details"]}
    assert (alarms["sos.1"]["level"], alarms["sos.2"]["level"]) == ("critical", "warning")
    assert "taken back by its sender" in alarms["sos.2"]["text"]

    field.pass_time(1_000 * LASTS_S)
    assert not first_alarm(field)["name"].startswith("sos")


def test_an_update_whose_declaration_was_never_heard_is_an_sos_as_well(field: Field) -> None:
    field.hear(ONE.seal(5, sos(codes.UPDATE, 1)))

    assert first_alarm(field)["name"] == "sos.1"


def test_fault_16_a_handset_that_does_not_hear_us_is_told_apart(field: Field) -> None:
    field.radio_up()
    field.connect()

    def names() -> set[str]:
        details = json.loads(board(field).snapshot)["alarm_details"]
        return {alarm["name"] for alarm in details}

    for _ in range(5):
        field.hear(ONE.seal(1), ONE.seal(1))  # a relay brings it, too
        field.hear(TWO.seal(1))
        field.pass_time(2_000)
    assert "unheard.1" not in names()  # relays, a busy channel: nothing to tell yet

    for _ in range(6):
        field.hear(ONE.seal(1))
        field.pass_time(60_000)
    assert "unheard.1" in names()
    assert "unheard.2" not in names()

    field.hear(ONE.seal(2))
    field.pass_time(900_000)
    assert "unheard.1" not in names()
