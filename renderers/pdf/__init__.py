"""A pack as a tagged A4 document (PDF/UA-1), drawn by WeasyPrint."""

from renderers.pdf.document import render_pdf
from renderers.pdf.layout import FULL_PAGE, HALF_PAGE, chart_sizes

__all__ = ["FULL_PAGE", "HALF_PAGE", "chart_sizes", "render_pdf"]
