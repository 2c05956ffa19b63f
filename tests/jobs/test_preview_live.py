"""A live preview follows the catalogue: it shows each change, tells each fault, and recovers."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from small_union import NOW, SmallUnion, make_small_union

from distributor.bootstrap import make_looking_application
from distributor.clock import FrozenClock
from distributor.errors import DistributorError
from distributor.jobs.preview.live import LivePreview
from distributor.jobs.preview.look import File

NOTE = "report_specs/reports/note.yaml"


@pytest.fixture
def union(tmp_path: Path) -> SmallUnion:
    return make_small_union(tmp_path / "union")


@pytest.fixture
def live(union: SmallUnion, tmp_path: Path) -> LivePreview:
    return LivePreview(
        open_app=partial(make_looking_application, union.config, clock=FrozenClock(NOW)),
        catalogue=union.folder / "report_specs",
        folder=tmp_path / "figures",
        report="note",
        period="",
    )


def test_first_branch_is_shown_in_its_language(live: LivePreview) -> None:
    """Without a choice the first branch that gets a pack is shown; beside it stand those before and after it."""
    look = live.look()
    south = live.look("Region Sør")

    assert ("N", "nb", "Notat Region Nord, mai 2026") == (look.branch, look.language, look.title)
    assert ("S", "da", "Notat Region Sør, maj 2026") == (south.branch, south.language, south.title)
    assert (None, "N1") == (look.before, look.after.branch_id if look.after else "")
    assert ("../x", "S1") == tuple(one.branch_id if one else "" for one in (south.before, south.after))
    assert NOW == look.read_at


def test_language_is_the_one_asked_for_where_the_organisation_has_it(live: LivePreview) -> None:
    """A language that is none of the organisation's is not a reason to show nothing."""
    assert ["Note Ask, May 2026", "Notat Ask, mai 2026"] == [live.look("N1", one).title for one in ("en", "sv")]


def test_change_is_shown_and_counted(live: LivePreview, union: SmallUnion) -> None:
    """The version grows with each change, and what is seen afterwards is the new."""
    before = live.look("N1")
    union.edit(NOTE, "Notat {branch}", "Nytt om {branch}")
    after = live.look("N1")

    assert (1, 1, 2) == (before.version, before.version, after.version)
    assert ("Notat Ask, mai 2026", "Nytt om Ask, mai 2026") == (before.title, after.title)
    assert b"Nytt om Ask" in live.file("N1", "", File.page).content
    assert after.version == live.version()


def touch(union: SmallUnion) -> None:
    os.utime(union.folder / NOTE, ns=(1, 1))


@pytest.mark.parametrize(
    "change",
    [
        touch,
        lambda union: union.write("report_specs/reports/other.yaml", "report: other\n"),
        lambda union: (union.folder / "report_specs/reports/post.yaml").unlink(),
        lambda union: union.write("report_specs/query.sql", "select 1"),
    ],
    ids=["time", "new file", "file less", "query"],
)
def test_version_grows_with_every_kind_of_change(
    change: Callable[[SmallUnion], None], live: LivePreview, union: SmallUnion
) -> None:
    """A file that comes, goes, or is written changes what there may be to see."""
    change(union)

    assert [2, 2] == [live.version(), live.version()]


def test_fault_is_told_with_its_place_until_it_is_mended(live: LivePreview, union: SmallUnion) -> None:
    """The place, the line that stands there, and the way out; then the branch that was looked at is there again."""
    live.look("N1")
    union.edit(NOTE, "[members, joiners]", "[members, joinrs]")
    wrong = live.look("N1")
    union.edit(NOTE, "[members, joinrs]", "[members, joiners]")

    (fault,) = wrong.wrong
    assert fault.place.endswith("note.yaml:7:22")
    assert 'Did you mean "joiners"?' in fault.text
    assert "  - tiles: [members, joinrs]" == fault.line
    assert ("", "N1", "S3") == (wrong.title, wrong.branch, wrong.choices[-1].branch_id)
    assert "Notat Ask, mai 2026" == live.look("N1").title


def test_catalogue_with_a_fault_from_the_start_is_told(union: SmallUnion, live: LivePreview) -> None:
    """Nothing is known then but the faults, which are told in English; once it is mended all is there."""
    union.edit("report_specs/catalogue.yaml", "min_cell: 5", "min_cell: five")
    look = live.look()
    union.edit("report_specs/catalogue.yaml", "min_cell: five", "min_cell: 5")

    assert ("en", (), 1) == (look.page_language, look.choices, len(look.wrong))
    assert "nb" == live.look().page_language


@pytest.mark.parametrize(
    ("break_it", "sentence"),
    [
        (lambda union: union.edit("report_specs/datasets.yaml", "from members", "from nowhere"), "no such table"),
        (lambda union: union.sql("update members set loaded_on = '2020-01-01'"), "2020"),
        (lambda union: union.edit(NOTE, "report: note", "report: memo"), 'there is no report "note"'),
    ],
    ids=["source", "gate", "report"],
)
def test_what_stops_a_run_is_told(
    break_it: Callable[[SmallUnion], None], sentence: str, live: LivePreview, union: SmallUnion
) -> None:
    """A source that cannot be read, a gate that is closed, a report that is gone: the words of the command line."""
    break_it(union)

    look = live.look("N1")
    assert any(sentence in one.text for one in look.wrong)
    with pytest.raises(DistributorError, match=sentence):
        live.file("N1", "", File.page)


def test_unknown_branch_is_told_beside_all_others(live: LivePreview) -> None:
    """The page that says so still lets one choose."""
    look = live.look("Nowhere")

    assert (1, "Nowhere", 8) == (len(look.wrong), look.branch, len(look.choices))


def test_sources_are_read_again_when_asked(live: LivePreview, union: SmallUnion) -> None:
    """What has changed in the sources is shown then, and not before; new branches too."""
    before = live.file("N1", "", File.text).content
    union.sql("delete from members where branch_id = 'N1'")
    union.append("directory/branches.csv", "N4,N,Ny,local,nb\r\n")
    kept = live.file("N1", "", File.text).content
    live.read_sources_again()

    assert before == kept
    assert before != live.file("N1", "", File.text).content
    assert ("Notat Ny, mai 2026", 2) == (live.look("N4").title, live.version())


@pytest.mark.parametrize("file", File)
def test_every_file_can_be_opened(file: File, live: LivePreview) -> None:
    """Each is made when it is first asked for, and then kept."""
    made = live.file("N1", "nb", file)

    assert (file.value, True) == (made.name, bool(made.content))
    assert made is live.file("Ask", "", file)


def test_page_holds_its_pictures(live: LivePreview, union: SmallUnion) -> None:
    """A browser knows nothing of a mail's pictures, so the page has them in itself."""
    live.report = "letter"

    page = live.file("N1", "nb", File.page).content.decode()
    assert (0, 1) == (page.count("cid:"), page.count('src="data:image/png;base64,'))
