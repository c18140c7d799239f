"""What the chip answers to a command that it does not execute."""

from .sx1262_facts import CommandStatus


class CommandRefusedError(Exception):
    """A command that the chip does not execute; `status` is what the status byte shows."""

    def __init__(self, status: CommandStatus, why: str) -> None:
        super().__init__(why)
        self.status = status


def malformed(why: str) -> CommandRefusedError:
    """Return the refusal of a command that makes no sense."""
    return CommandRefusedError(CommandStatus.PROCESSING_ERROR, why)


def impossible(why: str) -> CommandRefusedError:
    """Return the refusal of a command that cannot be executed now."""
    return CommandRefusedError(CommandStatus.EXECUTION_FAILURE, why)
