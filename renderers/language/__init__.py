"""Words, numbers and dates in the reader's language."""

from renderers.language.formatter import LANGUAGES, Formatter, formatter

__all__ = ["LANGUAGES", "Formatter", "formatter"]
