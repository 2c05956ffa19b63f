"""Whether a report moved so much that somebody must look at it."""

from datetime import date, timedelta
from typing import Any

import pytest

from distributor.packs.movement import moved_sections, movement_asks, movement_sentences
from distributor.packs.sections import report_asks
from recipients.branches import Branch
from renderers.language import formatter

APPROVAL = {"when": "any section moved more than 30 %"}
NB = formatter("nb")
LOCAL = (
    Branch(branch_id="n", name="Unionen", level="national"),
    Branch(branch_id="a", name="Alta", level="local", parent_id="n"),
)


def union(world_of: Any, membership: Any, *, april: int, may: int, old: int = 100) -> Any:
    """Return a union of *old* members, with so many joiners in April and May 2026."""
    rows = [membership("a", date(2020, 1, 1), number=n) for n in range(old)]
    rows += [membership("a", date(2026, 4, 1) + timedelta(days=n % 28), number=n) for n in range(april)]
    rows += [membership("a", date(2026, 5, 1) + timedelta(days=n % 28), number=n) for n in range(may)]
    return world_of(LOCAL, memberships=rows)


def found(world: Any, *sections: dict[str, Any], threshold: float = 0.3) -> list[tuple[str, str, float | None]]:
    report = world.report(*sections, approval=APPROVAL)
    moved = moved_sections(world.edition(report), threshold, words=NB)
    return [(one.section, one.metric, one.change) for one in moved]


@pytest.mark.parametrize(
    ("april", "may", "moved"),
    [
        (20, 26, []),
        (20, 27, [("s1", "joiners", 0.35)]),
        (20, 14, []),
        (20, 13, [("s1", "joiners", -0.35)]),
        (20, 0, [("s1", "joiners", -1.0)]),
        (0, 20, [("s1", "joiners", None)]),
        (0, 0, []),
        (20, 20, []),
    ],
)
def test_section_moved_when_a_figure_of_the_root_did(
    world_of: Any, membership: Any, april: int, may: int, moved: list[Any]
) -> None:
    """More than the threshold either way; exactly the threshold is not more; no base is listed, and is no movement."""
    assert moved == found(union(world_of, membership, april=april, may=may), {"tiles": ["members", "joiners"]})


def test_each_section_of_the_metric_is_named(world_of: Any, membership: Any) -> None:
    """Tiles, chart and table of the same metric moved all three; people are told once."""
    world = union(world_of, membership, april=10, may=40)
    sections = (
        {"tiles": ["members", "joiners"]},
        {"text": "{{ summary() }}"},
        {"chart": "bars", "metric": "joiners", "by": "month"},
        {"table": {"metrics": ["members", "joiners"], "by": "branch"}, "title": "Avdelinger"},
    )
    report = world.report(*sections, approval=APPROVAL)
    moved = moved_sections(world.edition(report), 0.5, words=NB)

    assert ["s1", "s3", "s4"] == [one.section for one in moved]
    assert (
        "Innmeldte: fra 10 til 40 (+300\xa0% mot forrige periode). "
        "Vises i: Nøkkeltall · Innmeldte etter måned · Avdelinger.",
    ) == movement_sentences(moved, NB)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("nb", "Innmeldte: 20. Forrige periode har ikke noe å sammenligne med. Vises i: Nøkkeltall."),
        ("da", "Indmeldte: 20. Forrige periode har intet at sammenligne med. Vises i: Nøgletal."),
        ("en", "Joiners: 20. The previous period has nothing to compare with. Shown in: Key figures."),
    ],
)
def test_missing_base_is_said(world_of: Any, membership: Any, language: str, sentence: str) -> None:
    """A zero base gives no share, so that a person must judge."""
    world = union(world_of, membership, april=0, may=20)
    report = world.report({"tiles": ["joiners"]}, approval=APPROVAL)
    words = formatter(language)

    assert (sentence,) == movement_sentences(moved_sections(world.edition(report), 0.3, words=words), words)


def test_small_counts_are_not_told(world_of: Any, membership: Any) -> None:
    """Two joiners, then nine: the base is withheld, so there is nothing to compare with, and it shows as "<5"."""
    world = union(world_of, membership, april=2, may=9)
    report = world.report({"tiles": ["joiners"]}, approval=APPROVAL)
    [movement] = moved_sections(world.edition(report), 0.3, words=NB)

    assert (None, "<5", None) == (movement.change, movement.before.text, movement.before.value)


def test_largest_movement_first_and_those_without_base_last(world_of: Any, membership: Any) -> None:
    """What must be looked at stands at the top."""
    world = union(world_of, membership, april=10, may=40, old=10)
    order = found(world, {"tiles": ["leavers", "members", "joiners", "joined_share"]}, threshold=0.1)

    assert ["joiners", "members", "joined_share"] == [metric for _, metric, _ in order if metric != "leavers"]
    changes = [change for _, _, change in order]
    assert changes == sorted(changes, key=lambda change: (change is None, -abs(change or 0)))


def test_reports_without_such_an_approval_measure_nothing_more(world: Any) -> None:
    """No approval, or one that is always asked for, needs no figures of the previous period."""
    sections = {"tiles": ["members", "joiners"], "compare": []}
    plain, always = world.report(sections), world.report(sections, approval={"when": "always"})
    judged = world.report(sections, approval=APPROVAL)
    scope = world.scope()

    assert set() == movement_asks(plain, scope) | movement_asks(always, scope)
    assert world.edition(plain).movement is None
    assert {("joiners", "2026-04-01..2026-04-30"), ("joiners", "2026-05-01..2026-05-31")} < {
        (ask.metric, str(ask.window)) for ask in movement_asks(judged, scope)
    }


def test_packs_show_the_same_figures_with_and_without_approval(world: Any) -> None:
    """What is measured for the approval takes no part in the suppression of packs, and holds the root alone."""
    sections = {"tiles": ["members", "joiners", "leavers", "churn"]}
    plain, judged = world.edition(world.report(sections)), world.edition(world.report(sections, approval=APPROVAL))

    assert report_asks(plain.head.report, world.scope()) == report_asks(judged.head.report, world.scope())
    for key, frame in plain.measures.frames.items():
        for window, column in frame.columns.items():
            assert column.marks.tolist() == judged.measures.frames[key].columns[window].marks.tolist()
    assert ("n",) == judged.movement.branch_ids
    assert {1} == {len(column.values) for frame in judged.movement.frames.values() for column in frame.columns.values()}


def test_levels_of_the_burst_do_not_matter(world: Any) -> None:
    """The root is judged also where it gets no pack itself."""
    report = world.report({"tiles": ["joiners"]}, approval=APPROVAL, burst={"levels": ["local"]})

    assert ["joiners"] == [one.metric for one in moved_sections(world.edition(report), 0.3, words=NB)]
