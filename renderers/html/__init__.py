"""E-mail HTML of a pack."""

from renderers.html.document import LIMIT_BYTES, render_html

__all__ = ["LIMIT_BYTES", "render_html"]
