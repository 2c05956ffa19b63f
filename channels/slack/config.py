"""How to reach Slack, and how hard to use it."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackConfig:
    """One app in one workspace.

    Its bot needs the scopes chat:write, files:write, users:read, users:read.email, im:write, channels:read,
    groups:read, and, to find what it has posted, channels:history, groups:history and im:history.

    Attributes:
        token: Of the bot, "xoxb-…".
        signing_secret: By which Slack signs what it sends us; empty where nothing is clicked.
        base_url: Of the Web API.
        reply_base_url: Of the addresses at which Slack takes answers to clicks; no other is written to.
        timeout_s: Longest wait for each answer.
        seconds_between_posts: To one address. Source: docs.slack.dev/apis/web-api/rate-limits: one a second.
    """

    token: str = field(repr=False)
    signing_secret: str = field(default="", repr=False)
    base_url: str = "https://slack.com/api/"
    reply_base_url: str = "https://hooks.slack.com/"
    timeout_s: int = 30
    seconds_between_posts: float = 1.0

    def __post_init__(self) -> None:
        """Raise ValueError for what cannot work."""
        if not self.token.strip():
            raise ValueError("token is empty.")
        if self.timeout_s < 1 or self.seconds_between_posts < 0:
            raise ValueError("timeout_s must be at least 1, seconds_between_posts not negative.")
