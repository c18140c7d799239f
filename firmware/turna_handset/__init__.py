"""The handset in a rescuer's hands."""
