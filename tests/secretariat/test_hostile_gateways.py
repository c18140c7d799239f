"""What a gateway in wrong hands or a lost handset can do to the archive: not much."""

from dataclasses import replace

import pytest

from tests.secretariat.field import EPOCH_S, Field, position, sos
from turna_backbone.envelope import ReportEnvelope
from turna_protocol import acknowledgement, codes, delivery
from turna_protocol.mission import Mission
from turna_protocol.packet import HOLDING, ORDER
from turna_secretariat import queries
from turna_secretariat.archive import Archive
from turna_secretariat.desk import Desk
from turna_secretariat.down_desk import DownDeed, Revocation
from turna_secretariat.officers_desk import NotPossibleError
from turna_secretariat.receipts import Outgoing
from turna_secretariat.registry import Registry
from turna_secretariat.understanding import UNPROVED_GATEWAY, Heartbeat

NOW_MS = (EPOCH_S + 10) * 1000


@pytest.fixture
def alarms(archive: Archive, registry: Registry) -> "Alarms":
    return Alarms(archive, registry)


class Alarms:
    """The open alarms, as an officer sees them."""

    def __init__(self, archive: Archive, registry: Registry) -> None:
        self._archive = archive
        self._registry = registry

    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.said()]

    def said(self) -> list[tuple[str, str]]:
        with self._archive.reader() as connection:
            found = queries.open_alarms(connection, self._registry)
        return [(one["kind"], one["detail"]) for one in found]


def _as_kind(carried: ReportEnvelope, kind: int) -> ReportEnvelope:
    """Return the envelope under another kind in its header, which a gateway may write."""
    first = carried.header[0] & ~(0x0F << 2) | kind << 2
    return replace(carried, header=bytes([first]) + carried.header[1:])


def _told(field: Field, outgoing: list[Outgoing]) -> list[tuple[int, int]]:
    """Return each number and state that the first handset is told."""
    return [told for one in outgoing for told in _told_to(field, one, 1)]


def _told_to(field: Field, one: Outgoing, device: int) -> list[tuple[int, int]]:
    sealed = [receipt.sealed for receipt in one.envelope.receipts if receipt.sealed]
    heard = field.hears(sealed, device) if sealed else []
    return [(seq, told.state) for told in heard for seq in acknowledgement.sequences(told)]


@pytest.mark.parametrize("kind", [ORDER, HOLDING])
def test_a_true_sos_under_a_false_kind_does_not_keep_the_true_one_out(
    desk: Desk, field: Field, alarms: Alarms, kind: int
) -> None:
    carried = field.carried(sos(), seq=4)
    assert _told(field, desk.file([_as_kind(carried, kind)], NOW_MS)) == []
    outgoing = desk.file([replace(carried, gateway="hatay-2")], NOW_MS + 1)

    assert _told(field, outgoing) == [(4, delivery.AT_SECRETARIAT)]
    assert "sos" in alarms.kinds()


@pytest.mark.parametrize(
    "forge",
    [
        {"generation": 2},
        {"seq": 5},
        {"device": 2},
        {"content": b""},
        {"content": bytes(255)},
        {"end_to_end_tag": b""},
        {"end_to_end_tag": bytes(32)},
        {"header": bytes(1)},
        {"header": bytes([0xFF]) * 16},
    ],
)
def test_whatever_a_gateway_alters_is_confirmed_to_nobody_and_the_true_sos_alarms(
    desk: Desk, field: Field, alarms: Alarms, forge: dict[str, object]
) -> None:
    carried = field.carried(sos(), seq=4)
    forged = replace(carried, **forge)  # type: ignore[arg-type]  # as any gateway might
    assert _told(field, desk.file([forged], NOW_MS)) == []
    assert "sos" not in alarms.kinds()

    assert _told(field, desk.file([carried], NOW_MS)) == [(4, delivery.AT_SECRETARIAT)]
    assert "sos" in alarms.kinds()


def test_an_sos_that_nothing_proves_is_not_buried_under_an_open_alarm_of_its_handset(
    desk: Desk, field: Field, alarms: Alarms
) -> None:
    desk.file([field.carried(position(), key=bytes(32))], NOW_MS)
    desk.file([replace(field.carried(position()), device=99)], NOW_MS)
    desk.file([field.carried(sos(), seq=1, key=bytes(32))], NOW_MS)
    desk.file([replace(field.carried(sos(), seq=seq), device=99) for seq in range(5)], NOW_MS)

    assert sorted(alarms.said()) == [
        ("not_authentic", "device 1"),
        ("not_authentic", "device 1: SOS"),
        ("unknown_device", "device 99"),
        ("unknown_device", "device 99: SOS"),
    ]


