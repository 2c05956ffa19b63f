"""TLS, logins, and the check that sends nothing."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from smtp_server import SmtpServer, server_context

from channels.email import EmailChannel, Security, SmtpConfig
from channels.errors import Fault, TransientDeliveryError
from channels.message import Message

NOW = datetime(2026, 6, 1, 5, 1, tzinfo=UTC)
LOGIN = {"username": "robot", "password": "s3cret!"}
Connect = Callable[..., EmailChannel]


@pytest.fixture(params=[Security.starttls, Security.smtps])
def protected(request: pytest.FixtureRequest, certificates: Path) -> Iterator[tuple[SmtpServer, Security]]:
    context = server_context(certificates)
    options = {"tls": context} if request.param is Security.starttls else {"smtps": context}
    with SmtpServer(**options, logins={"robot": "s3cret!"}) as server:
        yield server, request.param


def test_mail_travels_encrypted(
    protected: tuple[SmtpServer, Security], connect: Connect, certificates: Path, message: Message
) -> None:
    """With STARTTLS and with SMTPS the mail and the login go through TLS, the certificate checked."""
    server, security = protected
    channel = connect(server, security=security, ca_file=certificates / "certificate.pem", **LOGIN)
    channel.send(message, now=NOW)
    channel.send(message, now=NOW)
    assert [(True, "robot")] * 2 == [(stored.is_encrypted, stored.user) for stored in server.stored]
    assert server.connections == 1


def test_untrusted_certificate_stops_the_mail(
    protected: tuple[SmtpServer, Security], connect: Connect, message: Message
) -> None:
    """A certificate that the system does not trust is the transport's fault; neither login nor mail is sent."""
    server, security = protected
    with pytest.raises(TransientDeliveryError, match=r"certificate .* not trusted: self-signed") as caught:
        connect(server, security=security, **LOGIN).send(message, now=NOW)
    assert caught.value.fault is Fault.transport
    assert "certificate authority" in caught.value.remedy
    assert not {"AUTH", "MAIL"} & set(server.commands)


def test_certificate_of_another_host_stops_the_mail(
    protected: tuple[SmtpServer, Security], connect: Connect, certificates: Path, message: Message
) -> None:
    """A trusted certificate for another name is not enough."""
    server, security = protected
    channel = connect(server, host="localhost", security=security, ca_file=certificates / "certificate.pem")
    with pytest.raises(TransientDeliveryError, match="not trusted: Hostname mismatch"):
        channel.send(message, now=NOW)


def test_starttls_not_offered_is_an_error(server: SmtpServer, connect: Connect, message: Message) -> None:
    """A server without STARTTLS gets no mail in plain text where STARTTLS is demanded."""
    with pytest.raises(TransientDeliveryError, match="offers no STARTTLS, and no mail is sent unprotected") as caught:
        connect(server, security=Security.starttls).send(message, now=NOW)
    assert caught.value.fault is Fault.transport
    assert "MAIL" not in server.commands


def test_starttls_refused_is_an_error(connect: Connect, certificates: Path, message: Message) -> None:
    """A server that offers STARTTLS but cannot do it now gets no mail."""
    with SmtpServer(tls=server_context(certificates)) as server:
        server.script("STARTTLS", "454 4.7.0 TLS not available")
        with pytest.raises(TransientDeliveryError, match="TLS not available"):
            connect(server, security=Security.starttls).send(message, now=NOW)
        assert "MAIL" not in server.commands


def test_tls_to_a_plain_port_is_an_error(server: SmtpServer, connect: Connect, message: Message) -> None:
    """SMTPS to a port that speaks plain SMTP says what to check."""
    with pytest.raises(TransientDeliveryError, match=r"no TLS to speak: .* Check port and security"):
        connect(server, security=Security.smtps).send(message, now=NOW)


@pytest.mark.parametrize("without", ["LOGIN", "PLAIN"])
def test_logins_that_servers_offer(connect: Connect, message: Message, without: str) -> None:
    """Servers that offer only PLAIN or only LOGIN are both served."""
    with SmtpServer(logins={"robot": "s3cret!"}, without_auth=(without,)) as server:
        connect(server, **LOGIN).send(message, now=NOW)
        assert server.stored[0].user == "robot"


