"""Names and references of what comes down."""

from turna_protocol import codes, downlink
from turna_protocol.alerts import CEASE_WORK, EVACUATE, NUMBERS_PER_CHAIN, RESUME
from turna_protocol.errors import MalformedError, MisuseError
from turna_protocol.orders import ALERTS, Holding, pack_holding, unpack_holding


def test_everything_that_comes_down_has_one_reference() -> None:
    cease_work = downlink.alert_name(codes.EXERCISE, CEASE_WORK, 2)
    assert cease_work == 4_098
    references = {
        downlink.answer_to_order(0): (downlink.ORDER, 0),
        downlink.answer_to_order(917_503): (downlink.ORDER, 917_503),
        downlink.answer_to_notice(0): (downlink.NOTICE, 0),
        downlink.answer_to_notice(0xFFFF): (downlink.NOTICE, 0xFFFF),
        downlink.answer_to_alert(codes.EXERCISE, CEASE_WORK, 2): (downlink.ALERT, cease_work),
    }
    assert len(references) == 5
    assert 987_138 in references
    for reference, what in references.items():
        assert downlink.what_is_answered(reference) == what


def test_the_name_of_an_alert_tells_mode_code_and_number_and_fits_a_holding() -> None:
    for mode in range(len(codes.MODES)):
        for code in (EVACUATE, CEASE_WORK, RESUME):
            for number in (1, NUMBERS_PER_CHAIN):
                name = downlink.alert_name(mode, code, number)
                assert downlink.read_alert_name(name) == (mode, code, number)
                holding = Holding(ALERTS, name, 0)
                assert unpack_holding(pack_holding(holding)) == holding
                assert downlink.answer_to_alert(mode, code, number) < 1 << 20


def test_what_is_no_reference_is_refused() -> None:
    for reference in (0xF0000, 0xFFFFF):
        try:
            downlink.what_is_answered(reference)
        except MalformedError:
            continue
        raise AssertionError(reference)


def test_what_has_no_reference_cannot_be_given_one() -> None:
    for wrong in (
        lambda: downlink.answer_to_order(917_504),
        lambda: downlink.answer_to_notice(0x10000),
        lambda: downlink.alert_name(3, 0, 1),
        lambda: downlink.alert_name(0, 3, 1),
        lambda: downlink.alert_name(0, 0, 0),
    ):
        try:
            wrong()  # type: ignore[no-untyped-call]
        except MisuseError:
            continue
        raise AssertionError
