"""The modem at the gateway: USB serial to LoRa and back."""
