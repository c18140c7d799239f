"""What officers said and entered, as a mission leaves it: words down, official alerts, days.

It goes through the desk, as it does on the page; who holds a word and answers it is written beside.
Every third word is for everybody, which is the most that a list of words can show.
"""

import sqlalchemy as sa

from turna_secretariat import emt
from turna_secretariat.archive import Archive
from turna_secretariat.desk import Desk
from turna_secretariat.down_audience import Choice, choose
from turna_secretariat.down_desk import DownDeed
from turna_secretariat.down_schema import down_answer, down_holder, down_item, down_word
from turna_secretariat.down_words import read_saying
from turna_secretariat.registry import Registry

WORDS, NOTICES, DAYS, PERSON = 90, 20, 60, "Aylin Demir"
# Of ten handsets that a word is for.
HOLD, ANSWER = 8, 3
_KINDS = (
    ("alert", {"code": "evacuate"}),
    ("task", {"task": "search", "worksite": "TUR01-0017", "text": "second floor"}),
    ("text", {"text": "bring water to the school"}),
)
_NOTICE = """<?xml version="1.0" encoding="utf-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>alert-{number}</identifier>
<sender>weather@example.org</sender><sent>{day}T12:00:00-00:00</sent><status>Exercise</status>
<msgType>Alert</msgType><scope>Public</scope><info><language>en</language><category>Met</category>
<event>Storm</event><urgency>Expected</urgency><severity>Severe</severity>
<certainty>Likely</certainty><headline>Storm {number}</headline>
<area><areaDesc>Antakya</areaDesc><circle>36.2,36.16 20</circle></area></info></alert>"""


def say(archive: Archive, registry: Registry, now_ms: int) -> None:
    """Write it all, as of the time before `now_ms`; the archive is open and has reports."""
    desk = Desk(archive, registry, registry.mission.frame)
    desk.down.load(now_ms)
    teams = sorted({handset.team for handset in registry.handsets()})
    for number in range(WORDS):
        kind, form = _KINDS[number % 3]
        team = teams[number % len(teams)]
        whom = Choice(kind == "alert", () if kind == "alert" else (team,), (), None)
        with archive.reader() as connection:
            audience = choose(whom, connection, registry, None)
        saying = read_saying(
            kind,
            form,
            mode=registry.mission.mode,
            audience=audience,
            lasts_min=None,
            now_s=now_ms // 1000,
            frame=registry.mission.frame,
        )
        desk.down.do(DownDeed((saying,), PERSON), now_ms - (WORDS - number) * 60_000)
    for number in range(NOTICES):
        notice = _NOTICE.format(number=number, day=f"2026-05-{number + 1:02}")
        desk.officers.keep_notice(notice.encode(), PERSON, now_ms)
    for number in range(DAYS):
        team, date = f"EMT{number % 6}", f"2026-05-{number // 6 + 1:02}"
        said = {"team": team, "country": "tr", "day": date, "remark": ""}
        counts = {"counts": {"4": {"all": 30}}}
        day = emt.read_daily(said | counts, registry.mission.mode, "2026-12-31")
        desk.officers.keep_emt_day(day, PERSON, now_ms)
    with archive.transaction() as transaction:
        _hold_and_answer(transaction.connection, registry, now_ms)


def _hold_and_answer(connection: sa.Connection, registry: Registry, now_ms: int) -> None:
    devices = [handset.device for handset in registry.handsets()]
    holds, answers = [], []
    items = connection.execute(sa.select(down_item.c.id, down_item.c.word_id, down_item.c.device))
    for item_id, word_id, device in items.all():
        for held_by in devices if device == 0 else [device]:
            if held_by % 10 < HOLD:
                holds.append({"item_id": item_id, "device": held_by, "held_ms": now_ms})
            if held_by % 10 < ANSWER:
                answer = {"word_id": word_id, "device": held_by, "seq": 0, "report_id": 1}
                answers.append(answer | {"at_ms": now_ms, "said": "received"})
    connection.execute(down_holder.insert(), holds)
    connection.execute(down_answer.insert(), answers)
    assert connection.execute(sa.select(sa.func.count()).select_from(down_word)).scalar() == WORDS
