"""What may be sent to whom, as the ledger has it."""

from distributor.jobs.application import Application
from recipients.preferences import Consent, Permissions, Preferences, Suppression


def load_permissions(app: Application) -> Permissions:
    """Return everything that is known now of preferences, suppressed addresses and consent."""
    ledger = app.ledger
    return Permissions.build(
        (
            Preferences(
                recipient_id=one.recipient_id, muted_reports=one.muted_reports, muted_channels=one.muted_channels
            )
            for one in ledger.preferences().values()
        ),
        (
            Suppression(channel=one.channel, address=one.address, reason=one.reason, suppressed_at=one.since_at)
            for one in ledger.suppressions()
        ),
        consents=(
            Consent(
                recipient_id=one.recipient_id,
                channel=one.channel,
                given_at=one.given_at,
                withdrawn_at=one.withdrawn_at,
            )
            for one in ledger.consents()
        ),
        opt_in_channels=app.settings.dispatch.opt_in_channels,
        now=app.clock.now(),
    )
