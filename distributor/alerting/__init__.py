"""When an alert rule fires, what is said of it, and to whom: pure, from observations to notices."""
