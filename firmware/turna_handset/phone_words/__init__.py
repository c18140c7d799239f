"""The words of the page for a phone, by language."""
