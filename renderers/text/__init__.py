"""Plain-text part of an e-mail."""

from renderers.text.document import render_text

__all__ = ["render_text"]
