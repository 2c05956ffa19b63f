"""A foreign row or figure is caught at every stage, and the pack stops with branch and section named."""

import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from distributor.ledger.records import ArtifactRef
from distributor.packs.assemble import assemble_pack
from distributor.packs.errors import GuardError, RowsError
from distributor.packs.guard import guard_measures, guard_pack, guard_rows
from distributor.packs.rows import RowsFrame, load_rows, select_rows
from distributor.packs.store import ArtifactStore
from distributor.storage import FolderStorage
from renderers.pack import Artifact
from renderers.sections import Source

DAY = date(2026, 5, 31)


@pytest.fixture
def edition(world: Any) -> Any:
    """A report with every kind of section."""
    return world.edition(
        world.report(
            {"tiles": ["members", "churn"], "compare": ["last year", "organisation"]},
            {"chart": "bars", "metric": "churn", "by": "branch", "compare": ["organisation"]},
            {"table": {"metrics": ["members"], "by": "branch"}},
            {"rows": {"dataset": "places", "columns": ["place"]}},
            {"text": "{{ summary() }}"},
        )
    )


@pytest.mark.parametrize("branch", ["n", "r1", "r2", "big", "tiny", "empty", "oslo", "new"])
def test_clean_packs_pass(edition: Any, world: Any, branch: str) -> None:
    """Figures, rows and the benchmark of every clean pack pass, also rows of a branch that merged into it."""
    guard_measures(edition.measures, world.tree)
    guard_rows("s4", edition.rows["s4"], world.tree, on=DAY)

    guard_pack(assemble_pack(edition, world.tree.branch(branch), "nb"), world.tree, on=DAY)


def moved(frame: RowsFrame, branch_id: str, position: int) -> RowsFrame:
    """Lay the rows of a branch at another position, in order."""
    rows = frame.table.to_pylist()
    for row in rows:
        if row["_branch"] == branch_id:
            row["_pos"] = position
    return RowsFrame(table=pa.Table.from_pylist(sorted(rows, key=lambda row: row["_pos"]), schema=frame.table.schema))


def test_row_at_a_foreign_position_is_caught(edition: Any, world: Any) -> None:
    """Rows laid at another branch's position stop the run, naming who would have got them and whose they are."""
    frame = moved(edition.rows["s4"], "oslo", world.tree.position("big"))

    with pytest.raises(GuardError, match=r'pack of branch big was stopped: section "s4" holds a row of oslo') as caught:
        guard_rows("s4", frame, world.tree, on=DAY)
    assert ("big", "s4") == (caught.value.branch_id, caught.value.section)


def test_row_at_a_foreign_position_is_caught_again_in_the_pack(edition: Any, world: Any) -> None:
    """If the frame's guard is passed by, the pack's own guard finds the row by the branch it carries."""
    frame = moved(edition.rows["s4"], "oslo", world.tree.position("big"))
    pack = assemble_pack(replace(edition, rows={"s4": frame}), world.tree.branch("big"), "nb")

    with pytest.raises(
        GuardError, match=r'branch big was stopped: section "Arbeidsplasser" holds rows of places of oslo'
    ):
        guard_pack(pack, world.tree, on=DAY)


@pytest.mark.parametrize("position", [-1, 999])
def test_row_at_no_position_is_caught(edition: Any, world: Any, position: int) -> None:
    """A position outside the tree is no branch's, and no error of an index."""
    with pytest.raises(GuardError, match=r"s4.*which is no branch, of oslo"):
        guard_rows("s4", moved(edition.rows["s4"], "oslo", position), world.tree, on=DAY)


def test_rows_out_of_order_are_caught(edition: Any, world: Any) -> None:
    """Rows that are not sorted would be sliced wrongly."""
    table = edition.rows["s4"].table
    turned = RowsFrame(table=table.take(pa.array(range(len(table) - 1, -1, -1))))

    with pytest.raises(GuardError, match="rows out of order"):
        guard_rows("s4", turned, world.tree, on=DAY)


def test_row_of_an_unknown_branch_is_caught(edition: Any, world: Any) -> None:
    """A row of a branch outside the tree belongs to nobody."""
    rows = edition.rows["s4"].table.to_pylist()
    frame = RowsFrame(
        table=pa.Table.from_pylist([rows[0] | {"_branch": "elsewhere"}], schema=edition.rows["s4"].table.schema)
    )

    with pytest.raises(GuardError, match="a row of elsewhere"):
        guard_rows("s4", frame, world.tree, on=DAY)


