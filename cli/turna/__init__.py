"""The one command: turna."""
