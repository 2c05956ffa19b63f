"""Send finished packs: compose the message of each delivery, hand it to its channel, record the answer."""

from collections.abc import Mapping, Sequence
from email.utils import parseaddr

from channels.channel import Channel
from channels.errors import DeliveryError
from channels.message import Message
from distributor.dispatch.compose import compose_message
from distributor.interrupts import finishing_first
from distributor.jobs.application import Application
from distributor.ledger.records import DeliveryRecord, DeliveryStatus, PackRecord, RunRecord
from distributor.packs.errors import GuardError
from renderers.pack import Artifact

# What is left to do: never tried, or failed or held when it was. A run that goes on tries these again.
_OPEN = (DeliveryStatus.planned, DeliveryStatus.failed, DeliveryStatus.held)
_ENDINGS = {"pdf": ".pdf", "xlsx": ".xlsx"}


def deliver_pack(
    app: Application,
    run: RunRecord,
    pack: PackRecord,
    deliveries: Sequence[DeliveryRecord],
    *,
    channels: Mapping[str, Channel],
    branch_name: str,
) -> None:
    """Send *pack* to everyone it is planned for; each outcome is recorded on its own."""
    for delivery in deliveries:
        if delivery.status not in _OPEN:
            continue
        with finishing_first():
            status, reason = _try(app, run, pack, delivery, channels=channels, branch_name=branch_name)
            app.ledger.record_attempt(run.run_id, delivery.key, status, reason)


def _try(
    app: Application,
    run: RunRecord,
    pack: PackRecord,
    delivery: DeliveryRecord,
    *,
    channels: Mapping[str, Channel],
    branch_name: str,
) -> tuple[DeliveryStatus, str]:
    if not pack.is_made:
        return DeliveryStatus.failed, pack.error
    channel = channels.get(delivery.channel)
    if channel is None:
        return DeliveryStatus.held, f"the channel {delivery.channel} is not set up in config.toml"
    try:
        files = {ref.name: app.store.fetch(ref, branch_id=delivery.branch_id) for ref in pack.artifacts}
        receipt = channel.send(_message(app, run, pack, delivery, files, branch_name), now=app.clock.now())
    except (DeliveryError, GuardError) as error:
        return DeliveryStatus.failed, str(error)
    return DeliveryStatus.sent, receipt.transport_id


def _message(
    app: Application,
    run: RunRecord,
    pack: PackRecord,
    delivery: DeliveryRecord,
    files: Mapping[str, Artifact],
    branch_name: str,
) -> Message:
    endings = tuple(_ENDINGS[name] for name in delivery.formats if name in _ENDINGS)
    from_name, from_address = parseaddr(app.settings.mail.from_address)
    html = files.get("pack.html") if "html" in delivery.formats else None
    return compose_message(
        branch_id=delivery.branch_id,
        branch_name=branch_name,
        title=pack.title,
        html=html.content if html else None,
        text=files["pack.txt"].content,
        images=[file for file in files.values() if file.content_id],
        files=[file for name, file in files.items() if name.endswith(endings)] if endings else [],
        recipient_name=delivery.recipient_name,
        address=delivery.address,
        from_name=from_name,
        from_address=from_address,
        reply_to=app.catalogue.reports[run.report].owner,
        delivery_key=delivery.key,
        # The run's own time: a message that is composed again is the same message, to the byte.
        now=run.started_at,
        language=delivery.language,
    )
