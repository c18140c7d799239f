"""What a handset's proved words are about: items that it holds, words that it answers.

Inside a transaction of the desk's.
"""

from sqlalchemy.engine import RowMapping

from turna_backbone import down
from turna_backbone.down import Down
from turna_backbone.envelope import ReportEnvelope
from turna_protocol import downlink, fragments, orders
from turna_protocol.errors import MalformedError
from turna_protocol.notices import PART_BYTES
from turna_protocol.orders import Holding
from turna_secretariat.alarms import UNKNOWN_ORDER
from turna_secretariat.down_rows import DownRows
from turna_secretariat.transaction import Key, Transaction

# How many numbers of what is for all one handset's word may leave out: half of what a handset of
# ours follows (turna_protocol.alerts).
STEP_FOR_ALL = 32
_FOR_ALL = (orders.NOTICE_PARTS, orders.ALERTS)


def items_held(rows: DownRows, carried: ReportEnvelope, holding: Holding) -> list[RowMapping]:
    key = (carried.device, carried.generation)
    if holding.stream == orders.ORDERS:
        back = [i for i in range(orders.HOLDING_BITS_MAX) if holding.bitmap >> i & 1]
        numbers = [holding.number, *(holding.number - 1 - i for i in back)]
        found = [rows.item_by_number(down.ORDER, *key, number) for number in numbers]
        return [item for item in found if item is not None and item["parts"] == 1]
    item = {
        orders.ORDER_PARTS: lambda: rows.item_by_number(down.ORDER, *key, holding.number),
        orders.NOTICE_PARTS: lambda: rows.item_by_number(down.NOTICE, 0, 0, holding.number),
        orders.ALERTS: lambda: rows.item_by_number(down.ALERT, 0, 0, holding.number),
    }[holding.stream]()
    if item is None:
        return []
    parts = _parts_of(item) if holding.stream != orders.ALERTS else 0
    return [] if fragments.missing(holding.bitmap, parts) else [item]


def require_known(
    transaction: Transaction,
    rows: DownRows,
    carried: ReportEnvelope,
    holding: Holding,
    now_ms: int,
) -> None:
    """Never number anew what a handset took already: the archive is an older copy.

    What is for all is numbered for all, and no lost handset may use those numbers up: each step
    costs it an alarm that a person has closed.
    """
    name, what, newest = _numbered(carried, holding)
    detail = f"device {carried.device} holds {what}, which is not in here"
    next_number = rows.numbers.next(name)
    if newest < next_number or transaction.is_alarmed(UNKNOWN_ORDER, detail):
        return
    if holding.stream in _FOR_ALL and newest >= next_number + STEP_FOR_ALL:
        newest = next_number + STEP_FOR_ALL - 1
    rows.numbers.skip_to(name, newest + 1)
    transaction.raise_alarm(UNKNOWN_ORDER, None, detail, now_ms)


def _numbered(carried: ReportEnvelope, holding: Holding) -> tuple[str, str, int]:
    """Return of which count a holding's number is, what it names, and the highest in it."""
    if holding.stream == orders.NOTICE_PARTS:
        return "notice", f"notice {holding.number}", holding.number
    if holding.stream == orders.ALERTS:
        mode, code, number = downlink.read_alert_name(holding.number)
        return f"alert {mode} {code}", f"alert {holding.number}", number
    newest = holding.number
    if holding.stream == orders.ORDER_PARTS:  # each part has a number of its own
        newest += max(1, holding.bitmap.bit_length()) - 1
    return f"order {carried.device} {carried.generation}", f"order {holding.number}", newest


def answered_item(rows: DownRows, key: Key, body: dict[str, object]) -> RowMapping | None:
    """Return the item that a report answers, if it does."""
    device, generation, _ = key
    if body["type"] == "task_status":
        return rows.item_of_task(int(str(body["number"])), device)
    reference = body.get("answers")
    if body["type"] != "message" or not isinstance(reference, int):
        return None
    try:
        what, number = downlink.what_is_answered(reference)
    except MalformedError:
        return None
    if what == downlink.ORDER:
        return rows.item_by_number(down.ORDER, device, generation, number)
    kind = down.NOTICE if what == downlink.NOTICE else down.ALERT
    return rows.item_by_number(kind, 0, 0, number)


def _parts_of(item: RowMapping) -> int:
    """Return of how many parts a whole one is, as it goes on the air."""
    if item["what"] != down.NOTICE:
        return int(item["parts"])
    (part,) = Down.unpack(item["payload"]).parts
    return -(-(len(part.content) + len(part.tag)) // PART_BYTES)
