"""A pack as a tagged A4 document (PDF/UA-1), drawn by WeasyPrint or, many times faster, from a frozen layout."""

from renderers.pdf.document import render_pdf
from renderers.pdf.frozen.reasons import Reason
from renderers.pdf.layout import FULL_PAGE, HALF_PAGE, chart_sizes
from renderers.pdf.press import How, PdfPress, Proof, Way

__all__ = ["FULL_PAGE", "HALF_PAGE", "How", "PdfPress", "Proof", "Reason", "Way", "chart_sizes", "render_pdf"]
