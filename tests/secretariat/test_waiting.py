"""Which of the messages that wait are filed next."""

from turna_backbone import topics
from turna_backbone.mqtt import Message
from turna_secretariat.waiting import Waiting

# What came with QoS 0 has no number of its own: all of a connection have one token.
TOKEN = 1 << 16


def test_a_call_without_a_number_does_not_pass_for_another_message_without_one() -> None:
    health = Message(topics.gateway_health("tr", "hatay-1"), b"health", False, TOKEN)
    call = Message(topics.sos("tr", "tur01"), b"call", False, TOKEN)
    waiting = Waiting()
    waiting.add(health)
    waiting.add(call)

    assert waiting.urgent() == [call]
    assert waiting.next_batch() == ([health], [TOKEN, TOKEN])
