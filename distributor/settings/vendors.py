"""The channels that go through somebody's service: Slack, and text messages through Twilio."""

from typing import Any

from pydantic import Field, model_validator

from distributor.settings.secrets import read_secret
from distributor.settings.section import ConfigPath, Section

_URL = r"^https?://[^\s]+$"


class SlackSettings(Section):
    """One app in one workspace."""

    token_env: str | None = Field(default=None, description='Variable with the token of the bot, "xoxb-...".')
    token_file: ConfigPath | None = None
    signing_secret_env: str | None = Field(default=None, description="By which Slack signs clicks; none without.")
    signing_secret_file: ConfigPath | None = None
    base_url: str = Field(default="https://slack.com/api/", pattern=_URL, description="Another for tests and proxies.")
    reply_base_url: str = Field(default="https://hooks.slack.com/", pattern=_URL)
    timeout_s: int = Field(default=30, ge=1)
    connections: int = Field(default=2, ge=1, le=20, description="Messages under way at the same time.")
    seconds_between_posts: float = Field(default=1.0, ge=0, description="To one address.")

    @model_validator(mode="after")
    def _one_token(self) -> "SlackSettings":
        if (self.token_env is None) == (self.token_file is None):
            raise ValueError("give token_env or token_file, one of them")
        if self.signing_secret_env is not None and self.signing_secret_file is not None:
            raise ValueError("give signing_secret_env or signing_secret_file, not both")
        return self

    @property
    def takes_clicks(self) -> bool:
        return self.signing_secret_env is not None or self.signing_secret_file is not None

    def resolve_token(self) -> str:
        """Return the bot's token.

        Raises:
            SettingsError: The variable or the file is not there or empty.
        """
        return read_secret(self.token_env, self.token_file, "the token of Slack's bot")

    def resolve_signing_secret(self) -> str:
        """Return the secret that clicks are signed with, "" where nothing is clicked; raises as ``resolve_token``."""
        if not self.takes_clicks:
            return ""
        return read_secret(self.signing_secret_env, self.signing_secret_file, "the signing secret of the Slack app")


class SmsSettings(Section):
    """One account at Twilio. Quiet hours stand in [dispatch]; callbacks come to the public_url of [service]."""

    account_sid: str = Field(pattern=r"^AC[0-9a-zA-Z]{32}$")
    auth_token_env: str | None = None
    auth_token_file: ConfigPath | None = None
    sender: str = Field(default="", pattern=r"^(\+[1-9]\d{6,14}|[A-Za-z0-9 ]{1,11})?$")
    messaging_service_sid: str = Field(default="", pattern=r"^(MG[0-9a-zA-Z]{32})?$")
    two_way: bool = Field(default=False, description="Whether people can answer; needs public_url of [service].")
    default_region: str = Field(default="", pattern=r"^([A-Z]{2})?$", description="Of numbers without a country: NO.")
    base_url: str = Field(default="https://api.twilio.com", pattern=_URL, description="Another for tests and proxies.")
    timeout_s: float = Field(default=15, gt=0)
    per_person_a_day: int | None = Field(default=5, ge=1, description="No more to one number a day; alerts count too.")
    per_month: int | None = Field(default=None, ge=1, description="No more to all together; none for no limit.")
    bundle_s: float = Field(
        default=120, ge=0, le=3600, description="For so long a message waits for others to the same number."
    )

    @model_validator(mode="before")
    @classmethod
    def _unlimited(cls, given: Any) -> Any:
        """TOML has no none: a limit of 0 is no limit."""
        limits = ("per_person_a_day", "per_month")
        return {key: None if key in limits and value == 0 else value for key, value in dict(given).items()}

    @model_validator(mode="after")
    def _whole(self) -> "SmsSettings":
        if (self.auth_token_env is None) == (self.auth_token_file is None):
            raise ValueError("give auth_token_env or auth_token_file, one of them")
        if bool(self.sender) == bool(self.messaging_service_sid):
            raise ValueError("give sender or messaging_service_sid, one of them")
        if self.two_way and self.sender and not self.sender.startswith("+"):
            raise ValueError("nobody can answer a name as sender: set two_way = false, or a number as sender")
        return self

    def resolve_auth_token(self) -> str:
        """Return the token of the account.

        Raises:
            SettingsError: The variable or the file is not there or empty.
        """
        return read_secret(self.auth_token_env, self.auth_token_file, "the auth token of the Twilio account")
