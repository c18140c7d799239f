"""The relay: a board on a hill that passes on what it hears, for the price of a power bank."""
