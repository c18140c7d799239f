"""Both ends of the modem link, over a line that loses, damages, repeats and delays."""

from tests.portable.modem_link_bench import (
    AIR_TIME_MS,
    SETTING,
    STEP_MS,
    UNIQUE_ID,
    Bench,
    Modem,
    Trouble,
    heard,
    packets,
)

from turna_protocol.errors import MisuseError
from turna_protocol.modem.framing import encode_frame
from turna_protocol.modem.host_end import ConsoleText, quiet_session
from turna_protocol.modem.host_events import Down, EventsLost, Heard, Sent, Up
from turna_protocol.modem.messages import (
    HANDSET,
    WARNING,
    HelloRequest,
    Log,
    encode,
)
from turna_protocol.modem.outbox import OUTBOX_LIMIT
from turna_protocol.modem.radio_messages import (
    DROPPED,
    NOT_ALLOWED,
    SENT,
    RadioSetting,
    Status,
)
from turna_protocol.modem.replay import RING_LIMIT
from turna_protocol.regions import USUAL_CHANNEL


def test_the_host_is_online_when_the_modem_is_set_as_asked() -> None:
    bench = Bench(unique_id=UNIQUE_ID)
    bench.run_for(500)
    ups = bench.of(Up)
    assert len(ups) == 1
    assert ups[0].setting == SETTING
    assert ups[0].hello.board == "heltec_v3"
    assert bench.host.online


def test_the_host_refuses_a_modem_that_is_set_otherwise_and_says_in_what() -> None:
    bench = Bench(modem=Modem(actual=RadioSetting("OTS433", USUAL_CHANNEL.replace(power_dbm=22))))
    bench.run_for(500)
    assert not bench.host.online
    assert bench.of(Up) == []
    assert "power_dbm 22 instead of 10" in bench.of(Down)[0].reason


def test_a_setting_that_the_modem_refuses_is_a_clear_event() -> None:
    modem = Modem()
    modem.refuses = True
    bench = Bench(modem=modem)
    bench.run_for(500)
    assert "setting refused: power 22 dBm" in bench.of(Down)[0].reason
    assert not bench.host.online


def test_another_modem_or_a_handset_is_the_wrong_board() -> None:
    for bench in (Bench(unique_id=b"unique-2"), Bench(modem=Modem(role=HANDSET))):
        bench.run_for(500)
        assert bench.of(Down)[0].wrong_board
        assert not bench.host.online


def test_nobody_there_is_told_after_the_patience_of_hello() -> None:
    bench = Bench()
    bench.is_powered = False
    bench.run_for(11_000)
    assert bench.of(Down)[0].reason == "nobody says HELLO"


def test_a_packet_goes_out_once_and_the_host_learns_it() -> None:
    bench = Bench()
    token = bench.host.transmit(b"acknowledgement", priority=1)
    bench.run_for(1000)
    assert bench.modem.on_the_air == [b"acknowledgement"]
    assert bench.of(Sent) == [Sent(token, SENT, AIR_TIME_MS * 1000)]


def test_urgent_packets_overtake_in_the_host_and_in_the_modem() -> None:
    bench = Bench()
    bench.run_for(500)
    for number in range(20):
        bench.host.transmit(b"routine %d" % number, priority=0)
    bench.run_for(150)
    bench.host.transmit(b"SOS held", priority=3)
    bench.run_for(5000)
    assert b"SOS held" in bench.modem.on_the_air[:4]
    assert len(bench.modem.on_the_air) == 21


def test_packets_beyond_the_outbox_make_the_least_urgent_give_way() -> None:
    bench = Bench()
    first = bench.host.transmit(b"first", priority=0)
    for number in range(OUTBOX_LIMIT):
        bench.host.transmit(b"%d" % number, priority=1)
    bench.run_for(100)
    assert bench.of(Sent)[0] == Sent(first, DROPPED)


def test_a_packet_that_no_frame_holds_is_our_mistake() -> None:
    for packet in (b"", bytes(225)):
        try:
            Bench().host.transmit(packet, priority=0)
        except MisuseError:
            continue
        raise AssertionError("accepted")


