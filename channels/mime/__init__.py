"""A message as the bytes of an e-mail (RFC 5322), the same bytes for the same message."""

from channels.mime.mail import to_bytes
from channels.mime.safety import needs_smtputf8, refuse_unsafe

__all__ = ["needs_smtputf8", "refuse_unsafe", "to_bytes"]
