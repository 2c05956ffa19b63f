"""Reports of mail systems about messages that the small union has sent."""

from textwrap import dedent

from distributor.ledger.records import DeliveryRecord


def bounce(delivery: DeliveryRecord, *, code: str = "5.1.1", action: str = "failed", address: str = "") -> bytes:
    """A delivery status notification about a message (RFC 3464)."""
    return report(
        "delivery-status",
        f"""
        Reporting-MTA: dns; mx.proeve.example

        Final-Recipient: rfc822; {address or delivery.address}
        Action: {action}
        Status: {code}
        Diagnostic-Code: smtp; 550 {code} no such mailbox
        """,
        message_id=delivery.message_id,
    )


def complaint(delivery: DeliveryRecord) -> bytes:
    """A feedback report about a message (RFC 5965)."""
    return report("feedback-report", "Feedback-Type: abuse\nVersion: 1", message_id=delivery.message_id)


def report(kind: str, status: str, *, message_id: str) -> bytes:
    return (
        f'MIME-Version: 1.0\nContent-Type: multipart/report; report-type={kind}; boundary="=_r"\n\n'
        f"--=_r\nContent-Type: message/{kind}\n\n{dedent(status).strip()}\n\n"
        f"--=_r\nContent-Type: text/rfc822-headers\n\nMessage-ID: {message_id}\nSubject: x\n\n--=_r--\n"
    ).encode()
