"""The wire: what every part of Turna says to the others."""