def test_row_of_a_branch_merged_later_is_its_own(edition: Any, world: Any) -> None:
    """Before the merger the rows of the branch are not the survivor's."""
    with pytest.raises(GuardError, match=r"branch oslo was stopped.*a row of gone"):
        guard_rows("s4", edition.rows["s4"], world.tree, on=date(2025, 12, 31))


def test_shifted_figures_are_caught(edition: Any, world: Any) -> None:
    """Figures computed over another numbering of the tree stop everything."""
    ids = edition.measures.branch_ids
    shifted = replace(edition.measures, branch_ids=(*ids[1:], ids[0]))

    with pytest.raises(GuardError, match=r'branch n was stopped: section "all figures" holds the figures of r1'):
        guard_measures(shifted, world.tree)


@pytest.mark.parametrize(
    "ids", [("n",), ("n", "r1", "big", "empty", "mid", "tiny", "r2", "gone", "new", "oslo", "shut", "more")]
)
def test_figures_of_fewer_or_more_branches_are_caught(edition: Any, world: Any, ids: tuple[str, ...]) -> None:
    """Figures of a smaller or larger tree are those of another tree."""
    with pytest.raises(GuardError, match="all figures"):
        guard_measures(replace(edition.measures, branch_ids=(*edition.measures.branch_ids[:1], *ids[1:])), world.tree)


@pytest.mark.parametrize(
    "section", ["Nøkkeltall", "Frafall etter avdeling", "Medlemmer etter avdeling", "Kort fortalt"]
)
def test_shifted_figures_are_caught_again_in_every_section(edition: Any, world: Any, section: str) -> None:
    """If that guard is passed by, every section with figures carries the foreign id."""
    ids = edition.measures.branch_ids
    foreign = tuple("oslo" if one == "big" else one for one in ids)
    pack = assemble_pack(
        replace(edition, measures=replace(edition.measures, branch_ids=foreign)), world.tree.branch("big"), "nb"
    )
    only = replace(pack, sections=tuple(one for one in pack.sections if one.heading == section))

    assert 1 == len(only.sections)
    with pytest.raises(GuardError, match=f'branch big was stopped: section "{section}" holds .* of oslo'):
        guard_pack(only, world.tree, on=DAY)


def test_only_the_root_is_a_benchmark(edition: Any, world: Any) -> None:
    """A region's figure is no benchmark, whatever it calls itself."""
    pack = assemble_pack(edition, world.tree.branch("big"), "nb")
    smuggled = replace(pack.sections[0], sources=(Source(what="tile members", branch_id="r2", is_benchmark=True),))

    with pytest.raises(GuardError, match="tile members of r2"):
        guard_pack(replace(pack, sections=(smuggled,)), world.tree, on=DAY)


def test_root_s_figure_is_foreign_unless_it_is_a_benchmark(edition: Any, world: Any) -> None:
    """The organisation's own figure may not stand as the branch's."""
    pack = assemble_pack(edition, world.tree.branch("big"), "nb")
    smuggled = replace(pack.sections[0], sources=(Source(what="tile members", branch_id="n"),))

    with pytest.raises(GuardError, match="tile members of n"):
        guard_pack(replace(pack, sections=(smuggled,)), world.tree, on=DAY)


# --- rows and the store -----------------------------------------------------------------------------------


def test_rows_are_mapped_back(edition: Any, world: Any, tmp_path: Path) -> None:
    """Saved rows come back, also none, and a branch's are a slice."""
    frame = edition.rows["s4"]
    for name, one in (("all", frame), ("none", RowsFrame(table=frame.table.slice(0, 0)))):
        one.save(tmp_path / name)
        assert one.table.equals(load_rows(tmp_path / name).table)
    oslo = world.tree.position("oslo")
    assert {"oslo", "gone"} == set(frame.within(oslo, oslo + 1).column("_branch").to_pylist())
    assert 0 == len(load_rows(tmp_path / "none").within(0, 99))


def test_rows_that_cannot_be_read_name_the_section(world: Any) -> None:
    """A wrong condition names section and dataset."""
    scope = world.scope()
    body = world.report({"rows": {"dataset": "places", "columns": ["place"], "where": "nothing = 1"}}).sections[0].rows

    with pytest.raises(RowsError, match=r'rows of section "s7" cannot be read from dataset "places": .*nothing'):
        select_rows("s7", body, scope.period.window, world.calculator(scope))


