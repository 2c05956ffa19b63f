"""Benchmarks: how fast the product is, and beside what."""
