"""How the work is done: the outbox, the service, the engine, and for how long records are kept."""

from datetime import timedelta
from ipaddress import ip_address
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from distributor.settings.secrets import read_secret
from distributor.settings.section import ConfigPath, Section

_CLOCK = r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$"
Between = Annotated[str, Field(pattern=_CLOCK)]


class DispatchSettings(Section):
    """How the outbox works."""

    first_retry_s: float = Field(default=60, gt=0, description="Wait after the first try; it doubles each time.")
    longest_retry_s: float = Field(default=3600, gt=0)
    pause_after: int = Field(default=5, ge=1, description="Failures of a transport until it is left alone.")
    pause_s: float = Field(default=30, gt=0)
    claim_s: float = Field(
        default=1200, ge=5, description="After so long another process takes a delivery over; longer than any try."
    )
    quiet_hours: dict[Literal["email", "slack", "sms", "folder"], Between] = Field(
        default_factory=dict, description='By channel, in the reader\'s zone: {sms = "21:00-08:00"}.'
    )
    opt_in_channels: tuple[Literal["email", "slack", "sms"], ...] = Field(
        default=(), description="Channels over which nothing is sent without consent."
    )
    bounces_to_suppress: int = Field(default=3, ge=1, description="Permanent bounces until an address is left alone.")

    @property
    def first_retry(self) -> timedelta:
        return timedelta(seconds=self.first_retry_s)

    @property
    def longest_retry(self) -> timedelta:
        return timedelta(seconds=self.longest_retry_s)

    @property
    def pause(self) -> timedelta:
        return timedelta(seconds=self.pause_s)

    @property
    def claim(self) -> timedelta:
        return timedelta(seconds=self.claim_s)


class BouncesSettings(Section):
    """Where messages come back to: a mailbox that is read, or an endpoint that the mail server posts them to."""

    path: ConfigPath | None = Field(default=None, description="A Maildir, a folder of .eml files, or an mbox file.")
    token_env: str | None = Field(default=None, description="Variable with the token that whoever posts must show.")
    token_file: ConfigPath | None = None

    @property
    def is_posted(self) -> bool:
        return self.token_env is not None or self.token_file is not None

    def resolve_token(self) -> str:
        """Return the token, "" where nothing is posted."""
        return read_secret(self.token_env, self.token_file, "a long random text") if self.is_posted else ""


class ServiceSettings(Section):
    """`distributor serve`: its health endpoints, and what the outside is told."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: str = Field(default="", pattern=r"^(https?://[^\s]+[^/\s])?$", description="As readers reach it.")
    secret_env: str | None = None
    secret_file: ConfigPath | None = None
    ping_url: str = Field(default="", pattern=r"^(https?://[^\s{}]+(\{event\}[^\s{}]*)?)?$")
    disk_free_mb: int = Field(default=500, ge=0, description="Less free space is a fault.")
    stuck_after_s: float = Field(default=1800, gt=0, description="A due delivery older than this is stuck.")

    @model_validator(mode="after")
    def _secret(self) -> "ServiceSettings":
        if self.public_url and self.secret_env is None and self.secret_file is None:
            raise ValueError("public_url needs secret_env or secret_file: links to unsubscribe are signed with it")
        return self

    def resolve_secret(self) -> str:
        """Return the secret that links are signed with, "" without one."""
        if self.secret_env is None and self.secret_file is None:
            return ""
        return read_secret(self.secret_env, self.secret_file, "a long random text")


class RetentionSettings(Section):
    """For how many days each kind of record is kept; `distributor purge` removes what is older."""

    artifacts_days: int = Field(default=400, ge=1, description="Finished documents, snapshots and figures.")
    attempts_days: int = Field(default=800, ge=1, description="Single tries; how a delivery ended stays.")
    addresses_days: int = Field(default=400, ge=1, description="Addresses and names; then pseudonyms.")


class AlertSettings(Section):
    """When `distributor serve` evaluates the alert rules."""

    at: str = Field(
        default="07:30",
        pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9])?$",
        description="Local time of each day, HH:MM; empty for never.",
    )


class DaskSettings(Section):
    """A Dask cluster that runs already. Members' figures and the ledger's password travel to its workers."""

    address: str = Field(pattern=r"^(tls|tcp)://[^\s/]+:\d+$", description="Of its scheduler: tls://host:8786.")
    ca_file: ConfigPath | None = Field(default=None, description="Certificate of whoever signed the cluster's.")
    cert_file: ConfigPath | None = None
    key_file: ConfigPath | None = None
    allow_plain: bool = Field(default=False, description="Also without encryption, in a network that is trusted.")
    shard_size: int = Field(default=16, ge=1, description="Packs of one task.")
    timeout_s: float = Field(default=30, gt=0, description="How long the scheduler, or any worker, is waited for.")

    @property
    def is_encrypted(self) -> bool:
        return self.address.startswith("tls://")

    @model_validator(mode="after")
    def _encrypted(self) -> "DaskSettings":
        if self.is_encrypted:
            if None in (self.ca_file, self.cert_file, self.key_file):
                raise ValueError("a tls:// address needs ca_file, cert_file and key_file")
        elif not self.allow_plain and not _is_this_machine(urlsplit(self.address).hostname or ""):
            raise ValueError(
                "over tcp:// members' figures and the ledger's password travel unencrypted. Use a tls:// address, or "
                "set allow_plain = true where the network is trusted"
            )
        return self


class EngineSettings(Section):
    kind: Literal["local", "dask"] = Field(default="local", description="Processes of this machine, or a cluster.")
    workers: int = Field(default=0, ge=0, description="Processes; 0 is one a core.")
    shard_size: int = Field(default=16, ge=1, description="Branches of one task.")
    packs_per_worker: int = Field(default=5000, ge=1, description="A worker is replaced after so many packs.")
    dask: DaskSettings | None = None


class RenderSettings(Section):
    image_scale: int = Field(default=2, ge=1, le=4, description="Pixels of an image for each CSS pixel.")
    fast: bool = Field(default=True, description="Draw the fast way where it shows the same; false is the full way.")


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
