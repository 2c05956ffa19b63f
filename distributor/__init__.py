"""The application: when, whether, and the record."""
