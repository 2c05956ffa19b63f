"""The record of runs, packs and deliveries: what was planned, what was made, what was sent."""
