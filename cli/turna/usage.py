"""The one error of every sub-command that a person can put right."""


class UsageError(Exception):
    """Something a person can put right; the message is one sentence that says what."""
