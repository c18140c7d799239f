"""Simulated chips, at the level of their pins and their bytes."""
