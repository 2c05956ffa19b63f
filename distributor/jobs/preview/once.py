"""The files of one branch's pack, made once."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from distributor.ids import run_id
from distributor.jobs.application import Application
from distributor.jobs.days import read_period
from distributor.jobs.edition import Order, find_report
from distributor.jobs.one_pack import assembled
from distributor.jobs.preview.beside import WatchDesk
from distributor.jobs.preview.figures import FigureStore
from distributor.jobs.preview.page import page_with_pictures
from distributor.jobs.progress import Progress
from distributor.packs.plan import burst_branches
from renderers.pack import Format
from renderers.separate_press import SeparatePress


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The files of a preview; the page holds its pictures, so that any browser shows it."""

    title: str
    page: Path
    files: tuple[Path, ...]


def preview_pack(
    app: Application,
    report_name: str,
    *,
    branch: str,
    language: str,
    period: str,
    folder: Path | None,
    press: SeparatePress,
    watching: WatchDesk,
    progress: Progress,
    page_is_there: Callable[[str, Path], None],
) -> Preview:
    """Draw the pack of one branch into *folder*.

    Args:
        app: The application.
        report_name: The report.
        branch: By id or name.
        language: "" for the branch's own.
        period: "" for the one that the report means today.
        folder: None for one in the store.
        press: Draws.
        watching: Where watch lists are computed.
        progress: Is told of the stages.
        page_is_there: Is told the title and the page as soon as it can be looked at; the other files follow.

    Raises:
        UsageError: The report, branch, language or period is unknown.
        DistributorError: The data cannot be read, or a gate failed.
    """
    report = find_report(app, report_name)
    asked = read_period(app, report_name, period)
    now = app.clock.now()
    tree = app.directory.load().tree
    (one,) = burst_branches(report, tree, asked.window, (branch,))
    name = run_id(f"preview-{report.report}", asked.name, started_at=now)
    place = folder or app.settings.store.path / "previews" / name
    chosen = language or tree.language_of(one.branch_id, app.catalogue.organisation.languages[0])
    place.mkdir(parents=True, exist_ok=True)
    # The figures of all branches go when the one pack is drawn: a preview leaves no copy of the members behind.
    with TemporaryDirectory(dir=place, prefix=".figures-") as figures:
        order = Order(report=report, period=asked, run_id=name, folder=Path(figures), tree=tree)
        edition = FigureStore(Path(figures), watching).edition(app, order, now=now, progress=progress)
        pack = assembled(edition, one, chosen)
    draw = partial(press.render, pack, image_scale=app.settings.render.image_scale, fast=app.settings.render.fast)
    artifacts = draw((Format.html, Format.summary))
    files = {artifact.name: artifact.content for artifact in artifacts}
    page = place / "pack.html"
    page.write_text(page_with_pictures(files["pack.html"].decode(), artifacts), "utf-8")
    page_is_there(pack.title, page)
    files |= {artifact.name: artifact.content for artifact in draw((Format.pdf, Format.xlsx))}
    written = []
    for file_name in ("pack.txt", "pack.pdf", "pack.xlsx", "slack.json", "sms.txt"):
        written.append(place / file_name)
        written[-1].write_bytes(files[file_name])
    return Preview(title=pack.title, page=page, files=tuple(written))
