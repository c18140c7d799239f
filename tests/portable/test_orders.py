"""Orders: the Secretariat's words to one handset, through gateways that could not change them."""

from turna_protocol import keys, orders
from turna_protocol.errors import MalformedError, MisuseError, NotAuthenticError
from turna_protocol.orders import Holding, OrderWindow, SealedOrder
from turna_protocol.packet import ORDER_FRAGMENT, REPORT
from turna_protocol.sealing import seal_report

MASTER = bytes(range(32))
LINK = keys.link_key(keys.link_branch(MASTER), b"board", 7, 1)
END = keys.authentication_key(keys.authentication_branch(MASTER), b"board", 7, 1)


def order(number: int = 3, content: bytes = b"search the school") -> SealedOrder:
    return orders.seal_order(content, device=7, number=number, authentication_key=END)


def refused(packet: bytes) -> bool:
    try:
        orders.open_order(packet, LINK, END)
    except (MalformedError, NotAuthenticError):
        return True
    return False


def test_an_order_reaches_its_handset_through_any_gateway() -> None:
    packet = orders.wrap_order(order(), LINK)
    assert orders.open_order(packet, LINK, END) == order()
    assert len(packet) == len(order().content) + 17
    assert packet == orders.wrap_order(order(), LINK), "two gateways send the same bytes"


def test_a_captured_gateway_cannot_invent_or_alter_an_order() -> None:
    true = order()
    for forged in (
        SealedOrder(7, 3, b"go home", true.tag),
        SealedOrder(7, 4, true.content, true.tag),
        SealedOrder(7, 3, true.content, true.tag, ORDER_FRAGMENT),
        orders.seal_order(b"go home", device=7, number=4, authentication_key=LINK),
    ):
        assert refused(orders.wrap_order(forged, LINK))


def test_a_report_played_back_is_no_order() -> None:
    packet = seal_report(b"report", device=7, seq=3, link_key=LINK, authentication_key=END)
    assert refused(packet)


def test_every_flipped_bit_but_the_hop_count_and_every_truncation_is_refused() -> None:
    packet = orders.wrap_order(order(), LINK)
    for bit in range(8 * len(packet)):
        i = bit // 8
        wrong = packet[:i] + bytes([packet[i] ^ 1 << bit % 8]) + packet[i + 1 :]
        assert refused(wrong) == (bit >= 2), bit
    for size in range(len(packet)):
        assert refused(packet[:size])
    assert refused(packet + b"\0")


def test_an_order_is_acted_on_once_in_whatever_order_they_come() -> None:
    window = OrderWindow()
    for number in (5, 3, 4, 70, 9, 8):
        assert window.is_new(number)
        window.take(number)
        assert not window.is_new(number)
    assert window.newest == 70
    assert window.is_new(7)
    assert not window.is_new(6), "too old to tell"
    assert window.is_new(71)


def test_the_window_agrees_with_a_plain_set_within_its_width() -> None:
    window, taken = OrderWindow(), set()
    state = 5
    newest = -1
    for _ in range(400):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        number = max(0, newest + state // 65536 % 90 - 60)
        expected = number not in taken and number > newest - orders.WINDOW
        assert window.is_new(number) == expected, number
        if expected:
            window.take(number)
            taken.add(number)
            newest = max(newest, number)


def test_a_window_that_has_moved_far_is_kept_in_as_many_bytes() -> None:
    window = OrderWindow()
    for number in (0, orders.WINDOW - 1, orders.WINDOW + 5, 5 * orders.WINDOW):
        window.take(number)
        kept = OrderWindow()
        kept.restore(window.to_bytes())
        assert kept.to_bytes() == window.to_bytes()
        assert not kept.is_new(number)


def test_a_reboot_brings_no_order_back() -> None:
    window = OrderWindow()
    for number in (0, 5, 3):
        window.take(number)
    after = OrderWindow()
    after.restore(window.to_bytes())
    assert [number for number in range(8) if after.is_new(number)] == [1, 2, 4, 6, 7]
    fresh = OrderWindow()
    fresh.restore(OrderWindow().to_bytes())
    assert fresh.is_new(0)
    try:
        fresh.restore(b"short")
    except MalformedError:
        return
    raise AssertionError("short window taken")


def test_a_holding_says_what_a_handset_has_in_few_bytes() -> None:
    for holding, size in (
        (Holding(orders.ORDERS, 5, 0), 3),
        (Holding(orders.ORDER_PARTS, 1 << 19, 0b101), 4),
        (Holding(orders.NOTICE_PARTS, 7, (1 << 64) - 1), 11),
    ):
        content = orders.pack_holding(holding)
        assert len(content) == size
        assert orders.unpack_holding(content) == holding


def test_a_holding_that_we_would_not_send_is_refused() -> None:
    for content in (b"", b"\0\0", b"\x40\0\0", b"\0\0\x05\0\x01", bytes(12)):
        try:
            orders.unpack_holding(content)
        except MalformedError:
            continue
        raise AssertionError(content)
    for holding in (Holding(4, 0, 0), Holding(0, 1 << 20, 0), Holding(0, 0, 1 << 64)):
        try:
            orders.pack_holding(holding)
        except MisuseError:
            continue
        raise AssertionError(holding)


def test_only_downlink_kinds_are_orders() -> None:
    try:
        orders.seal_order(b"x", device=7, number=1, authentication_key=END, kind=REPORT)
    except MisuseError:
        return
    raise AssertionError("a report sealed as an order")
