"""Who receives: branch tree, recipients, audiences."""
