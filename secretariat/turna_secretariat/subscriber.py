"""The Secretariat's end of the backbone: messages in batches to the desk, receipts back.

One thread owns the desk and the archive's writes.  The broker is acknowledged after the commit;
a receipt is never sent for what is not committed.
"""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from threading import Event

from turna_backbone import topics
from turna_backbone.clock import Clock
from turna_backbone.down import Down
from turna_backbone.mqtt import Connected, Disconnected, Message, Published
from turna_backbone.resend import Resend
from turna_protocol.errors import MalformedError
from turna_secretariat.archive import is_storage_failure
from turna_secretariat.desk import Desk
from turna_secretariat.down_desk import DownDeed
from turna_secretariat.down_words import NotSayableError
from turna_secretariat.inbox import AnyDeed, Deed, EmtDeed, Inbox, NoticeDeed, drain
from turna_secretariat.intake import Intake
from turna_secretariat.json_feed import JsonFeed
from turna_secretariat.officers_desk import NotPossibleError
from turna_secretariat.ports import Session
from turna_secretariat.presence import birth
from turna_secretariat.registry import Registry
from turna_secretariat.run_sign import SIGNS, RunSign, read_sign
from turna_secretariat.sending import UNSENT_MAX, Sending
from turna_secretariat.waiting import Waiting

log = logging.getLogger(__name__)

# How often gaps among handsets' numbers are looked at; gateways are asked far more rarely.
LOOK_FOR_GAPS_EVERY_MS = 60_000
_IDLE_S = 0.25

SUBSCRIPTIONS = (
    *topics.REPORT_FILTERS,
    topics.GATEWAY_CONNECTION_FILTER,
    topics.GATEWAY_HEALTH_FILTER,
    topics.GATEWAY_DOWN_STATE_FILTER,
    *SIGNS,
)


