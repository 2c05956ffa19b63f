"""Messages as e-mail, handed to a mail server."""

from channels.email.channel import EmailChannel
from channels.email.config import DkimConfig, Security, SmtpConfig
from channels.email.connection import ServerReport

__all__ = ["DkimConfig", "EmailChannel", "Security", "ServerReport", "SmtpConfig"]
