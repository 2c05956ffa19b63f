"""The files of a catalogue's folder: which there may be, and what is in them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from distributor.catalogue.errors import Fault, Place
from distributor.catalogue.marks import Mark, Marked
from distributor.catalogue.yaml_source import MAX_BYTES, read_yaml

REQUIRED = ("catalogue.yaml", "datasets.yaml", "metrics.yaml")
OPTIONAL = ("audiences.yaml", "calendars.yaml", "on_call.yaml", "routing.yaml")
ALLOWED = (*REQUIRED, *OPTIONAL, "reports/*.yaml", "alerts/*.yaml", "*.sql", "*.md")


@dataclass(slots=True)
class Folder:
    """A catalogue's folder as read: documents by path relative to it, texts, and the faults so far.

    ``unreadable`` names the files that hold something but could not be understood to the end.
    """

    path: Path
    documents: dict[str, Marked] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)
    texts: dict[Path, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def document(self, name: str) -> Marked:
        """Return a file's content; nothing, at its first place, where there is none."""
        return self.documents.get(name, Marked(None, Mark(Place(self.path / name, 1, 1))))

    def reports(self) -> list[Marked]:
        return [document for name, document in self.documents.items() if name.startswith("reports/")]

    def alerts(self) -> list[Marked]:
        return [document for name, document in self.documents.items() if name.startswith("alerts/")]

    def read_sql(self, name: str, asked_at: Place) -> str | None:
        """Read a query's own file, from inside the folder only; note a fault where it is asked for if that fails."""
        what, remedy = "", "Give the path of an .sql file relative to the catalogue's folder."
        try:
            path = (self.path / name).resolve()
            if not path.is_relative_to(self.path):
                what = f'the file "{name}" is outside the catalogue\'s folder'
            elif path.suffix != ".sql" or not path.is_file():
                what = f'there is no SQL file "{name}" in the catalogue\'s folder'
            elif path.stat().st_size > MAX_BYTES:
                what, remedy = f'the file "{name}" has more than {MAX_BYTES // 1000} kB', "Split it."
            else:
                self.texts[path] = path.read_text(encoding="utf-8-sig")
                return self.texts[path]
        except UnicodeDecodeError:
            what, remedy = f'the file "{name}" is not UTF-8 text', "Save it as UTF-8."
        except (OSError, ValueError) as error:
            what = f'the file "{name[:80]}" cannot be read ({type(error).__name__})'
        known = tuple(sorted(str(file.relative_to(self.path)) for file in self.path.rglob("*.sql")))
        self.faults.append(Fault(place=asked_at, what=what, known=known, got=name, remedy=remedy))
        return None


def read_folder(path: Path) -> Folder:
    """Read every YAML file of a catalogue's folder.

    Args:
        path: An absolute path without links.
    """
    folder = Folder(path)
    if not path.is_dir():
        what = "there is no such folder" if not path.exists() else "this is not a folder"
        folder.faults.append(Fault(place=Place(path), what=what, remedy="Name the folder that holds catalogue.yaml."))
        folder.unreadable.update((*REQUIRED, *OPTIONAL))
        return folder
    for file in _files(path):
        name = file.relative_to(path).as_posix()
        is_listed = file.parent in (path / "reports", path / "alerts") and file.suffix == ".yaml"
        if name in REQUIRED or name in OPTIONAL or is_listed:
            _read(file, name, folder)
        elif file.suffix not in (".sql", ".md"):
            fault = Fault(place=Place(file), what="this file has no meaning in a catalogue", allowed=ALLOWED, got=name)
            folder.faults.append(fault)
    for name in REQUIRED:
        if name not in folder.documents and name not in folder.unreadable:
            folder.faults.append(Fault(place=Place(path / name), what="this file is missing", remedy=_REMEDIES[name]))
            folder.unreadable.add(name)
    return folder


_REMEDIES = {
    "catalogue.yaml": "It names the organisation, its languages and its levels.",
    "datasets.yaml": "It declares the queries.",
    "metrics.yaml": "It declares the metrics.",
}


def _files(path: Path) -> Iterator[Path]:
    """Yield the files below *path* in order; hidden ones are nobody's business."""
    for file in sorted(path.rglob("*")):
        if file.is_file() and not any(part.startswith(".") for part in file.relative_to(path).parts):
            yield file


def _read(file: Path, name: str, folder: Folder) -> None:
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        folder.faults.append(Fault(place=Place(file), what=f"the file cannot be read: {reason}"))
        folder.unreadable.add(name)
        return
    document, faults = read_yaml(content, file)
    folder.faults.extend(faults)
    if document is None:
        folder.unreadable.add(name)
        return
    folder.documents[name] = document
    folder.texts[file] = content.decode("utf-8-sig")
