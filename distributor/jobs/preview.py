"""One branch's pack, drawn for central staff to look at; nothing is recorded and nothing sent."""

import base64
import re
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from distributor.ids import run_id
from distributor.jobs.application import Application
from distributor.jobs.days import read_period
from distributor.jobs.edition import Order, find_report, prepare_edition
from distributor.jobs.progress import Progress
from distributor.jobs.render_packs import PackOrder, draw_pack
from distributor.packs.plan import burst_branches
from renderers.documents import DocumentPress
from renderers.pack import Artifact, Format


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
    progress: Progress,
) -> Preview:
    """Draw the pack of one branch into *folder*.

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
    wanted = PackOrder(branch_id=one.branch_id, language=chosen, formats=tuple(Format))
    place.mkdir(parents=True, exist_ok=True)
    # The figures of all branches go when the one pack is drawn: a preview leaves no copy of the members behind.
    with TemporaryDirectory(dir=place, prefix=".figures-") as figures:
        order = Order(report=report, period=asked, run_id=name, folder=Path(figures), tree=tree)
        edition = prepare_edition(app, order, now=now, progress=progress).edition
        press = DocumentPress(fast=app.settings.render.fast)
        pack, documents = draw_pack(edition, one, wanted, press=press, image_scale=app.settings.render.image_scale)
    files = {artifact.name: artifact for artifact in documents.artifacts}
    page = place / "pack.html"
    page.write_text(_with_pictures(files["pack.html"].content.decode(), documents.artifacts), "utf-8")
    written = []
    for file_name in ("pack.txt", "pack.pdf", "pack.xlsx", "slack.json", "sms.txt"):
        written.append(place / file_name)
        written[-1].write_bytes(files[file_name].content)
    return Preview(title=pack.title, page=page, files=tuple(written))


def _with_pictures(html: str, artifacts: tuple[Artifact, ...]) -> str:
    """Put the pictures into the page itself: a browser knows nothing of a mail's content ids."""
    pictures = {one.content_id: one for one in artifacts if one.content_id}

    def data_url(match: re.Match[str]) -> str:
        picture = pictures[match[1]]
        return f"data:{picture.media_type};base64,{base64.b64encode(picture.content).decode()}"

    return re.sub(r"cid:([^\"'&]+)", data_url, html)
