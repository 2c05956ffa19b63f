"""What a corrected pack tells its readers."""

from datetime import date
from typing import Any

import pytest

from distributor.packs.assemble import assemble_pack
from distributor.packs.correction import Change, as_correction, changed_figures, correction_notice
from distributor.packs.figures import PackFigure, PackFigures, Shown, content_hash, pack_figures
from renderers.formats import Cell, Mark
from renderers.language import formatter

SENT_ON = date(2026, 6, 3)


def figure(where: str, value: float | None, shown: Shown = Shown.tile, text: str = "", **keys: Any) -> PackFigure:
    mark = keys.pop("mark", Mark.shown if value is not None else Mark.absent)
    cell = Cell(value=value, text=text or ("–" if value is None else f"{value:g}"), mark=mark)
    return PackFigure(section="s1", heading=keys.pop("heading", "H"), where=where, shown=shown, cell=cell)


def figures(*some: PackFigure) -> PackFigures:
    return PackFigures(branch_id="b", language="en", content_hash="0", figures=some)


def test_nothing_has_changed_between_equal_packs() -> None:
    """The same figures give no change."""
    one = figures(figure("Members", 5), figure("Rana × Members", 3, Shown.table))

    assert () == changed_figures(one, one)


def test_changes_come_in_the_order_of_attention() -> None:
    """Tiles in the report's order, then what they are held against, totals, tables, charts; largest change first."""
    before = figures(
        figure("May × Members", 10, Shown.chart),
        figure("A × Members", 100, Shown.table),
        figure("B × Members", 100, Shown.table),
        figure("Total × Members", 200, Shown.total),
        figure("Members", 1198),
        figure("Members × Last year", 1000, Shown.comparison),
        figure("Joiners", 10),
    )
    after = figures(
        figure("May × Members", 20, Shown.chart),
        figure("A × Members", 101, Shown.table),
        figure("B × Members", 150, Shown.table),
        figure("Total × Members", 251, Shown.total),
        figure("Members", 1204),
        figure("Members × Last year", 1001, Shown.comparison),
        figure("Joiners", 12),
    )

    assert [
        "Members",
        "Joiners",
        "Members × Last year",
        "H: Total × Members",
        "H: B × Members",
        "H: A × Members",
        "H: May × Members",
    ] == [change.label for change in changed_figures(before, after)]


def test_changes_hold_printed_forms_only() -> None:
    """A figure that was withheld, or is now, shows the sign of that and no value."""
    before = figures(figure("Members", None, text="<5", mark=Mark.few), figure("Joiners", 7))
    after = figures(figure("Members", 9), figure("Joiners", None, text="withheld", mark=Mark.hidden))

    assert (
        Change(label="Members", before="<5", after="9"),
        Change(label="Joiners", before="7", after="withheld"),
    ) == changed_figures(before, after)


def test_what_prints_the_same_is_the_same() -> None:
    """A change below the printed decimals is none to a reader."""
    assert () == changed_figures(
        figures(figure("Churn", 0.0412, text="4.1%")), figures(figure("Churn", 0.0413, text="4.1%"))
    )


def test_figures_that_came_or_went_are_held_against_no_value() -> None:
    """A row that only one of the packs has."""
    before, after = figures(figure("A × Members", 3, Shown.table)), figures(figure("B × Members", 4, Shown.table))

    assert {("H: A × Members", "3", "–"), ("H: B × Members", "–", "4")} == {
        (one.label, one.before, one.after) for one in changed_figures(before, after)
    }


def test_rows_of_the_same_name_are_held_apart() -> None:
    """Two workplaces that are called the same are compared each with its own."""
    before = figures(figure("Shop × Members", 3, Shown.table), figure("Shop × Members", 8, Shown.table))
    after = figures(figure("Shop × Members", 3, Shown.table), figure("Shop × Members", 9, Shown.table))

    assert (Change(label="H: Shop × Members", before="8", after="9"),) == changed_figures(before, after)


def test_section_that_moved_down_is_the_same_section() -> None:
    """Sections are known by their headings: another one above changes none of their figures."""
    before = figures(figure("Members", 5))
    after = figures(figure("New", 1, heading="New"), figure("Members", 5)._replace(section="s2"))

    assert ["New"] == [change.label for change in changed_figures(before, after)]


CHANGES = tuple(Change(label=f"F{n}", before=str(n), after=str(n + 1)) for n in range(1, 8))


@pytest.mark.parametrize(
    ("language", "number", "notice"),
    [
        ("en", 2, "Correction of the pack sent 3 June 2026: F1 2 (was 1) and F2 3 (was 2)."),
        (
            "en",
            7,
            "Correction of the pack sent 3 June 2026: F1 2 (was 1), F2 3 (was 2), F3 4 (was 3) and 4 more figures.",
        ),
        (
            "nb",
            4,
            "Rettelse av tallene som ble sendt 3. juni 2026: F1 2 (var 1), F2 3 (var 2), F3 4 (var 3) og ett tall til.",
        ),
        (
            "da",
            5,
            "Rettelse af tallene, der blev sendt 3. juni 2026: F1 2 (var 1), F2 3 (var 2), F3 4 (var 3) og 2 tal mere.",
        ),
        ("nb", 0, "Rettelse av det som ble sendt 3. juni 2026: tekster er endret, tallene er de samme."),
    ],
)
def test_notice_names_three_and_counts_the_rest(language: str, number: int, notice: str) -> None:
    """One sentence that a leader can read on a phone."""
    assert notice == correction_notice(CHANGES[:number], formatter(language), sent_on=SENT_ON)


@pytest.mark.parametrize(("language", "prefix"), [("nb", "Rettelse: "), ("da", "Rettelse: "), ("en", "Correction: ")])
def test_corrected_pack_says_so_first(world: Any, language: str, prefix: str) -> None:
    """Title and first notice tell; the other notices and every section stay."""
    edition = world.edition(world.report({"tiles": ["members"]}))
    pack = assemble_pack(edition, world.tree.branch("new"), language)
    corrected = as_correction(pack, CHANGES, sent_on=SENT_ON)

    assert prefix + pack.title == corrected.title
    assert pack.notices == corrected.notices[1:]
    assert corrected.notices[0].startswith(prefix[:8])
    assert pack.sections == corrected.sections


def test_correction_of_a_real_pack(world: Any, world_of: Any, membership: Any) -> None:
    """A member that was entered late is told in the branch's pack, and the hash differs."""
    report = world.report({"tiles": ["members", "joiners"]}, {"chart": "bars", "metric": "joiners", "by": "age"})
    rows = world.tables.table("memberships").to_pylist()
    late = world_of(memberships=[*rows, membership("big", date(2026, 5, 9), number=1)])
    before, after = (assemble_pack(union.edition(report), union.tree.branch("big"), "en") for union in (world, late))
    changes = changed_figures(pack_figures(before), pack_figures(after))

    assert [("Members", "94", "95"), ("Joiners", "24", "25")] == [(c.label, c.before, c.after) for c in changes[:2]]
    assert content_hash(before) != content_hash(after)
