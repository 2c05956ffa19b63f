"""Use cases of alerts: evaluate the rules, tell of incidents, take answers, show and try."""
