"""Breakdowns of many values: nothing withheld can be worked out, and little more is withheld than must be."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from distributor.metrics.suppression import Link
from distributor.metrics.wide_breakdowns import WideBreakdown

_SPEC = importlib.util.spec_from_file_location("suppression_oracle", Path(__file__).parent / "suppression_oracle.py")
assert _SPEC is not None
assert _SPEC.loader is not None
oracle = importlib.util.module_from_spec(_SPEC)
sys.modules.setdefault("suppression_oracle", oracle)
_SPEC.loader.exec_module(oracle)

MIN_CELL = 5


@st.composite
def organisations(draw: st.DrawFn) -> "oracle.Case":
    """Draw 1–3 regions of 1–3 branches, each with workplaces of its own and members without a workplace."""
    parent = [-1]
    leaves = []
    for _ in range(draw(st.integers(1, 3))):
        region = len(parent)
        parent.append(0)
        for _ in range(draw(st.integers(1, 3))):
            leaves.append(len(parent))
            parent.append(region)
    sizes = st.sampled_from([0, 1, 1, 2, 3, 4, 6, 9, 30])
    own = [(leaf, draw(sizes)) for leaf in leaves for _ in range(draw(st.integers(0, 3)))]
    counts = np.zeros((len(parent), len(own) + 2), dtype=np.int64)
    for column, (leaf, size) in enumerate(own, start=2):
        counts[leaf, column] = size
    for leaf in leaves:
        counts[leaf, 1] = draw(sizes)  # column 1: no workplace, in any branch
    counts[:, 0] = counts[:, 1:].sum(axis=1)
    for node in reversed(range(1, len(parent))):
        counts[parent[node]] += counts[node]
    links = (Link(total=0, parts=tuple(range(1, counts.shape[1]))),)
    present = counts > 0
    present[:, 0] = True
    return oracle.Case(parent=np.array(parent), counts=counts, present=present, links=links, min_cell=MIN_CELL)


def protected(case: "oracle.Case") -> np.ndarray:
    """Marks of all cells, the totals in column 0."""
    node, code = np.nonzero(case.present[:, 1:])
    breakdown = WideBreakdown(
        parent=case.parent.astype(np.int32),
        node=node.astype(np.int32),
        code=code,
        count=case.counts[node, code + 1],
        totals=case.counts[:, 0],
    )
    marks = np.zeros(case.counts.shape, dtype=np.uint8)
    found, totals = breakdown.protect(total_marks=np.zeros(len(case.parent), np.uint8), min_cell=MIN_CELL)
    marks[node, code + 1] = found
    marks[:, 0] = totals
    return marks


@settings(max_examples=150, deadline=None)
@given(organisations())
def test_wide_breakdown_gives_nothing_away(case: "oracle.Case") -> None:
    """No withheld figure follows from those shown, neither by sums nor by bounds, and every small one is withheld."""
    marks = protected(case)

    small = (case.counts > 0) & (case.counts < MIN_CELL)
    assert (marks[small] > 0).all()
    assert oracle.determined_by_algebra(case, marks) == set()
    assert oracle.determined_by_bounds(case, marks) == set()


@settings(max_examples=50, deadline=None)
@given(organisations())
def test_wide_breakdown_marks_one_figure_alike_at_all_levels(case: "oracle.Case") -> None:
    """A workplace of one branch prints the same in the branch, in its region and in the organisation."""
    marks = protected(case)

    for column in range(2, case.counts.shape[1]):
        rows = np.flatnonzero(case.present[:, column])
        assert len(set(marks[rows, column].tolist())) <= 1


def test_wide_breakdown_withholds_members_without_workplace_rather_than_a_total() -> None:
    """With one small workplace in a branch, its members without a workplace are withheld, and the total is shown."""
    parent = np.array([-1, 0, 0], dtype=np.int32)
    node = np.array([0, 1, 0, 1, 0, 2, 2])
    code = np.array([0, 0, 1, 1, 2, 2, 0])  # 0: no workplace; 1: a small one of branch 1; 2: a large one of branch 2
    count = np.array([50, 20, 3, 3, 40, 40, 30])
    breakdown = WideBreakdown(
        parent=parent, node=node.astype(np.int32), code=code, count=count, totals=np.array([93, 23, 70])
    )

    marks, totals = breakdown.protect(total_marks=np.zeros(3, np.uint8), min_cell=MIN_CELL)

    assert [0, 0, 0] == totals.tolist()
    assert 1 == marks[3]
    assert 2 == marks[1]
