"""From a metric's declaration to its figure for every branch."""
