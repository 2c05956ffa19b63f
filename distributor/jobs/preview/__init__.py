"""Previews: one branch's pack as a run would send it, for central staff to look at. Nothing is recorded or sent."""
