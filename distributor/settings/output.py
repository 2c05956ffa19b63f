"""Where things go: the store, the ledger, the channels."""

from typing import Literal

from pydantic import Field, model_validator

from distributor.settings.secrets import read_secret
from distributor.settings.section import ConfigPath, Section, UrlSection, has_password
from distributor.settings.vendors import SlackSettings, SmsSettings


class StoreSettings(Section):
    """Where documents, snapshots and figures are kept: in a folder, or in a storage that several machines share."""

    path: ConfigPath = Field(description="A folder of this machine; with a url, for what it is working on.")
    url: str | None = Field(
        default=None, pattern=r"^[a-z][a-z0-9+.-]*://\S+$", description="s3://bucket/folder, or another of fsspec's."
    )
    cache: ConfigPath | None = Field(
        default=None, description="Where each machine of a cluster keeps the figures of a run while it helps."
    )

    @model_validator(mode="after")
    def _no_password(self) -> "StoreSettings":
        if self.url is not None and has_password(self.url):
            raise ValueError("url holds a password. Leave it to the storage's own settings, such as AWS_PROFILE")
        return self


class OutboxSettings(Section):
    path: ConfigPath


class LedgerSettings(UrlSection):
    """Where the record is kept: an SQLite file, or a PostgreSQL database that several machines share."""

    path: ConfigPath | None = None

    @model_validator(mode="after")
    def _one_place(self) -> "LedgerSettings":
        if self.urls_given + (self.path is not None) > 1:
            raise ValueError("give one of path, url, url_env or url_file")
        return self


class DkimSettings(Section):
    """Signing of mail; the public key stands in DNS at <selector>._domainkey.<domain>."""

    domain: str
    selector: str
    key_file: ConfigPath


class EmailSettings(Section):
    """A mail server. Without this section e-mail is written into the outbox folder."""

    host: str
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["none", "starttls", "smtps"] = "starttls"
    username: str = ""
    password_env: str | None = None
    password_file: ConfigPath | None = None
    ca_file: ConfigPath | None = None
    timeout_s: float = Field(default=60, gt=0)
    connections: int = Field(default=2, ge=1, le=50, description="Open at the same time.")
    messages_per_connection: int = Field(default=200, ge=1)
    per_second: float | None = Field(default=None, gt=0, description="Most messages a second; none for no limit.")
    dkim: DkimSettings | None = None

    @model_validator(mode="after")
    def _one_password(self) -> "EmailSettings":
        if self.password_env is not None and self.password_file is not None:
            raise ValueError("give password_env or password_file, not both")
        if bool(self.username) != (self.password_env is not None or self.password_file is not None):
            raise ValueError("username goes with password_env or password_file")
        if self.username and self.security == "none":
            raise ValueError("a password must not travel unencrypted: use security starttls or smtps")
        return self

    def resolve_password(self) -> str:
        """Return the password, "" without one.

        Raises:
            SettingsError: The variable or the file is not there or empty.
        """
        if not self.username:
            return ""
        return read_secret(self.password_env, self.password_file, "the password of the mail server")


class ChannelsSettings(Section):
    email: EmailSettings | None = None
    slack: SlackSettings | None = None
    sms: SmsSettings | None = None


class MailSettings(Section):
    from_address: str = Field(pattern=r"^[^@\s]*<?[^@\s<>]+@[^@\s<>]+>?$|^[^<>@]+<[^@\s<>]+@[^@\s<>]+>$")
