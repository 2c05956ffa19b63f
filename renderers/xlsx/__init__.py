"""A pack as an Excel workbook: a sheet per section, real numbers, native charts (xlsxwriter)."""

from renderers.xlsx.workbook import render_xlsx

__all__ = ["render_xlsx"]
