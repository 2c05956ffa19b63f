"""A report that is being written, seen as its readers would get it: drawn anew when the catalogue changes."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from distributor.ids import run_id
from distributor.jobs.application import Application
from distributor.jobs.days import read_period
from distributor.jobs.edition import Order, find_report
from distributor.jobs.one_pack import assembled
from distributor.jobs.preview.figures import FigureStore
from distributor.jobs.preview.look import Choice, File, Look, wrongs
from distributor.jobs.preview.page import page_with_pictures
from distributor.jobs.progress import Silence
from distributor.packs.assemble import Edition
from distributor.packs.plan import burst_branches
from recipients.branches import Branch, BranchTree
from renderers.documents import DocumentPress
from renderers.pack import Artifact, Format, Pack

_WATCHED = (".yaml", ".yml", ".sql")
_MOST_PACKS = 32
# A single PDF or workbook is made quickest the full way, as in a preview of one pack.
_FULL = {"pdf": "preview", "xlsx": "preview"}

Stamps = frozenset[tuple[str, int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """The application with the catalogue as it is, and the figures of all branches."""

    app: Application
    edition: Edition = field(repr=False)


@dataclass(slots=True)
class _Drawn:
    """A pack, and the files that were made of it so far."""

    pack: Pack
    files: dict[str, Artifact] = field(default_factory=dict, repr=False)


@dataclass(slots=True)
class LivePreview:
    """One report, looked at branch by branch. For several threads: each waits for its turn.

    Shows what a run would send. The sources are read when they are first needed, when a change asks for other rows of
    them, and when somebody asks for it; the figures are kept where only their presentation changes.

    Attributes:
        open_app: Reads settings and catalogue, and wires the application.
        catalogue: The folder whose files are watched.
        folder: Where the snapshot lies meanwhile; its owner removes it.
    """

    open_app: Callable[[], Application]
    catalogue: Path
    folder: Path
    report: str
    period: str
    _version: int = 1
    _seen: Stamps = frozenset()
    _app: Application | None = None
    _tree: BranchTree | None = None
    _ready: _Ready | None = None
    _choices: tuple[Choice, ...] = ()
    _drawn: dict[tuple[str, str], _Drawn] = field(default_factory=dict)
    _store: FigureStore = field(init=False)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self._store = FigureStore(self.folder)
        self._seen = _stamps(self.catalogue)

    @property
    def page_language(self) -> str:
        """The language of central staff; English until the catalogue has once been read."""
        return self._app.catalogue.organisation.languages[0] if self._app is not None else "en"

    def version(self) -> int:
        """Look whether a file of the catalogue has changed, and return the number of what there is to see now."""
        with self._lock:
            seen = _stamps(self.catalogue)
            if seen != self._seen:
                self._seen = seen
                self._begin_again()
            return self._version

    def read_sources_again(self) -> None:
        """Take the sources and the directory as they are now."""
        with self._lock:
            self._store.drop()
            self._tree = None
            self._begin_again()

    def look(self, branch: str = "", language: str = "") -> Look:
        """Return what there is to see.

        Args:
            branch: By id or name; "" is the first that gets a pack.
            language: "" is the branch's own.
        """
        with self._lock:
            version = self.version()
            try:
                one, chosen = self._chosen(branch, language)
                drawn = self._pack(one, chosen)
                self._file(drawn, File.page)
            except Exception as error:  # noqa: BLE001 - outermost frame of a look: the page tells it, until it is mended
                return replace(self._surroundings(version, branch, language), wrong=wrongs(error))
            return replace(self._surroundings(version, one.branch_id, chosen), title=drawn.pack.title)

    def file(self, branch: str, language: str, file: File) -> Artifact:
        """Return a file of a branch's pack.

        Raises:
            DistributorError: There is no such pack.
            RenderError: It cannot be drawn.
        """
        with self._lock:
            self.version()
            return self._file(self._pack(*self._chosen(branch, language)), file)

    def _begin_again(self) -> None:
        self._version += 1
        self._ready = None
        self._drawn.clear()

    def _prepared(self) -> _Ready:
        """Return all that packs are drawn from, read and computed anew as far as something has changed."""
        if self._ready is None:
            app = self.open_app()
            if self._app is not None:
                app = replace(app, ledger=self._app.ledger)  # so that it is opened once at most
            self._app = app
            report = find_report(app, self.report)
            period = read_period(app, self.report, self.period)
            tree = self._tree = self._tree or app.directory.load().tree
            now = app.clock.now()
            name = run_id(f"preview-{report.report}", period.name, started_at=now)
            order = Order(report=report, period=period, run_id=name, folder=self.folder, tree=tree)
            edition = self._store.edition(app, order, now=now, progress=Silence())
            branches = burst_branches(report, tree, period.window)
            self._choices = tuple(Choice(branch_id=one.branch_id, name=one.name) for one in branches)
            self._ready = _Ready(app=app, edition=edition)
        return self._ready

    def _chosen(self, branch: str, language: str) -> tuple[Branch, str]:
        ready = self._prepared()
        head = ready.edition.head
        (one, *_) = burst_branches(head.report, head.tree, head.scope.period.window, (branch,) if branch else ())
        languages = ready.app.catalogue.organisation.languages
        own = head.tree.language_of(one.branch_id, languages[0])
        return one, language if language in languages else own

    def _pack(self, branch: Branch, language: str) -> _Drawn:
        key = (branch.branch_id, language)
        if key not in self._drawn:
            if len(self._drawn) >= _MOST_PACKS:
                self._drawn.clear()
            self._drawn[key] = _Drawn(assembled(self._prepared().edition, branch, language))
        return self._drawn[key]

    def _file(self, drawn: _Drawn, file: File) -> Artifact:
        if file not in drawn.files:
            render = self._prepared().app.settings.render
            press = DocumentPress(fast=render.fast, refused=_FULL)
            made = press.render(drawn.pack, (file.made_for,), image_scale=render.image_scale).artifacts
            drawn.files |= {one.name: one for one in made}
            if file.made_for is Format.html:
                page = drawn.files[File.page]
                html = page_with_pictures(page.content.decode(), made)
                drawn.files[File.page] = Artifact(name=page.name, media_type=page.media_type, content=html.encode())
        return drawn.files[file]

    def _surroundings(self, version: int, branch: str, language: str) -> Look:
        """Return a look at no pack yet, with all that can be chosen, as far as it was ever known."""
        place = next((place for place, one in enumerate(self._choices) if one.branch_id == branch), None)
        organisation = self._app.catalogue.organisation if self._app is not None else None
        return Look(
            version=version,
            report=self.report,
            page_language=self.page_language,
            branch=branch,
            language=language,
            before=self._choices[place - 1] if place else None,
            after=next(iter(self._choices[place + 1 : place + 2]), None) if place is not None else None,
            languages=organisation.languages if organisation is not None else (),
            timezone=organisation.timezone if organisation is not None else "UTC",
            choices=self._choices,
            read_at=self._store.read_at,
        )


def _stamps(folder: Path) -> Stamps:
    """Return name, time and size of each file that says something; what comes and goes meanwhile counts as changed."""
    found = set()
    for path in folder.rglob("*"):
        if path.suffix in _WATCHED:
            try:
                status = path.stat()
            except FileNotFoundError:
                continue
            found.add((str(path), status.st_mtime_ns, status.st_size))
    return frozenset(found)
