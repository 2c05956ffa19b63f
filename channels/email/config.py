"""How to reach the mail server, and how hard to use it."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Security(StrEnum):
    """How the connection is protected."""

    none = "none"
    starttls = "starttls"  # plain first, usually port 587; a server that does not offer it gets no mail
    smtps = "smtps"  # TLS from the first byte, usually port 465


@dataclass(frozen=True, slots=True, kw_only=True)
class DkimConfig:
    """The key that signs mail for a domain (RFC 6376). ``private_key`` is an RSA key in PEM form."""

    domain: str
    selector: str
    private_key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpConfig:
    """One mail server.

    Attributes:
        host: Its name; the certificate must hold it.
        port: 587, 465 or 25.
        security: Of the connection.
        username: Empty for a server that wants no login.
        password: Sent only over TLS, or to this very machine.
        timeout_s: Longest wait for each answer of the server.
        verdict_timeout_s: Longest wait for the answer that follows a whole message: servers scan before they give it.
            Source: RFC 5321, 4.5.3.2.6, which asks for ten minutes.
        connections: How many are open at most.
        messages_per_connection: After so many a connection is replaced.
        per_second: Messages a second over all connections, None for no limit.
        local_hostname: What we greet with; empty for this machine's name.
        ca_file: Certificates to trust instead of the system's, None for the system's.
        dkim: How to sign, None where the server does.
    """

    host: str
    port: int = 587
    security: Security = Security.starttls
    username: str = ""
    password: str = field(default="", repr=False)
    timeout_s: float = 60.0
    verdict_timeout_s: float = 600.0
    connections: int = 4
    messages_per_connection: int = 100
    per_second: float | None = None
    local_hostname: str = ""
    ca_file: Path | None = None
    dkim: DkimConfig | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for what cannot work."""
        if self.connections < 1 or self.messages_per_connection < 1:
            raise ValueError("connections and messages_per_connection must be at least 1.")
        if min(self.timeout_s, self.verdict_timeout_s) <= 0 or (self.per_second is not None and self.per_second <= 0):
            raise ValueError("timeout_s, verdict_timeout_s and per_second must be more than 0.")
        if not (self.username + self.password).isascii():
            raise ValueError("the user name or the password holds letters outside ASCII, which the login cannot carry.")
        if self.username and self.security is Security.none and self.host not in _LOOPBACK:
            raise ValueError(
                'the password would travel unprotected. Set security to "starttls" or "smtps", or leave the login out.'
            )
