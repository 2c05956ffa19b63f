"""Mail signed for its domain (DKIM)."""

import re

from channels.email.config import DkimConfig

# RFC 6376, 5.4.1; RFC 8058, 4 demands the two of List-Unsubscribe. A header that a mail lacks is left out.
_SIGNED = frozenset(
    b"from to reply-to subject date message-id in-reply-to references mime-version content-type "
    b"content-transfer-encoding content-language auto-submitted list-id list-unsubscribe list-unsubscribe-post".split()
)
_HEADER_NAME = re.compile(rb"^([!-9;-~]+):", re.MULTILINE)


class Signer:
    """Signs mails with the key of one domain."""

    def __init__(self, config: DkimConfig) -> None:
        """Check the key.

        Raises:
            ValueError: It is not an RSA key in PEM form, or the package that signs is not installed.
        """
        try:
            import dkim  # type: ignore[import-untyped, unused-ignore]
            from dkim.crypto import UnparsableKeyError, parse_pem_private_key  # type: ignore[import-untyped, unused-ignore]
        except ImportError as error:
            raise ValueError('signing needs the package dkimpy: pip install "distributor[dkim]".') from error
        try:
            parse_pem_private_key(config.private_key)
        except (UnparsableKeyError, ValueError) as error:
            raise ValueError(f"the DKIM key of {config.domain} is not an RSA key in PEM form.") from error
        self._dkim = dkim
        self._config = config

    def signed(self, mail: bytes) -> bytes:
        """Return *mail* with its signature in front. The signature holds the time at which it was made."""
        head = mail[: mail.index(b"\r\n\r\n")]
        present = [name.lower() for name in _HEADER_NAME.findall(head)]
        signature: bytes = self._dkim.sign(
            mail,
            self._config.selector.encode(),
            self._config.domain.encode("idna"),
            self._config.private_key,
            canonicalize=(b"relaxed", b"relaxed"),
            # From once more than it occurs: a second one, added on the way, breaks the signature (RFC 6376, 8.15).
            include_headers=[*(name for name in present if name in _SIGNED), b"from"],
        )
        return signature + mail