@pytest.mark.parametrize(
    ("answer", "code"),
    [(None, "535 5.7.8"), ("535 5.7.8 bad credentials", "535 5.7.8"), ("534 5.7.9 too weak", "534 5.7.9")],
)
def test_refused_login_tells_to_correct_it(connect: Connect, message: Message, answer: str | None, code: str) -> None:
    """A refused login is worth another try once it is corrected: no delivery is lost, and no password shown."""
    with SmtpServer(logins={"robot": "another"}) as server:
        server.script("AUTH", answer, answer)
        with pytest.raises(TransientDeliveryError, match="refused the login") as caught:
            connect(server, **LOGIN).send(message, now=NOW)
    assert caught.value.fault is Fault.transport
    assert code == caught.value.code
    assert "Correct user name and password" in caught.value.remedy
    assert "s3cret" not in str(caught.value)


def test_login_that_cannot_be_checked_is_tried_again(connect: Connect, message: Message) -> None:
    """A server whose login is out of order is not told apart from one that is down."""
    with SmtpServer(logins={"robot": "s3cret!"}) as server:
        server.script("AUTH", *["454 4.7.0 temporary authentication failure"] * 2)
        with pytest.raises(TransientDeliveryError, match="cannot check the login now"):
            connect(server, **LOGIN).send(message, now=NOW)


def test_server_without_logins_is_an_error(server: SmtpServer, connect: Connect, message: Message) -> None:
    """A login for a server that offers none is said so."""
    with pytest.raises(TransientDeliveryError, match="offers no login that we know"):
        connect(server, **LOGIN).send(message, now=NOW)


def test_check_sends_nothing(protected: tuple[SmtpServer, Security], connect: Connect, certificates: Path) -> None:
    """The check connects, protects, logs in and asks for a sign of life; it reports what it met."""
    server, security = protected
    report = connect(server, security=security, ca_file=certificates / "certificate.pem", **LOGIN).check()
    assert f"127.0.0.1:{server.port}" == report.server
    assert report.tls.startswith("TLSv1.")
    assert report.is_logged_in
    assert "8bitmime" in report.extensions
    assert "NOOP" in server.commands
    assert "MAIL" not in server.commands


def test_check_reports_the_size_limit(connect: Connect) -> None:
    """The limit that the server states is in the report, None where it states none."""
    with SmtpServer(size_limit=10_240_000) as limited, SmtpServer() as unlimited:
        assert connect(limited).check().size_limit_bytes == 10_240_000
        assert connect(unlimited).check().size_limit_bytes is None
        assert connect(unlimited).check().tls == ""


def test_check_opens_a_connection_of_its_own(server: SmtpServer, connect: Connect, message: Message) -> None:
    """A kept connection proves nothing about the settings: the check replaces it."""
    channel = connect(server)
    channel.send(message, now=NOW)
    channel.check()
    assert server.connections == 2


def test_check_fails_with_a_sentence(server: SmtpServer, connect: Connect) -> None:
    """What fails in the check is the error that a delivery would meet."""
    server.script("NOOP", "450 4.3.2 not now")
    with pytest.raises(TransientDeliveryError, match="does not serve us now"):
        connect(server).check()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"security": Security.none, **LOGIN}, "would travel unprotected"),
        ({"username": "robot", "password": "påssord"}, "outside ASCII"),
        ({"connections": 0}, "at least 1"),
        ({"messages_per_connection": 0}, "at least 1"),
        ({"timeout_s": 0.0}, "more than 0"),
        ({"verdict_timeout_s": -1.0}, "more than 0"),
        ({"per_second": 0.0}, "more than 0"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, object], words: str) -> None:
    """Settings that would leak a password or never send are refused when they are read, without the password."""
    with pytest.raises(ValueError, match=words) as caught:
        SmtpConfig(host="mail.union.example", **settings)  # type: ignore[arg-type]
    assert str(settings.get("password", "no password")) not in str(caught.value)


def test_missing_certificates_are_refused(tmp_path: Path) -> None:
    """A file of certificates that is not there is told when the channel is made, not at the first mail."""
    with pytest.raises(ValueError, match=r"ca\.pem cannot be read: No such file"):
        EmailChannel(SmtpConfig(host="mail.union.example", ca_file=tmp_path / "ca.pem"))


def test_password_is_not_shown() -> None:
    """Neither the password nor the key is in what a log would show of the settings."""
    assert "s3cret" not in repr(SmtpConfig(host="mail.union.example", **LOGIN))
