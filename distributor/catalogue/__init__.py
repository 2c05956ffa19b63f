"""The catalogue: what an organisation's datasets, metrics, audiences and reports are, checked as a whole."""