def test_a_modem_without_region_refuses_to_transmit() -> None:
    bench = Bench(setting=RadioSetting("UNSET", USUAL_CHANNEL))
    token = bench.host.transmit(b"packet", priority=0)
    bench.run_for(1000)
    assert bench.modem.on_the_air == []
    assert bench.of(Sent) == [Sent(token, NOT_ALLOWED, 0, "region unset")]


def test_heard_packets_arrive_in_order_with_the_hosts_time() -> None:
    bench = Bench()
    bench.run_for(1000)
    at_ms = bench.now_ms
    for packet in packets(10):
        bench.hears(packet)
    bench.run_for(1000)
    assert heard(bench) == packets(10)
    assert abs(bench.of(Heard)[0].at_ms - at_ms) <= 2 * STEP_MS
    assert (bench.of(Heard)[0].rssi_dbm, bench.of(Heard)[0].snr_db_x4) == (-100, -20)


def test_packets_heard_before_the_host_came_are_told_with_their_time() -> None:
    bench = Bench()
    bench.run_for(500)
    bench.host.closed("stopped")
    heard_ms = bench.now_ms
    for packet in packets(RING_LIMIT):
        bench.hears(packet)
    bench.now_ms += 20_000
    bench.start_host(session=2)
    bench.run_for(2000)
    assert heard(bench) == packets(RING_LIMIT)
    assert abs(bench.of(Heard)[0].at_ms - heard_ms) <= 2 * STEP_MS


def test_a_full_ring_drops_the_oldest_and_says_how_many() -> None:
    bench = Bench()
    bench.run_for(500)
    bench.hears(b"taken")
    bench.run_for(500)
    bench.to_modem.damage = lambda data: []
    for packet in packets(RING_LIMIT + 5):
        bench.hears(packet)
    bench.to_modem.damage = None
    bench.run_for(2000)
    assert heard(bench) == [b"taken"] + packets(RING_LIMIT + 5)[5:]
    assert bench.of(EventsLost) == [EventsLost(5)]
    bench.run_for(6000)
    assert bench.of(Status)[-1].events_dropped == 5


def test_a_packet_that_the_host_has_not_taken_survives_the_hosts_restart() -> None:
    bench = Bench()
    bench.run_for(500)
    bench.takes = False
    bench.hears(b"received, not yet committed")
    bench.run_for(1000)
    assert heard(bench) == [b"received, not yet committed"]
    bench.takes = True
    bench.start_host(session=2)
    bench.run_for(1000)
    assert heard(bench) == [b"received, not yet committed"]
    bench.start_host(session=3)
    bench.run_for(1000)
    assert heard(bench) == []


def test_a_rebooted_modem_is_set_again_and_gets_what_it_had_not_sent() -> None:
    bench = Bench()
    bench.run_for(500)
    tokens = [bench.host.transmit(packet, priority=0) for packet in packets(6)]
    bench.run_for(250)
    sent_before = bench.modem.on_the_air
    assert 0 < len(sent_before) < 6
    bench.modem = Modem(boot=2)
    bench.boot_ms = bench.now_ms
    bench.run_for(3000)
    assert len(bench.of(Up)) == 2
    assert [event.token for event in bench.of(Sent)] == tokens
    assert set(sent_before + bench.modem.on_the_air) == set(packets(6))


def test_a_restarted_host_does_not_take_the_old_hosts_answers_for_its_own() -> None:
    bench = Bench()
    bench.run_for(500)
    bench.host.transmit(b"from the old host", priority=0)
    bench.run_for(STEP_MS)
    bench.start_host(session=77)
    token = bench.host.transmit(b"from the new host", priority=0)
    bench.run_for(2000)
    assert [event.token for event in bench.of(Sent)] == [token]
    assert b"from the new host" in bench.modem.on_the_air


