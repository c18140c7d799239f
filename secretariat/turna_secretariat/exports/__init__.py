"""What leaves the Secretariat for other systems: start with `formats`, then `selection`."""