class Subscriber:
    """Takes what comes from the inbox and turns it into commits, acknowledgements and receipts."""

    def __init__(
        self,
        *,
        desk: Desk,
        registry: Registry,
        session: Session,
        inbox: Inbox,
        clock: Clock,
        boot_id: bytes,
        json_feed: JsonFeed | None = None,
        unsent_max: int = UNSENT_MAX,
    ) -> None:
        self._desk = desk
        self._json_feed = json_feed
        self._registry = registry
        self._session = session
        self._inbox = inbox
        self._clock = clock
        self._birth = birth(boot_id)
        self._boot_id = boot_id
        self._sign = RunSign(boot_id, session)
        self._look_for_gaps_ms = 0
        self._waiting = Waiting()
        self._sending = Sending(registry, session, self._count, unsent_max)
        self._trouble = ""
        self.connected = False
        self.changed_ms: int | None = None
        self.counts: Counter[str] = Counter()
        self._intake = Intake(desk, registry, self._count)

    def run(self, stopping: Event) -> None:
        """Serve the inbox until told to stop."""
        self.load()
        while not stopping.is_set():
            self.step(_IDLE_S)

    def load(self) -> None:
        """Take up what the run before left; the archive is open."""
        self._desk.resending.begin_run(self._boot_id, self._now_ms())
        self._desk.down.load(self._now_ms())
        self._intake.prove_late(self._now_ms())
        self._sending.add(self._intake.take_up(self._now_ms()))
        if self._json_feed is not None:
            self._json_feed.load()
        self._look_for_gaps_ms = self._now_ms() + LOOK_FOR_GAPS_EVERY_MS

    def step(self, wait_s: float) -> None:
        """Handle what is in the inbox now, after waiting up to `wait_s` for something to come."""
        for event in drain(self._inbox, 0 if self._waiting else wait_s):
            if isinstance(event, Message) and event.topic in SIGNS:
                self._heard_of_a_run(event)
            elif isinstance(event, Message):
                self._waiting.add(event)
            elif isinstance(event, Published):
                self._published(event)
            elif isinstance(event, AnyDeed):
                self._do(event)
            else:
                self._connection(event)
        self._file(self._waiting.urgent())
        messages, tokens = self._waiting.next_batch()
        self._file(messages)
        for token in tokens:
            self._session.acknowledge(token)
        if settled := self._sending.take_settled():
            self._desk.officers.settle(settled)
        self._sending.send()
        if self.connected:
            self._desk.down.pump(self._now_ms(), self._say_down)
            if self._json_feed is not None:
                self._json_feed.pump(self._session.publish)
            # Time to look, or the clock was put back.
            if not 0 < self._look_for_gaps_ms - self._now_ms() <= LOOK_FOR_GAPS_EVERY_MS:
                self._look_for_gaps_ms = self._now_ms() + LOOK_FOR_GAPS_EVERY_MS
                self._ask(self._desk.resending.questions(self._now_ms()))
                if self._sending.is_word_refused:
                    self._sending.say_again(self._desk.officers.owed())

    def _file(self, messages: Sequence[Message]) -> None:
        if messages:
            self._sending.add(self._intake.take(messages, self._now_ms()))

    def deadline_ms(self) -> int | None:
        """Return when to call `step` next if nothing comes before, None if only then."""
        if self._waiting:
            return self._now_ms()
        if not self.connected:
            return None
        down_ms = self._desk.down.deadline_ms()
        return min(self._look_for_gaps_ms, self._look_for_gaps_ms if down_ms is None else down_ms)

    def as_json(self) -> dict[str, object]:
        """Return the state of the feed; safe to call from another thread."""
        return {
            "connected": self.connected,
            "changed_ms": self.changed_ms,
            "receipts_waiting": len(self._sending),
            "counts": dict(self.counts),
            "json_refused": 0 if self._json_feed is None else self._json_feed.refused,
        }

    def _connection(self, event: Connected | Disconnected) -> None:
        connected = isinstance(event, Connected)
        self._tell(event)
        self.connected, self.changed_ms = connected, self._now_ms()
        # Whatever was on its way is sent again from the archive, by the connection that is next.
        self._sending.forget_words()
        if not connected:
            self._sign.disconnected()
        else:
            self._session.publish(*self._birth, retain=True)
            self._ask(self._desk.resending.messages())
            self._sending.add(self._desk.officers.owed())
            self._desk.down.connected()
            if self._json_feed is not None:
                self._json_feed.connected()

    def _heard_of_a_run(self, message: Message) -> None:
        """Notice a run of a Secretariat that this archive does not know: it is an older copy."""
        try:
            said = read_sign(message)
        except MalformedError:
            self.counts["signs of a Secretariat that make no sense"] += 1
        else:
            if said.boot_id != self._boot_id:
                self._desk.heard_of_run(said, self._now_ms())
            elif message.topic == topics.SECRETARIAT_CONNECTION and not message.retained:
                # Its own birth, back from the broker: all that was kept there came before it.
                self._sign.leave_anew(self._desk.down.given_out)
        self._waiting.add_filed(message)

    def _tell(self, event: Connected | Disconnected) -> None:
        if isinstance(event, Connected):
            self._trouble = ""
            log.info("broker up broker=%s session_present=%s", event.broker, event.session_present)
        elif event.reason != self._trouble:  # told once, however often it is tried
            self._trouble = event.reason
            log.warning("broker down broker=%s reason=%s", event.broker, event.reason)

    def _published(self, event: Published) -> None:
        if self._sign.is_refused_by(event):
            self.counts["signs of numbers the broker refused"] += 1
            log.warning("the broker refuses %s: see its ACL", topics.SECRETARIAT_NUMBERS)
            return
        if self._json_feed is not None and self._json_feed.published(
            event.token, accepted=event.accepted
        ):
            return
        self._sending.published(event.token, accepted=event.accepted)

    def _do(self, deed: AnyDeed) -> None:
        try:
            if isinstance(deed, Deed):
                said = (deed.report_id, deed.did, deed.person, self._now_ms(), deed.reason)
                self._sending.add(self._desk.officers.act(*said))
            elif isinstance(deed, DownDeed):
                self._desk.down.do(deed, self._now_ms())
            elif isinstance(deed, EmtDeed):
                self._desk.officers.keep_emt_day(deed.daily, deed.person, self._now_ms())
            elif isinstance(deed, NoticeDeed):
                self._desk.officers.keep_notice(deed.content, deed.person, self._now_ms())
            else:
                self._desk.officers.close_alarm(deed.alarm_id, deed.person, self._now_ms())
        except (KeyError, MalformedError, NotPossibleError, NotSayableError) as error:
            deed.errors.append(error)
        except Exception as error:
            deed.errors.append(error)
            if is_storage_failure(error):
                raise
            log.exception("what a person did could not be filed")
        finally:
            deed.done.set()

    def _ask(self, messages: Mapping[str, Resend]) -> None:
        """Tell gateways what the archive may lack; what is not taken now is told on connecting."""
        for gateway, resend in messages.items():
            country = self._registry.gateway_country(gateway)
            assert country is not None  # messages are for registered gateways
            topic = topics.resend(country, gateway)
            self._session.publish(topic, resend.pack(), retain=True)
            self.counts["numbers asked for"] += sum(m.last - m.first + 1 for m in resend.missing)

    def _say_down(self, gateway: str, one: Down) -> bool:
        """Publish what a gateway is to say; return whether the connection took it."""
        if not self._sign.leave(self._desk.down.given_out):
            return False
        country = self._registry.gateway_country(gateway)
        if country is None:
            self.counts["words for an unknown gateway"] += 1
            return True
        if self._session.publish(topics.down(country, gateway), one.pack()) is None:
            return False
        self.counts["words given to gateways"] += 1
        return True

    def _count(self, what: str, number: int) -> None:
        self.counts[what] += number

    def _now_ms(self) -> int:
        return self._clock.unix_ms()