def test_a_gateway_cannot_say_of_sound_handsets_that_their_keys_are_revoked(
    desk: Desk, alarms: Alarms
) -> None:
    for times in (1, 2):
        pairs = [(device, times) for device in range(1, 500)]
        desk.note([Heartbeat("hatay-1", "tr", {"revoked_heard": pairs})], NOW_MS)

    said = "hatay-1 refuses a handset whose keys are not revoked here"
    assert alarms.said() == [("revoked", said)]


def test_no_word_of_a_person_about_one_report_speaks_of_another_under_its_number(
    desk: Desk, field: Field, alarms: Alarms
) -> None:
    """A handset whose flash was put back counts anew: its SOS must not look as if it was read."""
    first = field.carried(position(), seq=4)
    desk.file([first], NOW_MS)
    desk.officers.act(1, "read", "Aylin Demir", NOW_MS)
    desk.file([field.carried(sos(), seq=4)], NOW_MS + 1)
    assert set(alarms.kinds()) == {"sos", "clone"}

    repeated = _told(field, desk.file([first], NOW_MS + 2))
    desk.file([field.carried(position(), seq=5)], NOW_MS + 3)
    window = _told(field, desk.officers.act(3, "read", "Aylin Demir", NOW_MS + 4))
    again = _told(field, desk.officers.act(1, "acted", "Aylin Demir", NOW_MS + 5))

    assert repeated == [(4, delivery.AT_SECRETARIAT)]
    assert window == [(5, delivery.READ)]
    assert again == [(4, delivery.AT_SECRETARIAT)]


def test_what_follows_a_proved_report_of_no_known_form_under_its_number_is_a_clone(
    desk: Desk, field: Field, alarms: Alarms
) -> None:
    desk.file([field.carried_content(b"\xff\xff", seq=3)], NOW_MS)
    desk.file([field.carried(sos(), seq=3)], NOW_MS)

    assert set(alarms.kinds()) == {"sos", "clone", "undecodable"}


def test_two_words_on_what_a_handset_holds_under_one_number_are_a_clone(
    desk: Desk, field: Field, alarms: Alarms
) -> None:
    one = field.carried_content(bytes.fromhex("000001"), seq=3, kind=HOLDING)
    other = field.carried_content(bytes.fromhex("000002"), seq=3, kind=HOLDING)
    desk.file([one, replace(one, gateway="hatay-2")], NOW_MS)
    assert "clone" not in alarms.kinds()
    desk.file([other], NOW_MS)

    assert "clone" in alarms.kinds()


@pytest.mark.parametrize("did", ["acted", "refused", "false_alarm"])
def test_who_goes_on_calling_after_somebody_ended_the_call_alarms_anew_and_once(
    did: str, desk: Desk, field: Field, alarms: Alarms
) -> None:
    desk.file([field.carried(sos(1), seq=1)], NOW_MS)
    desk.officers.act(1, did, "Aylin Demir", NOW_MS)
    assert alarms.kinds() == []

    update = sos(9, phase=codes.UPDATE, reference=1)
    desk.file([field.carried(update, seq=2)], NOW_MS + 1)
    assert alarms.kinds() == ["sos"]
    desk.file([field.carried(update, seq=3)], NOW_MS + 2)
    assert alarms.kinds() == ["sos"]


def test_a_cancel_ends_the_sound_of_a_call_that_is_known_by_its_update_only(
    desk: Desk, field: Field, archive: Archive, registry: Registry
) -> None:
    desk.file([field.carried(sos(3, phase=codes.UPDATE, reference=1), seq=2)], NOW_MS)
    desk.file([field.carried(sos(4, phase=codes.CANCEL, reference=1), seq=3)], NOW_MS + 1)

    with archive.reader() as connection:
        (alarm,) = queries.open_alarms(connection, registry)
    assert alarm["cancelled_ms"] == NOW_MS + 1


def test_ten_calls_at_once_stay_apart_and_each_is_answered_by_its_own_person(
    desk: Desk, field: Field, alarms: Alarms, archive: Archive, registry: Registry
) -> None:
    desk.file([field.carried(sos(n), device=1 + n % 2, seq=n) for n in range(10)], NOW_MS)
    assert alarms.kinds() == ["sos"] * 10

    for report_id in range(1, 10):
        desk.officers.act(report_id, "accepted", f"Officer {report_id}", NOW_MS + 1)

    assert alarms.kinds() == ["sos"]
    with archive.reader() as connection:
        found = {one["id"]: one["person"] for one in queries.reports(connection, registry)}
    assert found == {1 + n: None if n == 9 else f"Officer {1 + n}" for n in range(10)}


