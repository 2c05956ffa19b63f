"""The work of a worker: compute, guard, render and store one branch's pack, and record it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time

from distributor.errors import DistributorError
from distributor.jobs.edition import load_edition
from distributor.ledger.port import Ledger, Queueing
from distributor.ledger.records import DeliveryStatus, PackRecord
from distributor.packs.assemble import Edition, EditionHead, assemble_pack
from distributor.packs.guard import guard_pack
from distributor.packs.store import ArtifactStore
from recipients.branches import Branch
from renderers.documents import Documents, render_documents
from renderers.errors import RenderError
from renderers.pack import Format, Pack


@dataclass(frozen=True, slots=True, kw_only=True)
class PackOrder:
    """One pack to make."""

    branch_id: str
    language: str
    formats: tuple[Format, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """What a worker needs: set up once, the same in every process.

    Attributes:
        queueing: What becomes of the deliveries of a pack that is made.
    """

    head: EditionHead
    folder: Path
    store: ArtifactStore
    ledger: Ledger
    image_scale: int
    queueing: Queueing


@dataclass(slots=True)
class _Bench:
    """The worker's own: the figures in memory."""

    workshop: Workshop | None = None
    edition: Edition | None = field(default=None, repr=False)


_bench = _Bench()


def set_up(workshop: Workshop) -> None:
    """Load the run's figures into this process."""
    _bench.workshop = workshop
    _bench.edition = load_edition(workshop.head, workshop.folder)


def make_pack(order: PackOrder) -> PackRecord:
    """Make one pack and record it; what goes wrong with this branch stops this branch only.

    Raises:
        OSError: Nothing can be stored.
    """
    assert _bench.workshop is not None
    assert _bench.edition is not None
    workshop = _bench.workshop
    branch = _bench.edition.head.tree.branch(order.branch_id)
    try:
        record = _made(order, branch, _bench.edition, workshop)
    except (DistributorError, RenderError) as error:
        record = PackRecord(branch_id=order.branch_id, language=order.language, title=branch.name, error=str(error))
    except OSError:  # a full disk is no fault of this branch: the run stops, and goes on once there is room
        raise
    except Exception as error:  # noqa: BLE001 - outermost frame of a pack: recorded, then the other branches go on
        reason = f"{type(error).__name__}: {error}"
        record = PackRecord(branch_id=order.branch_id, language=order.language, title=branch.name, error=reason)
    record_pack(workshop, record)
    return record


def record_pack(workshop: Workshop, record: PackRecord) -> None:
    """Record a pack, and put its deliveries into the outbox, or say why they cannot be sent."""
    queueing = workshop.queueing
    if not record.is_made:
        queueing = Queueing(status=DeliveryStatus.failed, reason=record.error)
    workshop.ledger.record_pack(workshop.head.run_id, record, queueing)


def draw_pack(edition: Edition, branch: Branch, order: PackOrder, *, image_scale: int) -> tuple[Pack, Documents]:
    """Compute, guard and render a pack, in memory.

    Raises:
        GuardError: Something in it is not the branch's.
        RenderError: It cannot be drawn.
    """
    pack = assemble_pack(edition, branch, order.language)
    guard_pack(pack, edition.head.tree, on=edition.head.scope.period.window.last_on)
    return pack, render_documents(pack, order.formats, image_scale=image_scale)


def _made(order: PackOrder, branch: Branch, edition: Edition, workshop: Workshop) -> PackRecord:
    start = process_time()
    pack, documents = draw_pack(edition, branch, order, image_scale=workshop.image_scale)
    data = process_time() - start - sum(documents.seconds.values())
    refs = tuple(workshop.store.put(artifact, branch_id=branch.branch_id) for artifact in documents.artifacts)
    seconds: Mapping[str, float] = {"data": data, **documents.seconds}
    return PackRecord(
        branch_id=order.branch_id,
        language=order.language,
        title=pack.title,
        artifacts=refs,
        seconds=tuple(seconds.items()),
    )
