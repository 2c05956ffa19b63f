"""A channel that hands messages to a mail server by SMTP."""

import re
import time
from collections.abc import Callable
from datetime import datetime

from channels.channel import Settlement
from channels.email.answers import TooLargeError
from channels.email.config import SmtpConfig
from channels.email.connection import Letter, ServerReport
from channels.email.dkim import Signer
from channels.email.pool import Line, Pool
from channels.email.rate import Spacing
from channels.email.size import size_in_words, without_files
from channels.message import Message, Receipt, ascii_domain
from channels.mime import needs_smtputf8, to_bytes

# Postfix "queued as 4XyZ", Exim "OK id=1rXyZ-…", Exchange "[InternalId=123, …]", Sendmail "3Xyz Message accepted".
_QUEUE_ID = re.compile(r"queued as ([\w.-]+)|\bid=([\w.-]+)|InternalId=(\d+)|(\S+) Message accepted", re.IGNORECASE)


class EmailChannel:
    """Sends over a few kept connections, evenly spaced where the configuration says so.

    A mail that is too large for the server goes without its files if it knows another place for them.
    """

    name = "email"
    settlement = Settlement.resend  # mail programs know a second copy by its Message-ID

    def __init__(
        self,
        config: SmtpConfig,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Open nothing yet.

        Raises:
            ValueError: The file of certificates or the DKIM key cannot be used.
        """
        self._pool = Pool(config, clock=clock)
        self._spacing = Spacing(config.per_second, clock=clock, sleep=sleep)
        self._signer = None if config.dkim is None else Signer(config.dkim)

    def send(self, message: Message, *, now: datetime) -> Receipt:
        """Send *message*; see ``channels.channel.Channel.send``.

        The receipt's id is the queue id by which the server's log knows the mail; its detail is the server's words.
        """
        letter = self._letter(message)
        self._spacing.wait()
        with self._pool.lend() as line:
            try:
                words, note = _deliver(line, letter), ""
            except TooLargeError as error:
                if not (message.attachments and message.files_elsewhere):
                    raise
                words = _deliver(line, self._letter(without_files(message)))
                note = f" Sent without attachments: {error.reason}"
        return Receipt(transport_id=_queue_id(words), accepted_at=now, detail=f"{words}{note}")

    def find(self, message: Message, *, since: datetime) -> Receipt | None:  # noqa: ARG002 - the port's
        """Return None: SMTP has no way to ask; see ``channels.channel.Channel.find``."""
        return None

    def close(self) -> None:
        """Close the kept connections; see ``channels.channel.Channel.close``."""
        self._pool.close()

    def check(self) -> ServerReport:
        """Connect, protect the connection, log in and ask for a sign of life; send nothing.

        Raises:
            TransientDeliveryError: What failed, and what to do.
        """
        with self._pool.lend() as line:
            line.close()
            session = line.session("check")
            session.check("check")
            return session.report()

    def _letter(self, message: Message) -> Letter:
        mail = to_bytes(message)
        return Letter(
            delivery_key=message.delivery_key,
            sender=ascii_domain(message.from_address),
            recipient=ascii_domain(message.recipient_address),
            mail=mail if self._signer is None else self._signer.signed(mail),
            utf8=needs_smtputf8(message),
        )


def _deliver(line: Line, letter: Letter) -> str:
    """Hand over *letter* unless the server said beforehand that it is too large."""
    limit, size = line.session(letter.delivery_key).size_limit_bytes, len(letter.mail)
    if limit is not None and size > limit:
        raise TooLargeError(
            letter.delivery_key,
            f"the mail has {size_in_words(size)}, the mail server takes {size_in_words(limit)}.",
            "Attach fewer or smaller files, or raise the server's limit.",
        )
    return line.deliver(letter)


def _queue_id(words: str) -> str:
    """Return the queue id in the server's *words*, or all of them where none is known by its form."""
    found = _QUEUE_ID.search(words)
    return words if found is None else next(filter(None, found.groups()))