def test_what_came_before_the_kit_knew_its_handset_is_proved_at_the_next_start(
    archive: Archive, registry: Registry, field: Field, alarms: Alarms
) -> None:
    mission = field.mission
    known = {name: getattr(mission, name) for name in Mission.FIELDS}
    known["devices"] = tuple(each for each in mission.devices if each.device != 2)
    older = Registry(Mission(**known), registry.authentication_branch)
    before = Desk(archive, older, mission.frame)
    forged = field.carried(sos(), device=2, seq=7, key=bytes(32))
    before.file([field.carried(sos(), device=2, seq=4), forged], NOW_MS)
    before.file([field.carried(position(), device=2, seq=5)], NOW_MS + 1)
    assert before.unproved() == []
    assert set(alarms.kinds()) == {"unknown_device"}

    now = Desk(archive, registry, mission.frame)
    now.prove_late(now.unproved(), NOW_MS + 3)
    now.prove_late(now.unproved(), NOW_MS + 4)

    assert alarms.kinds().count("sos") == 1
    told = {told for one in now.officers.owed() for told in _told_to(field, one, 2)}
    assert told == {(4, delivery.AT_SECRETARIAT), (5, delivery.AT_SECRETARIAT)}
    with archive.reader() as connection:
        counted = queries.counts(connection, "exercise")
        assert queries.stored_twice(connection) == 0
    assert counted["by_standing"] == {"authentic": 2, "unknown_device": 1}
    assert counted["by_type"] == {"sos": 1, "position": 1}


def test_what_is_proved_late_is_owed_to_no_gateway_that_the_kit_does_not_know(
    archive: Archive, registry: Registry, field: Field
) -> None:
    mission = field.mission
    known = {name: getattr(mission, name) for name in Mission.FIELDS} | {"devices": ()}
    before = Desk(
        archive, Registry(Mission(**known), registry.authentication_branch), mission.frame
    )
    carried = field.carried(position(), seq=4)
    before.file([carried, replace(carried, gateway=UNPROVED_GATEWAY)], NOW_MS)

    now = Desk(archive, registry, mission.frame)
    now.prove_late(now.unproved(), NOW_MS + 1)

    assert [one.gateway for one in now.officers.owed()] == ["hatay-1"]
    with archive.transaction() as transaction:
        assert [row["gateway"] for row in transaction.owed()] == ["hatay-1"]


def test_nothing_is_made_again_for_a_gateway_that_is_in_the_kit_no_more(
    desk: Desk, archive: Archive, registry: Registry, field: Field
) -> None:
    desk.file([field.carried(sos(), seq=4)], NOW_MS)
    desk.officers.act(1, "accepted", "Aylin Demir", NOW_MS)
    mission = field.mission
    known = {name: getattr(mission, name) for name in Mission.FIELDS} | {"gateways": ()}
    older = Registry(Mission(**known), registry.authentication_branch)

    assert Desk(archive, older, mission.frame).officers.owed() == []
    assert len(desk.officers.owed()) == 1


def test_a_call_from_before_its_keys_were_revoked_is_accepted_one_from_after_is_not_believed(
    desk: Desk, field: Field, alarms: Alarms
) -> None:
    desk.file([field.carried(sos(1), seq=1)], NOW_MS)
    desk.down.do(DownDeed(Revocation((1,)), "Aylin Demir"), NOW_MS)
    desk.file([field.carried(sos(2), seq=2)], NOW_MS + 1)
    assert set(alarms.said()) == {("sos", "TUR01-1"), ("revoked", "device 1: SOS")}

    told = _told(field, desk.officers.act(1, "accepted", "Aylin Demir", NOW_MS + 2))
    with pytest.raises(NotPossibleError, match="not proved"):
        desk.officers.act(2, "accepted", "Aylin Demir", NOW_MS + 2)

    assert told == [(1, delivery.READ)]
    assert alarms.kinds() == ["revoked"]


def test_who_calls_a_hundred_times_hides_nobody_elses_call(
    desk: Desk, field: Field, alarms: Alarms
) -> None:
    desk.file([field.carried(sos(1), device=2, seq=1)], NOW_MS)
    desk.file([field.carried(sos(n), seq=n) for n in range(150)], NOW_MS)

    assert ("sos", "AZE01-1") in alarms.said()
