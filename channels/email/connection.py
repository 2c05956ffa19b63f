"""One session with a mail server: opened, used for one mail after the other, closed."""

import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from channels.email.answers import Stage, readable, refusal
from channels.email.config import Security, SmtpConfig
from channels.email.failures import broken
from channels.errors import Fault, PermanentDeliveryError, TransientDeliveryError

_OK = 250
_CLOSING = 421
_FAREWELL_S = 2.0
_PIECE_BYTES = 1 << 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail and its envelope. ``mail`` has CRLF line ends."""

    delivery_key: str
    sender: str = field(repr=False)
    recipient: str = field(repr=False)
    mail: bytes = field(repr=False)
    utf8: bool = False  # an address has letters outside ASCII before its @


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerReport:
    """What a mail server said of itself. ``tls`` is "TLSv1.3" or empty; sizes are those of whole mails."""

    server: str
    tls: str
    is_logged_in: bool
    size_limit_bytes: int | None
    extensions: tuple[str, ...]


class StaleSessionError(TransientDeliveryError):
    """A session that had worked was closed by the server between two mails: a new one will do."""


class Session:
    """An open session. It closes itself when it is lost and when the server says so.

    Raises:
        TransientDeliveryError: At opening; fault transport.
    """

    def __init__(self, config: SmtpConfig, context: ssl.SSLContext, *, delivery_key: str) -> None:
        self.sent = 0
        self._config = config
        self._smtp = _open(config, context, delivery_key)

    @property
    def is_open(self) -> bool:
        return self._smtp.sock is not None

    @property
    def size_limit_bytes(self) -> int | None:
        """The largest mail that the server takes, None where it states no limit (RFC 1870, 3 and 4)."""
        stated = self._smtp.esmtp_features.get("size", "")
        return int(stated) or None if stated.isdigit() else None

    def report(self) -> ServerReport:
        """Return what the server said of itself."""
        sock = self._smtp.sock
        return ServerReport(
            server=f"{self._config.host}:{self._config.port}",
            tls=(sock.version() or "") if isinstance(sock, ssl.SSLSocket) else "",
            is_logged_in=bool(self._config.username),
            size_limit_bytes=self.size_limit_bytes,
            extensions=tuple(sorted(self._smtp.esmtp_features)),
        )

    def deliver(self, letter: Letter) -> str:
        """Hand over one mail and return the server's words.

        Raises:
            StaleSessionError: The session was over before this mail began.
            PermanentDeliveryError: The server refused it.
            TransientDeliveryError: It may take it later. Also when the connection was lost before the last byte.
            UnconfirmedDeliveryError: The connection was lost after the last byte.
        """
        smtp, key = self._smtp, letter.delivery_key
        options = self._mail_options(letter)
        try:
            self._ask(key, Stage.sender, lambda: smtp.mail(letter.sender, options))
        except TransientDeliveryError as error:
            if self.sent and not self.is_open:
                raise StaleSessionError(key, error.reason, error.remedy, fault=error.fault, code=error.code) from error
            raise
        self._ask(key, Stage.recipient, lambda: smtp.rcpt(letter.recipient))
        self._ask(key, Stage.data, lambda: smtp.docmd("DATA"), wanted=3)
        self._transmit(letter)
        words = self._ask(key, Stage.message, self._await_verdict)
        self.sent += 1
        return words

    def check(self, delivery_key: str) -> None:
        """Ask for a sign of life.

        Raises:
            TransientDeliveryError: There was none.
        """
        self._ask(delivery_key, Stage.check, self._smtp.noop)

    def close(self) -> None:
        """Say goodbye and hang up."""
        if self._smtp.sock is None:
            return
        self._smtp.sock.settimeout(min(self._config.timeout_s, _FAREWELL_S))
        with suppress(OSError):  # it may be gone already: nothing hangs on this answer
            self._smtp.docmd("QUIT")
        self._smtp.close()

    def abandon(self) -> None:
        """Hang up at once: in the middle of a mail a goodbye would become a part of it."""
        self._smtp.close()

    def _mail_options(self, letter: Letter) -> list[str]:
        """Return the parameters of MAIL FROM that the server knows (RFC 1870, RFC 6531)."""
        options = [f"SIZE={len(letter.mail)}"] if self._smtp.has_extn("size") else []
        if not letter.utf8:
            return options
        if not self._smtp.has_extn("smtputf8"):
            raise PermanentDeliveryError(
                letter.delivery_key,
                "an address has letters outside a-z before its @, and the mail server cannot carry such.",
                "Use another address, or a mail server that offers SMTPUTF8.",
                fault=Fault.message if letter.recipient.isascii() else Fault.recipient,
            )
        return [*options, "SMTPUTF8"]

    def _ask(self, delivery_key: str, stage: Stage, ask: Callable[[], tuple[int, bytes]], *, wanted: int = 2) -> str:
        """Return the words of an answer whose first digit is *wanted*; else leave the session clean, or closed."""
        try:
            code, words = ask()
        except OSError as error:
            self._smtp.close()
            raise broken(delivery_key, stage, error, self._config) from error
        if code // 100 == wanted:
            return readable(words)
        self._recover(code)
        raise refusal(delivery_key, stage, code, readable(words))

    def _recover(self, code: int) -> None:
        """Make the session ready for the next mail after a refusal, or hang up where that is in doubt."""
        if code == _CLOSING or code // 100 not in (4, 5):
            self.close()
            return
        try:
            is_clean = self._smtp.rset()[0] == _OK
        except OSError:
            is_clean = False
        if not is_clean:
            self.close()

    def _transmit(self, letter: Letter) -> None:
        """Send the mail and the dot. An error here means that the server has not got the last byte.

        In pieces, because a timeout holds for a whole call: a slow line must not be taken for a dead one. All lines
        end in CRLF, so that doubling the dots (RFC 5321, 4.5.2) is a plain search.
        """
        mail = letter.mail.replace(b"\r\n.", b"\r\n..")
        end = b".\r\n" if mail.endswith(b"\r\n") else b"\r\n.\r\n"
        content = memoryview(mail + end)
        try:
            for start in range(0, len(content), _PIECE_BYTES):
                self._smtp.send(content[start : start + _PIECE_BYTES])
        except OSError as error:
            self._smtp.close()
            raise broken(letter.delivery_key, Stage.data, error, self._config) from error

    def _await_verdict(self) -> tuple[int, bytes]:
        sock = self._smtp.sock
        assert sock is not None
        sock.settimeout(self._config.verdict_timeout_s)
        answer = self._smtp.getreply()
        sock.settimeout(self._config.timeout_s)
        return answer


def tls_context(config: SmtpConfig) -> ssl.SSLContext:
    """Return what checks the server's certificate and name.

    Raises:
        ValueError: The file of certificates cannot be read.
    """
    try:
        return ssl.create_default_context(cafile=config.ca_file)
    except OSError as error:
        raise ValueError(f"the certificates in {config.ca_file} cannot be read: {error.strerror or error}.") from error


def _open(config: SmtpConfig, context: ssl.SSLContext, delivery_key: str) -> smtplib.SMTP:
    """Connect, protect the connection and log in."""
    smtp: smtplib.SMTP | None = None
    stage = Stage.connect
    try:
        smtp = _connect(config, context)
        stage = Stage.hello
        smtp.ehlo_or_helo_if_needed()
        if config.security is Security.starttls:
            stage = Stage.starttls
            smtp.starttls(context=context)
            smtp.ehlo_or_helo_if_needed()
        if config.username:
            stage = Stage.login
            smtp.login(config.username, config.password)
    except OSError as error:
        if smtp is not None:
            smtp.close()
        raise broken(delivery_key, stage, error, config) from error
    return smtp


def _connect(config: SmtpConfig, context: ssl.SSLContext) -> smtplib.SMTP:
    greeting = config.local_hostname or None
    smtp = (
        smtplib.SMTP_SSL(config.host, config.port, greeting, timeout=config.timeout_s, context=context)
        if config.security is Security.smtps
        else smtplib.SMTP(config.host, config.port, greeting, timeout=config.timeout_s)
    )
    assert smtp.sock is not None
    # Else the end of a mail waits until the server has acknowledged what came before (RFC 896, RFC 1122, 4.2.3.2).
    smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return smtp
