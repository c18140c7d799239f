"""The board: pins, radio drivers, clock, flash."""