def test_a_silent_modem_is_noticed() -> None:
    bench = Bench()
    bench.run_for(500)
    bench.is_powered = False
    bench.run_for(16_000)
    assert bench.of(Down)[0].reason in ("the board is silent", "the board does not answer")


def test_an_idle_link_stays_up_and_tells_the_modems_status() -> None:
    bench = Bench()
    for _ in range(60):
        bench.run_for(500)
        bench.now_ms += 4000
    assert bench.of(Down) == []
    assert len(bench.of(Status)) >= 30


def test_a_board_at_its_prompt_is_started_again() -> None:
    bench = Bench()
    bench.is_powered = False
    bench.to_host.write(b"MicroPython v1.25.0 on ESP32\r\nType help()\r\n>>> ")
    bench.step()
    bench.run_for(400)
    assert b"\x03\x02\x04" in bench.to_modem.read()


def test_hello_requests_hold_nothing_that_a_prompt_acts_on() -> None:
    for seed in range(0, 60_000, 97):
        frame = encode(HelloRequest(quiet_session(seed)))
        assert [byte for byte in frame if 0 < byte < 6] == []


def test_what_a_board_logs_or_prints_reaches_the_hosts_owner() -> None:
    bench = Bench()
    bench.run_for(500)
    bench.modem.link.log(WARNING, "no radio")
    bench.to_host.write(b"Traceback: ...\r\n\x00")
    bench.run_for(100)
    assert bench.of(Log) == [Log(WARNING, "no radio")]
    assert bench.of(ConsoleText) == [ConsoleText("Traceback: ...\r\n")]


def test_an_unknown_message_is_answered_never_ignored() -> None:
    modem = Modem()
    modem.link.to_send(0)
    modem.link.receive(encode_frame(0x7E, 3, b"?"), 0)
    answer = encode_frame(0x04, 3, bytes([1, 0x7E]))
    assert answer in modem.link.to_send(0)


def test_a_malformed_command_is_answered_never_ignored() -> None:
    modem = Modem()
    modem.link.to_send(0)
    modem.link.receive(encode_frame(0x10, 3, b"short"), 0)
    assert bytes([0x04, 3, 2, 0x10]) in modem.link.to_send(0)


def test_a_silent_host_is_not_talked_to() -> None:
    modem = Modem()
    modem.link.to_send(0)
    modem.link.heard(b"packet", rssi_dbm=0, snr_db_x4=0, at_ms=0)
    assert modem.link.to_send(60_000) == b""
    assert modem.link.deadline_ms(60_000) is None


def exchange_through_trouble(seed: int, percent: int) -> None:
    bench = Bench(up=Trouble(seed, percent), down=Trouble(seed + 1, percent))
    wanted, tokens = packets(25), []
    for packet in wanted:
        bench.run_for(500)
        bench.hears(packet)
        tokens.append(bench.host.transmit(b"reply to " + packet, priority=0))
    bench.to_host.damage = bench.to_modem.damage = None
    bench.run_for(40_000)
    assert heard(bench) == wanted
    assert sorted([event.token for event in bench.of(Sent)]) == sorted(tokens)
    assert sorted(bench.modem.on_the_air) == sorted([b"reply to " + packet for packet in wanted])


def test_through_loss_damage_and_repeats_each_packet_passes_exactly_once() -> None:
    for seed in range(4):
        exchange_through_trouble(seed, 15)
    exchange_through_trouble(99, 40)


def test_random_bytes_on_the_line_stop_nothing() -> None:
    trouble = Trouble(5, 0)
    bench = Bench()
    bench.run_for(500)
    for _ in range(100):
        junk = bytes([trouble.below(256) for _ in range(60)])
        bench.to_host.write(junk)
        bench.to_modem.write(junk)
        bench.step()
    bench.hears(b"after the storm")
    token = bench.host.transmit(b"reply", priority=0)
    bench.run_for(12_000)
    assert heard(bench) == [b"after the storm"]
    assert [event.token for event in bench.of(Sent)] == [token]
    assert bench.host.undecodable > 0
    assert bench.modem.link.undecodable > 0
