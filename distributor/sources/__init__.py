"""Where datasets are read from: databases, DuckDB files and folders, opened so that they can only be read."""
