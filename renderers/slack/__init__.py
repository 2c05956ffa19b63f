"""Block Kit blocks of a pack."""

from renderers.slack.summary import first_chart, render_slack

__all__ = ["first_chart", "render_slack"]
