"""The serial line between a board and its host: frames, messages, and both ends of it."""
