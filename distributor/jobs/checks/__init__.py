"""Single checks of the machine, of what is outside, and of the record; `distributor.jobs.doctor` puts them together."""
