"""Virtual hardware: chips, ether and boards as processes."""
