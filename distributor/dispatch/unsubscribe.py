"""Tokens of the links by which a reader unsubscribes without signing in.

A token names the delivery and the report, and no person: who it was sent to stands in the ledger alone. It does not
expire, since a message may be opened years later, and holds as long as its secret is among those that are read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from itsdangerous import BadData, URLSafeSerializer

from distributor.errors import DistributorError, SettingsError

SECRET_LENGTH = 32  # characters; the key should hold as many bits as the signature (RFC 2104, 3)
_PURPOSE = "unsubscribe"  # a token signed with the same secret for something else is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscription:
    """A reader's wish not to get a report any more, told by one of its deliveries."""

    delivery_key: str
    report: str


class UnsubscribeTokenError(DistributorError):
    """A token that we have not signed. The text is for the reader and tells nothing about the token."""

    def __init__(self) -> None:
        super().__init__(
            "the link to unsubscribe is not complete or not one of ours. Open it from the message again, or answer the "
            "message."
        )


def sign_unsubscription(wish: Unsubscription, *, secrets: Sequence[str]) -> str:
    """Return the token, of letters, digits and "-_." alone.

    Args:
        wish: What a reader who opens the link wants.
        secrets: Oldest first; the last one signs, so that a new one can be added before an old one is taken away.

    Raises:
        SettingsError: There is no secret, or one is too short.
    """
    token = _serializer(secrets).dumps([wish.delivery_key, wish.report])
    assert isinstance(token, str)
    return token


def read_unsubscription(token: str, *, secrets: Sequence[str]) -> Unsubscription:
    """Return what a token was signed for.

    Raises:
        UnsubscribeTokenError: It was not signed with any of *secrets*, or has been changed.
        SettingsError: There is no secret, or one is too short.
    """
    serializer = _serializer(secrets)
    try:
        content = serializer.loads(token.encode("utf-8", "replace"))
    except BadData as error:
        raise UnsubscribeTokenError from error
    if not isinstance(content, list) or [type(one) for one in content] != [str, str]:
        raise UnsubscribeTokenError
    return Unsubscription(delivery_key=content[0], report=content[1])


def _serializer(secrets: Sequence[str]) -> URLSafeSerializer:
    if not secrets or min(len(secret) for secret in secrets) < SECRET_LENGTH:
        raise SettingsError(
            f"the secret that signs links to unsubscribe needs at least {SECRET_LENGTH} characters. "
            "Make one by chance, for example with: openssl rand -hex 32"
        )
    return URLSafeSerializer(list(secrets), salt=_PURPOSE, signer_kwargs={"digest_method": sha256})
