"""Which states allow what: the rules that every implementation of the ledger keeps."""

from distributor.ledger.records import DeliveryStatus, OccurrenceStatus, RunStatus

# What a worker may take in hand.
SENDABLE = (DeliveryStatus.queued, DeliveryStatus.deferred, DeliveryStatus.unconfirmed)

# What nobody's report takes back: it left the house.
ACCEPTED = (DeliveryStatus.sent, DeliveryStatus.delivered, DeliveryStatus.bounced)

# What can come back. Also what is being sent: the transport's notice may be quicker than its answer, or the answer was
# lost.
RETURNABLE = (DeliveryStatus.sent, DeliveryStatus.delivered, DeliveryStatus.unconfirmed, DeliveryStatus.sending)

# The kind of a bounce by which a delivery has come back.
PERMANENT = "permanent"

TO_BEGIN = (OccurrenceStatus.due, OccurrenceStatus.held)
WRITTEN_AHEAD = (OccurrenceStatus.expected, OccurrenceStatus.withdrawn)

# Runs of which nothing more is to come, so that their records may go.
ENDED = (RunStatus.closed, RunStatus.rejected, RunStatus.failed, RunStatus.interrupted, RunStatus.held)
