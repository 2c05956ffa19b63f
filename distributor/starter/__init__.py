"""The starter project: a small catalogue with made-up data that `distributor init` writes for people to change."""
