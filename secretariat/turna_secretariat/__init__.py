"""The Secretariat: archive, web page and exports."""
