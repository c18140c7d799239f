"""The field gateway: from the radio to the store to the backbone."""
