"""The work of a worker: compute, guard, render and store one branch's pack, and record it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time

from distributor.errors import DistributorError
from distributor.jobs.edition import load_edition
from distributor.ledger.folder import FolderLedger
from distributor.ledger.records import PackRecord
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
    """What a worker needs: set up once, the same in every process."""

    head: EditionHead
    folder: Path
    store: ArtifactStore
    ledger: FolderLedger
    image_scale: int


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
    """Make one pack and record it; what goes wrong with this branch stops this branch only."""
    assert _bench.workshop is not None
    assert _bench.edition is not None
    branch = _bench.edition.head.tree.branch(order.branch_id)
    try:
        record = _made(order, branch, _bench.edition, _bench.workshop)
    except (DistributorError, RenderError) as error:
        record = PackRecord(branch_id=order.branch_id, language=order.language, title=branch.name, error=str(error))
    except Exception as error:  # noqa: BLE001 - outermost frame of a pack: recorded, then the other branches go on
        reason = f"{type(error).__name__}: {error}"
        record = PackRecord(branch_id=order.branch_id, language=order.language, title=branch.name, error=reason)
    _bench.workshop.ledger.record_pack(_bench.edition.head.run_id, record)
    return record


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
