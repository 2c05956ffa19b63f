"""Tokens of the links and buttons by which somebody answers an alert without signing in.

A token names an incident and, by a mark that tells nobody else who it is, the reader who was told of it: addresses are
forwarded, and stand in the logs of others. It is short, because a text message has 160 signs for all it says, and lasts
thirty days. What it allows is checked when it is used.
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import quote, unquote

from itsdangerous import BadData, HMACAlgorithm, TimestampSigner

from distributor.dispatch.unsubscribe import SECRET_LENGTH
from distributor.errors import DistributorError, SettingsError

LASTS = timedelta(days=30)
_PURPOSE = "alert"  # a token signed with the same secret for something else is none
# 96 bits: whoever guesses has to ask us each time (RFC 2104, 5: not less than half the hash, nor than 80 bits, where
# the signature can be tried elsewhere).
_SIGNATURE_BYTES = 12
_MARK_BYTES = 6  # among a million recipients two are hardly alike


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertLink:
    """An incident, and the mark of the reader who was told of it."""

    incident_id: str
    reader: str


class AlertTokenError(DistributorError):
    """A token that we have not signed, or too long ago. The text tells nothing about the token."""

    def __init__(self) -> None:
        super().__init__("the link to the alert is not one of ours, or older than 30 days. Open a newer message.")


def reader_mark(recipient_id: str, *, secrets: Sequence[str]) -> str:
    """Return the mark of a recipient, of letters, digits and "-_": the same each time, as long as the secret is.

    Raises:
        SettingsError: There is no secret, or one is too short.
    """
    return _mark(recipient_id, _checked(secrets)[-1])


def marked_recipient(reader: str, recipient_ids: Iterable[str], *, secrets: Sequence[str]) -> str | None:
    """Return which of *recipient_ids* has the mark; None if it is nobody's of them any more."""
    known = _checked(secrets)
    return next((one for one in recipient_ids if any(_mark(one, secret) == reader for secret in known)), None)


def sign_alert_link(link: AlertLink, *, secrets: Sequence[str], now: datetime) -> str:
    """Return the token, of letters, digits and "-_.~" alone, which no program writes otherwise in an address.

    Args:
        link: What it is for.
        secrets: Oldest first; the last one signs.
        now: From when it lasts.

    Raises:
        SettingsError: There is no secret, or one is too short.
    """
    value = f"{_written(link.incident_id)}.{_written(link.reader)}"
    return _signer(secrets, now).sign(value).decode()


def read_alert_link(token: str, *, secrets: Sequence[str], now: datetime) -> AlertLink:
    """Return what a token was signed for.

    Raises:
        AlertTokenError: It was not signed with any of *secrets*, has been changed, or is too old.
        SettingsError: There is no secret, or one is too short.
    """
    try:
        value, signed_at = _signer(secrets, now).unsign(token.encode("utf-8", "replace"), return_timestamp=True)
    except BadData as error:
        raise AlertTokenError from error
    if now - signed_at > LASTS:  # one from the future is of a machine whose clock is ahead
        raise AlertTokenError
    incident, _, reader = value.decode().partition(".")
    return AlertLink(incident_id=_read(incident), reader=_read(reader))


def _mark(recipient_id: str, secret: str) -> str:
    digest = hmac.digest(
        secret.encode(), f"{_PURPOSE} reader\x1f{recipient_id}".encode("utf-8", "surrogatepass"), "sha256"
    )
    return urlsafe_b64encode(digest[:_MARK_BYTES]).decode()


def _written(part: str) -> str:
    """Return *part* with "~" for the "%" of an address, so that it is never taken for one there."""
    return quote(part, safe="").replace("~", "%7E").replace(".", "%2E").replace("%", "~")


def _read(part: str) -> str:
    return unquote(part.replace("~", "%"))


class _ShortAlgorithm(HMACAlgorithm):
    """HMAC, of which only the first bytes are kept (RFC 2104, 5)."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return super().get_signature(key, value)[:_SIGNATURE_BYTES]


class _Signer(TimestampSigner):
    """Signs as of the instant that it is given."""

    def __init__(self, secrets: Sequence[str], now: datetime) -> None:
        algorithm = _ShortAlgorithm(digest_method=sha256)
        super().__init__(list(secrets), salt=_PURPOSE, digest_method=sha256, algorithm=algorithm)
        self._now_s = int(now.astimezone(UTC).timestamp())

    def get_timestamp(self) -> int:
        return self._now_s


def _signer(secrets: Sequence[str], now: datetime) -> _Signer:
    return _Signer(_checked(secrets), now)


def _checked(secrets: Sequence[str]) -> Sequence[str]:
    if not secrets or min(len(secret) for secret in secrets) < SECRET_LENGTH:
        raise SettingsError(
            f"the secret that signs links to alerts needs at least {SECRET_LENGTH} characters. "
            "Make one by chance, for example with: openssl rand -hex 32"
        )
    return secrets
