"""The work of a worker: compute, guard, render and store one branch's pack, and record it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import process_time

from distributor.errors import DistributorError
from distributor.jobs.edition import load_edition
from distributor.jobs.proving import proved_press
from distributor.ledger.folder import FolderLedger
from distributor.ledger.records import PackRecord
from distributor.packs.assemble import Edition, EditionHead, assemble_pack
from distributor.packs.guard import guard_pack
from distributor.packs.store import ArtifactStore
from recipients.branches import Branch
from renderers.documents import DocumentPress, Documents
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
    sample: PackOrder | None  # on which a worker proves its fast press; None draws the full way


@dataclass(slots=True)
class _Bench:
    """The worker's own: the figures in memory."""

    workshop: Workshop | None = None
    edition: Edition | None = field(default=None, repr=False)
    press: DocumentPress = field(default_factory=lambda: DocumentPress(fast=False), repr=False)


_bench = _Bench()


def set_up(workshop: Workshop) -> None:
    """Load the run's figures into this process."""
    _bench.workshop = workshop
    _bench.edition = load_edition(workshop.head, workshop.folder)
    sample = workshop.sample
    if sample is None:
        _bench.press = DocumentPress(fast=False)
        return
    branch = _bench.edition.head.tree.branch(sample.branch_id)
    draft = partial(assemble_pack, _bench.edition, branch, sample.language)
    _bench.press = proved_press(draft, sample.formats, image_scale=workshop.image_scale)


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


def draw_pack(
    edition: Edition, branch: Branch, order: PackOrder, *, press: DocumentPress, image_scale: int
) -> tuple[Pack, Documents]:
    """Compute, guard and render a pack, in memory.

    Raises:
        GuardError: Something in it is not the branch's.
        RenderError: It cannot be drawn.
    """
    pack = assemble_pack(edition, branch, order.language)
    guard_pack(pack, edition.head.tree, on=edition.head.scope.period.window.last_on)
    return pack, press.render(pack, order.formats, image_scale=image_scale)


def _made(order: PackOrder, branch: Branch, edition: Edition, workshop: Workshop) -> PackRecord:
    start = process_time()
    pack, documents = draw_pack(edition, branch, order, press=_bench.press, image_scale=workshop.image_scale)
    data = process_time() - start - sum(documents.seconds.values())
    refs = tuple(workshop.store.put(artifact, branch_id=branch.branch_id) for artifact in documents.artifacts)
    seconds: Mapping[str, float] = {"data": data, **documents.seconds}
    return PackRecord(
        branch_id=order.branch_id,
        language=order.language,
        title=pack.title,
        artifacts=refs,
        seconds=tuple(seconds.items()),
        ways=tuple(documents.ways.items()),
    )
