"""From a rendered pack to a delivered message."""
