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
from turna_secretariat.down_rows import DownRows
from turna_secretariat.transaction import Transaction


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
    """Never number anew what a handset took already: the archive is an older copy."""
    if holding.stream not in (orders.ORDERS, orders.ORDER_PARTS):
        return
    name = f"order {carried.device} {carried.generation}"
    if rows.skip_to(name, holding.number + 1):
        detail = f"device {carried.device} holds order {holding.number}, which is not in here"
        if not transaction.is_alarmed("unknown_order", detail):
            transaction.raise_alarm("unknown_order", None, detail, now_ms)


def answered_word(rows: DownRows, carried: ReportEnvelope, body: dict[str, object]) -> int | None:
    if body["type"] == "task_status":
        return rows.word_of_task(int(str(body["number"])), carried.device)
    reference = body.get("answers")
    if body["type"] != "message" or not isinstance(reference, int):
        return None
    try:
        what, number = downlink.what_is_answered(reference)
    except MalformedError:
        return None
    if what == downlink.ORDER:
        key = (carried.device, carried.generation)
        item = rows.item_by_number(down.ORDER, *key, number)
    else:
        kind = down.NOTICE if what == downlink.NOTICE else down.ALERT
        item = rows.item_by_number(kind, 0, 0, number)
    return None if item is None else int(item["word_id"])


def _parts_of(item: RowMapping) -> int:
    """Return of how many parts a whole one is, as it goes on the air."""
    if item["what"] != down.NOTICE:
        return int(item["parts"])
    (part,) = Down.unpack(item["payload"]).parts
    return -(-(len(part.content) + len(part.tag)) // PART_BYTES)
