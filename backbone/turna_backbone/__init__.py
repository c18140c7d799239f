"""What the gateway and the Secretariat share: clock, topics, envelopes, MQTT session, mission kit.

Read first: `envelope.py` (what travels) and `mqtt.py` (how it travels).  CPython only.
"""
