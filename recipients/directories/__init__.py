"""Directories: CSV files, SQL queries, and one in memory."""
