"""Checks of what lies outside: sources, directory, mail server, the mailbox of bounces."""

from collections.abc import Iterator
from pathlib import Path

from channels.channel import Channel
from channels.email import EmailChannel
from channels.email.mailbox import MailboxError, open_mailbox
from channels.email.size import size_in_words
from channels.errors import DeliveryError
from distributor.jobs.checks.finding import Finding, counted, fault, note, ok, warning
from distributor.sources.port import Source
from distributor.sources.probe import may_write
from recipients.directory import Directory

_SHOWN = 3
# Base64 makes four bytes of three, and 78 of each line of 76 (RFC 2045, 6.8).
_ENCODED = 4 / 3 * 78 / 76


def check_source(source: Source) -> Iterator[Finding]:
    """Read from a source, and see that nothing can be written to it."""
    name = f"source {source.name}"
    if may_write(source):
        yield warning(
            name,
            "can be read, but the account may also write there.",
            "Give the distributor an account that may only SELECT.",
        )
        return
    yield ok(name, "can be read, and refuses to be written to.")


def check_directory(directory: Directory) -> Iterator[Finding]:
    """Read branches and recipients; faults in them come as an error with their places."""
    roster = directory.load()
    branches, recipients = len(roster.tree.branches), len(roster.recipients)
    yield ok("directory", f"{branches:,} branches and {recipients:,} recipients.")
    for notice in roster.notices[:_SHOWN]:
        yield note("directory", notice)
    left = len(roster.notices) - _SHOWN
    if left > 0:
        yield note("directory", f"and {left:,} more notices of this kind.")


def check_mail(channel: Channel, *, outbox: Path, largest_bytes: int) -> Iterator[Finding]:
    """Log in at the mail server, without sending anything, and ask how large a mail may be.

    Args:
        channel: The channel of the name "email".
        outbox: Where e-mail is written where there is no mail server.
        largest_bytes: All files of the largest pack of the last runs; 0 where there was none.
    """
    if not isinstance(channel, EmailChannel):
        text = f"no mail server is set up, so that e-mail is written into the folder {outbox}."
        yield note("e-mail", text, "To send it, add a section [channels.email] to config.toml.")
        return
    try:
        report = channel.check()
    except DeliveryError as error:
        yield fault("e-mail", error.reason, error.remedy)
        return
    finally:
        channel.close()
    login = "logged in" if report.is_logged_in else "reached, without a login,"
    yield ok("e-mail", f"{login} at {report.server}{f' over {report.tls}' if report.tls else ', not encrypted'}.")
    limit, needed = report.size_limit_bytes, int(largest_bytes * _ENCODED)
    if limit is not None and needed > limit:
        yield warning(
            "e-mail",
            f"the server takes mails of {size_in_words(limit)}; the largest pack so far makes one of up to "
            f"{size_in_words(needed)}.",
            "Raise the server's limit, or deliver fewer formats of that report.",
        )


def check_mailbox(path: Path | None, *, is_posted: bool, is_sent: bool) -> Iterator[Finding]:
    """See that what comes back can be read.

    Args:
        path: The mailbox; None where none is named.
        is_posted: Whether the mail server hands it to the service instead.
        is_sent: Whether there is a mail server at all.
    """
    if path is not None:
        try:
            waiting = sum(1 for _ in open_mailbox(path).unhandled())
        except (MailboxError, OSError) as error:
            yield fault("bounces", f"the mailbox cannot be read: {error}.", "Correct [bounces] in config.toml.")
            return
        yield ok(
            "bounces", f"the mailbox can be read; {counted(waiting, 'message waits', 'messages wait')} to be taken."
        )
    elif is_sent and not is_posted:
        yield note(
            "bounces",
            "nobody reads what comes back, so that dead addresses stay unnoticed.",
            "Name a mailbox under [bounces] in config.toml.",
        )
