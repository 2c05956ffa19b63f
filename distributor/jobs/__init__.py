"""Use cases: what the command line and, later, the scheduler ask for."""
