"""Text messages of a pack."""

from renderers.sms.summary import render_sms

__all__ = ["render_sms"]
