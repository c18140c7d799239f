"""What can go wrong, in three kinds; the first argument is the reason, and is what gets counted."""


class MalformedError(Exception):
    """A peer sent what the specification does not allow; count it and drop it."""


class NotAuthenticError(Exception):
    """A tag does not verify; count it apart, it may be an attack."""


class MisuseError(Exception):
    """Our own code asked for the impossible; let it crash."""
