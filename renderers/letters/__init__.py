"""Letters to the owner of a report: a run that ended, is held, waits, or was missed; an address that is dead."""

from renderers.letters.letter import render_letter
from renderers.letters.models import Letter, Occasion

__all__ = ["Letter", "Occasion", "render_letter"]
