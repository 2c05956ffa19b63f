"""The demo organisation: an invented union with four years of members, written with a fixed seed."""
