"""A pack as an Excel workbook: a sheet per section, real numbers, native charts (xlsxwriter)."""

from renderers.xlsx.press import XlsxPress
from renderers.xlsx.workbook import render_xlsx

__all__ = ["XlsxPress", "render_xlsx"]
