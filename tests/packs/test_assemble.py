"""A whole pack: title, notices, and where its figures come from."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from distributor.packs.assemble import assemble_pack, used_datasets
from recipients.branches import Branch


def pack_of(world: Any, branch_id: str, language: str = "nb", **keys: Any) -> Any:
    edition = world.edition(world.report({"tiles": ["members", "joiners"]}), **keys)
    return assemble_pack(edition, world.tree.branch(branch_id), language)


@pytest.mark.parametrize(
    ("language", "title", "source"),
    [
        ("nb", "Tall for Bergen, mai 2026", "Medlemskap: 1\xa0234 rader, lest 1. juni 2026 kl. 07:07"),
        ("da", "Tal for Bergen, maj 2026", "Medlemskaber: 1.234 rækker, læst 1. juni 2026 kl. 07:07"),
        ("en", "Bergen, May 2026", "Memberships: 1,234 rows, read 1 June 2026 at 07:07"),
    ],
)
def test_pack_in_the_reader_s_language(world: Any, language: str, title: str, source: str) -> None:
    """Title, period and sources are in the reader's language, times in the organisation's zone."""
    pack = pack_of(world, "big", language)

    assert (title, (source,)) == (pack.title, pack.about.sources)
    assert ("big", "Bergen", "Unionen") == (pack.branch_id, pack.branch_name, pack.organisation)
    assert ("run-1", "snapshot-1", "analyse@union.example") == (
        pack.about.run_id,
        pack.about.snapshot_id,
        pack.about.owner,
    )


def test_title_may_hold_any_branch_name(world_of: Any) -> None:
    """A branch called {period} or {{ x }} is printed as it is called."""
    union = world_of((Branch(branch_id="n", name="{period} {{ x }}", level="region"),), memberships=[])

    assert "Tall for {period} {{ x }}, mai 2026" == pack_of(union, "n").title


def test_definitions_of_the_metrics_asked(world: Any) -> None:
    """Each metric of the report that has a description is defined once, in the reader's language."""
    assert [("Medlemmer", "Alle")] == [(one.label, one.text) for one in pack_of(world, "big", "da").about.definitions]


@pytest.mark.parametrize(
    ("branch", "notices"),
    [
        ("big", ()),
        ("new", ("Avdelingen ble opprettet 1. februar 2026.",)),
        ("oslo", ("Tallene omfatter Halden, slått sammen hit 1. januar 2026.",)),
        ("shut", ("Avdelingen ble nedlagt 1. januar 2024.",)),
        ("n", ("Medlemskap: 3 rader gjelder en ukjent avdeling og er ikke med.",)),
    ],
)
def test_notices_tell_what_a_reader_must_know(world: Any, branch: str, notices: tuple[str, ...]) -> None:
    """New, merged and closed branches say so, and the root lists the rows left out."""
    assert notices == pack_of(world, branch).notices


def test_notice_of_a_merger_through_another(world_of: Any) -> None:
    """A branch that took over from one that had taken over names both, and only what has happened by then."""
    branches = (
        Branch(branch_id="n", name="Unionen", level="national"),
        Branch(branch_id="a", name="A", level="local", parent_id="n", closed_on=date(2025, 1, 1), merged_into="b"),
        Branch(branch_id="b", name="B", level="local", parent_id="n", closed_on=date(2026, 1, 1), merged_into="c"),
        Branch(branch_id="c", name="C", level="local", parent_id="n"),
        Branch(branch_id="d", name="D", level="local", parent_id="n", closed_on=date(2027, 1, 1), merged_into="c"),
        Branch(branch_id="e", name="E", level="local", parent_id="n", merged_into="c"),
    )
    union = world_of(branches, memberships=[])

    assert (
        "The figures include A, merged into this branch on 1 January 2025.",
        "The figures include B, merged into this branch on 1 January 2026.",
        "The figures include E, which was merged into this branch.",
    ) == pack_of(union, "c", "en").notices


def test_edition_may_have_no_rows_left_out(world: Any) -> None:
    """Without unknown rows the root has no such notice."""
    edition = world.edition(world.report({"tiles": ["members"]}))
    reads = tuple(replace(read, unknown_branch_rows=0) for read in edition.head.reads)

    pack = assemble_pack(replace(edition, head=replace(edition.head, reads=reads)), world.tree.root, "nb")

    assert () == pack.notices


def test_used_datasets_are_those_read(world: Any) -> None:
    """A report reads the datasets of its metrics, their operands and targets, and of its rows."""
    scope = world.scope()

    assert ("memberships",) == used_datasets(world.report({"tiles": ["churn"]}), scope)
    assert ("memberships", "targets") == used_datasets(world.report({"tiles": ["joiners"]}), scope)
    assert ("places",) == used_datasets(world.report({"rows": {"dataset": "places", "columns": ["place"]}}), scope)