FILES = {"a.png": b"", "b.png": b"\n\x00\n", "c.png": b"one\ntwo"}


@pytest.fixture
def artifact() -> Artifact:
    return Artifact(name="pack.pdf", media_type="application/pdf", content=b"one\ntwo", content_id="cid")


def test_store_gives_back_what_was_put(tmp_path: Path, artifact: Artifact) -> None:
    """Files come back as they were, from one archive; the same ones twice are stored once, for two branches twice."""
    store = ArtifactStore(storage=FolderStorage(folder=tmp_path))
    others = [Artifact(name=name, media_type="image/png", content=content) for name, content in FILES.items()]
    refs = store.put([artifact, *others], branch_id="big")

    assert refs == store.put([artifact, *others], branch_id="big")
    assert {one.name: one for one in (artifact, *others)} == store.fetch_all(refs, branch_id="big")
    assert [artifact, *others] == [store.fetch(ref, branch_id="big") for ref in refs]
    assert 1 == len([path for path in tmp_path.rglob("*") if path.is_file()])
    store.put([artifact, *others], branch_id="oslo")
    assert 2 == len([path for path in tmp_path.rglob("*") if path.is_file()])


def test_store_does_not_give_a_file_of_another_branch(tmp_path: Path, artifact: Artifact) -> None:
    """A reference to another branch's file finds nothing of one's own."""
    store = ArtifactStore(storage=FolderStorage(folder=tmp_path))
    (ref,) = store.put([artifact], branch_id="oslo")

    with pytest.raises(GuardError, match=r'branch big was stopped: section "pack.pdf"'):
        store.fetch(ref, branch_id="big")


def test_file_laid_into_another_branch_s_place_is_caught(tmp_path: Path, artifact: Artifact) -> None:
    """A file marked for another branch is caught by its mark, wherever it lies."""
    store = ArtifactStore(storage=FolderStorage(folder=tmp_path))
    (ref,) = store.put([artifact], branch_id="big")
    (own,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    store.put([artifact], branch_id="oslo")
    (foreign,) = [path for path in tmp_path.rglob("*") if path.is_file() and path != own]
    own.write_bytes(foreign.read_bytes())

    with pytest.raises(GuardError, match=r'branch big was stopped: section "pack.pdf" holds a file of oslo'):
        store.fetch(ref, branch_id="big")


@pytest.mark.parametrize("change", [lambda old: old + b"!", lambda _: b"", lambda _: b"[]\nx", lambda old: old[3:]])
def test_changed_file_is_caught(tmp_path: Path, artifact: Artifact, change: Any) -> None:
    """A file whose bytes or whose mark were changed is not sent."""
    store = ArtifactStore(storage=FolderStorage(folder=tmp_path))
    (ref,) = store.put([artifact], branch_id="big")
    (path,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    path.write_bytes(change(path.read_bytes()))

    with pytest.raises(GuardError, match="a changed file"):
        store.fetch(ref, branch_id="big")


def test_change_of_another_file_of_the_archive_is_not_this_one_s(tmp_path: Path, artifact: Artifact) -> None:
    """A changed file does not take those beside it along; the change itself is caught."""
    store = ArtifactStore(storage=FolderStorage(folder=tmp_path))
    whole, changed = store.put([artifact, replace(artifact, name="b.pdf", content=b"12345")], branch_id="big")
    (path,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    path.write_bytes(path.read_bytes()[:-1] + b"6")

    assert artifact == store.fetch(whole, branch_id="big")
    with pytest.raises(GuardError, match=r'section "b.pdf" holds a changed file'):
        store.fetch_all((whole, changed), branch_id="big")


def test_file_that_lies_alone_is_given_back(tmp_path: Path, artifact: Artifact) -> None:
    """A file stored by a version that knew no archives is found, and guarded, as before."""
    digest = hashlib.sha256(artifact.content).hexdigest()
    storage = FolderStorage(folder=tmp_path)
    store = ArtifactStore(storage=storage)
    head = b'{"branch_id": "big", "media_type": "application/pdf"}\n'
    storage.write(store.name(digest, "big"), head + artifact.content)
    ref = ArtifactRef(name=artifact.name, media_type=artifact.media_type, content_id="cid", sha256=digest, size_bytes=7)

    assert artifact == store.fetch(ref, branch_id="big")
    storage.write(store.name(digest, "big"), head + b"ONE\ntwo")
    with pytest.raises(GuardError, match="a changed file"):
        store.fetch(ref, branch_id="big")
