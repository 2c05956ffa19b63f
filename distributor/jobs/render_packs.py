"""The work of a worker: compute, guard, render and store one branch's pack, and record it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from time import thread_time

from distributor.errors import DistributorError
from distributor.jobs.edition import load_edition
from distributor.jobs.one_pack import assembled
from distributor.jobs.proving import proved_press
from distributor.ledger.port import Ledger, Queueing
from distributor.ledger.records import DeliveryStatus, PackRecord
from distributor.packs.assemble import Edition, EditionHead, assemble_pack
from distributor.packs.correction import Change, as_correction, changed_figures
from distributor.packs.facts import pack_facts
from distributor.packs.figures import PackFigures, pack_figures
from distributor.packs.figures_file import FILE_NAME as FIGURES
from distributor.packs.figures_file import figures_artifact, load_figures
from distributor.packs.store import ArtifactStore
from distributor.storage.kept_folder import KeptFolder, own_cache
from recipients.branches import Branch
from renderers.documents import DocumentPress, load_libraries
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
        folder: Where the figures lie, on every machine.
        figures: Where a machine that has no such folder fetches them from, into its ``cache``.
        sample: On which a worker proves its fast press; None draws the full way.
        corrects: The run whose packs are corrected; "" for none.
        corrected_on: When its packs were sent.
    """

    head: EditionHead
    folder: Path
    store: ArtifactStore
    ledger: Ledger
    image_scale: int
    queueing: Queueing
    figures: KeptFolder | None = None
    cache: Path | None = None
    sample: PackOrder | None = None
    corrects: str = ""
    corrected_on: date | None = None


@dataclass(slots=True)
class _Bench:
    """The worker's own: the figures in memory."""

    workshop: Workshop | None = None
    edition: Edition | None = field(default=None, repr=False)
    made: list[tuple[PackRecord, Queueing]] = field(default_factory=list, repr=False)  # and not yet recorded
    press: DocumentPress = field(default_factory=lambda: DocumentPress(fast=False), repr=False)


_bench = _Bench()


def get_ready() -> None:
    """Load what every run needs: done before it is known which figures there will be."""
    load_libraries()


def set_up(workshop: Workshop) -> None:
    """Load the run's figures into this process."""
    _bench.workshop, _bench.made = workshop, []
    folder = workshop.figures.fetch(own_cache(workshop.cache)) if workshop.figures else workshop.folder
    _bench.edition = load_edition(workshop.head, folder)
    sample = workshop.sample
    if sample is None:
        _bench.press = DocumentPress(fast=False)
        return
    branch = _bench.edition.head.tree.branch(sample.branch_id)
    draft = partial(assemble_pack, _bench.edition, branch, sample.language)
    _bench.press = proved_press(draft, sample.formats, image_scale=workshop.image_scale)


def make_pack(order: PackOrder) -> PackRecord:
    """Make one pack; what goes wrong with this branch stops this branch only. `record_made` records it.

    Raises:
        OSError: Nothing can be stored.
    """
    assert _bench.workshop is not None
    assert _bench.edition is not None
    workshop = _bench.workshop
    branch = _bench.edition.head.tree.branch(order.branch_id)
    try:
        record, queueing = _made(order, branch, _bench.edition, workshop)
    except (DistributorError, RenderError) as error:
        record, queueing = not_made(order, branch, str(error))
    except OSError:  # a full disk is no fault of this branch: the run stops, and goes on once there is room
        raise
    except Exception as error:  # noqa: BLE001 - outermost frame of a pack: recorded, then the other branches go on
        record, queueing = not_made(order, branch, f"{type(error).__name__}: {error}")
    _bench.made.append((record, queueing))
    return record


def record_made() -> None:
    """Record the packs made since it was last done: one transaction for some costs little more than for one."""
    assert _bench.workshop is not None
    made, _bench.made = _bench.made, []
    if made:
        _bench.workshop.ledger.record_packs(_bench.workshop.head.run_id, made)


def not_made(order: PackOrder, branch: Branch, reason: str) -> tuple[PackRecord, Queueing]:
    """Return the record of a pack that cannot be made, and what becomes of its deliveries."""
    record = PackRecord(branch_id=order.branch_id, language=order.language, title=branch.name, error=reason)
    return record, Queueing(status=DeliveryStatus.failed, reason=reason)


def _made(order: PackOrder, branch: Branch, edition: Edition, workshop: Workshop) -> tuple[PackRecord, Queueing]:
    start = thread_time()
    pack = assembled(edition, branch, order.language)
    figures = pack_figures(pack)
    facts = pack_facts(pack)
    record = PackRecord(
        branch_id=order.branch_id,
        language=order.language,
        title=pack.title,
        content_hash=figures.content_hash,
        size=facts.size,
        change=facts.change,
        warnings=facts.warnings,
    )
    kept = figures_artifact(figures)
    before = _corrected(order, workshop)
    if before is not None:
        if before.content_hash == figures.content_hash:
            unchanged = Queueing(
                status=DeliveryStatus.suppressed, reason=f"its figures are those of run {workshop.corrects}"
            )
            return replace(record, artifacts=workshop.store.put([kept], branch_id=branch.branch_id)), unchanged
        pack = _as_correction(pack, figures, before, workshop)
    data = thread_time() - start
    documents = _bench.press.render(pack, order.formats, image_scale=workshop.image_scale)
    seconds: Mapping[str, float] = {"data": data, **documents.seconds}
    made = replace(
        record,
        title=pack.title,
        artifacts=workshop.store.put([*documents.artifacts, kept], branch_id=branch.branch_id),
        seconds=tuple(seconds.items()),
        ways=tuple(documents.ways.items()),
    )
    return made, workshop.queueing


def _corrected(order: PackOrder, workshop: Workshop) -> PackRecord | None:
    """Return the pack that this one corrects, if there is one."""
    if not workshop.corrects:
        return None
    before = workshop.ledger.pack(workshop.corrects, order.branch_id, order.language)
    return before if before is not None and before.is_made else None


def _as_correction(pack: Pack, figures: PackFigures, before: PackRecord, workshop: Workshop) -> Pack:
    """Mark a pack as a correction that names what has changed, as far as it is still known what was sent."""
    assert workshop.corrected_on is not None
    kept = next((ref for ref in before.artifacts if ref.name == FIGURES), None)
    changes: tuple[Change, ...] = ()
    if kept is not None:
        sent = load_figures(workshop.store.fetch(kept, branch_id=before.branch_id).content)
        changes = changed_figures(sent, figures)
    return as_correction(pack, changes, sent_on=workshop.corrected_on)
