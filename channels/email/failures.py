"""What a connection that fails or breaks means for a delivery."""

import smtplib
import socket
import ssl

from channels.email.answers import AGAIN, SECOND_COPY, Stage, readable, refusal
from channels.email.config import SmtpConfig
from channels.errors import DeliveryError, Fault, TransientDeliveryError, UnconfirmedDeliveryError

# Here smtplib raises what the server answered; later it does so only for what is no answer.
_OPENING = (Stage.connect, Stage.hello, Stage.starttls, Stage.login)


def broken(delivery_key: str, stage: Stage, error: OSError, config: SmtpConfig) -> DeliveryError:
    """Return the delivery error of *error*, which the connection raised at *stage*.

    Once the whole message is out, a lost answer leaves open whether it was accepted; at all other stages it was not.
    """
    if isinstance(error, smtplib.SMTPResponseException) and stage in _OPENING:
        words = error.smtp_error
        return refusal(
            delivery_key, stage, error.smtp_code, readable(words.encode() if isinstance(words, str) else words)
        )
    if stage is Stage.message:
        return UnconfirmedDeliveryError(
            delivery_key,
            f"{_what_broke(error, config.verdict_timeout_s)} after the whole mail was out: it may have been accepted.",
            SECOND_COPY,
            fault=Fault.transport,
        )
    reason, remedy = _sentences(stage, error, config)
    return TransientDeliveryError(delivery_key, reason, remedy, fault=Fault.transport)


def _sentences(stage: Stage, error: OSError, config: SmtpConfig) -> tuple[str, str]:
    server = f"the mail server {config.host}:{config.port}"
    match error:
        case ssl.SSLCertVerificationError():
            return (
                f"the certificate of {server} is not trusted: {error.verify_message}.",
                "Name the file of its certificate authority in the settings, or have the certificate renewed.",
            )
        case ssl.SSLError():
            return (
                f"{server} and we found no TLS to speak: {error.reason or error}.",
                "Check port and security in the settings.",
            )
        case socket.gaierror():
            return f"{server} is not known to the DNS: {error.strerror}.", "Correct the host in the settings."
        case smtplib.SMTPNotSupportedError() if stage is Stage.starttls:
            return (
                f"{server} offers no STARTTLS, and no mail is sent unprotected.",
                "Have it switched on there, or set another security.",
            )
        case smtplib.SMTPServerDisconnected() | TimeoutError():
            return f"{_what_broke(error, config.timeout_s)} at {stage}, before the mail was out.", AGAIN
        case smtplib.SMTPException() if stage is Stage.login:
            return f"{server} offers no login that we know.", "Leave user name and password out, or change the server."
        case smtplib.SMTPException():
            return f"{server} answered what no mail server should: {error}.", AGAIN
        case OSError():
            return f"{server} cannot be reached: {error.strerror or error}.", AGAIN


def _what_broke(error: OSError, timeout_s: float) -> str:
    """Say whether the server kept silent or hung up; smtplib keeps the socket's own error as the context."""
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return f"the mail server gave no answer within {timeout_s:g} seconds"
    return "the connection to the mail server was lost"
