"""Sections computed for each branch, the pack they make, who gets it, and the guard at the door."""
