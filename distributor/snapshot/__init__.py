"""The datasets of one run, read once for all branches, kept as files, and checked before anything is made of them."""
