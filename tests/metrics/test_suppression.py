"""No suppressed cell can be worked out from the shown ones, and few more are hidden than must be."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from distributor.metrics.suppression import CellError, Link, LinkError, UnprotectedError, suppress


def _load_oracle() -> ModuleType:
    """Load suppression_oracle.py by its path: the tests are no package."""
    name = "suppression_oracle"
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


oracle = _load_oracle()
SHOWN, FEW, HIDDEN = 0, 1, 2
TREE = np.array([-1, 0, 1, 1, 1, 0, 5, 5], dtype=np.int32)  # two regions, of three and of two branches
LEAVES = [2, 3, 4, 6, 7]


def rolled_up(parent: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Add every node's own counts to all nodes above it."""
    counts = counts.copy()
    for node in range(len(parent) - 1, 0, -1):
        counts[parent[node]] += counts[node]
    return counts


def case_of(leaf_counts: list[list[int]], links: tuple[Link, ...] = (), **options: object) -> object:
    """A case on TREE with one row of columns for each of its five branches."""
    counts = np.zeros((len(TREE), len(leaf_counts[0])), dtype=np.int64)
    counts[LEAVES] = leaf_counts
    counts = rolled_up(TREE, counts)
    settings_of_case = {"present": np.ones(counts.shape, dtype=bool), "min_cell": 5} | options
    return oracle.Case(parent=TREE, counts=counts, links=links, **settings_of_case)


@st.composite
def trees(draw: st.DrawFn) -> np.ndarray:
    """Two or three levels below the root at most, one to four children, in pre-order; some regions have no branch."""
    parent = [-1]

    def grow(node: int, levels: int) -> None:
        for _ in range(draw(st.integers(1, 4)) if draw(st.integers(0, 6)) else 0):
            if len(parent) < 16:
                parent.append(node)
                if levels > 1:
                    grow(len(parent) - 1, levels - 1)

    grow(0, draw(st.integers(1, 3)))
    return np.array(parent, dtype=np.int32)


@st.composite
def cases(draw: st.DrawFn) -> object:
    """A total with up to two breakdowns, and perhaps an accumulated series of which the total is one month."""
    parent = draw(trees())
    widths = draw(st.lists(st.integers(2, 4), max_size=2))
    months = draw(st.sampled_from([0, 0, 2, 3]))
    starts = np.cumsum([1, *widths])
    breakdowns = [tuple(range(start, start + width)) for start, width in zip(starts, widths, strict=False)]
    month = [0, *range(starts[-1], starts[-1] + months - 1)] if months else []
    series = list(range(starts[-1] + max(months - 1, 0), starts[-1] + max(2 * months - 1, 0)))
    links = [Link(total=0, parts=parts) for parts in breakdowns]
    links += [Link(total=at, parts=(*series[i - 1 : i], month[i])) for i, at in enumerate(series)]

    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    mean = draw(st.sampled_from([0.5, 1.0, 3.0, 8.0]))
    counts = np.zeros((len(parent), starts[-1] + max(2 * months - 1, 0)), dtype=np.int64)
    for node in range(len(parent)):
        if (parent == node).any() and not (node == 1 and draw(st.booleans())):  # a region may have rows of its own
            continue
        counts[node, 0] = rng.poisson(mean)
        for parts in breakdowns:
            counts[node, list(parts)] = rng.multinomial(counts[node, 0], np.full(len(parts), 1 / len(parts)))
        counts[node, month[1:]] = rng.poisson(mean, len(month[1:]))
        counts[node, series] = np.cumsum(counts[node, month])
    counts = rolled_up(parent, counts)
    return oracle.Case(
        parent=parent,
        counts=counts,
        present=(counts > 0) | (rng.random(counts.shape) < draw(st.sampled_from([0.0, 0.5, 1.0]))),
        links=tuple(links),
        min_cell=draw(st.sampled_from([2, 3, 5, 5, 10])),
        unpublished=frozenset(month[1:]) if draw(st.booleans()) else frozenset(),
    )


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cases())
def test_suppress_when_readers_pool_all_packs(case: object) -> None:
    """No few and no hidden cell has one possible value only, and every small cell is marked."""
    marks = case.suppressed()

    small = (case.counts > 0) & (case.counts < case.min_cell)
    small[:, list(case.unpublished)] = False
    assert (marks[small] != SHOWN).all()
    assert set() == oracle.determined_by_algebra(case, marks)
    assert set() == oracle.determined_by_bounds(case, marks)


@settings(max_examples=50, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_suppress_when_cells_come_in_another_order(case: object, random: object) -> None:
    """The order of the cells changes nothing."""
    node, column, count = case.cells()
    order = list(range(len(node)))
    random.shuffle(order)
    told = {"parent": case.parent, "links": case.links, "min_cell": case.min_cell}
    marks = suppress(node=node, column=column, count=count, **told)

    shuffled = suppress(node=node[order], column=column[order], count=count[order], **told)

    assert marks[order].tolist() == shuffled.tolist()


@settings(max_examples=50, deadline=None)
@given(cases())
def test_suppress_when_no_published_cell_is_small(case: object) -> None:
    """An organisation without small cells shows everything."""
    enlarged = oracle.Case(
        parent=case.parent, counts=case.counts * 10, present=case.present, links=case.links, min_cell=case.min_cell
    )

    assert not enlarged.suppressed().any()


@pytest.mark.parametrize("min_cell", [0, 1])
def test_suppress_when_min_cell_shows_all(min_cell: int) -> None:
    """A smallest cell of 0 or 1 marks nothing."""
    assert not case_of([[1], [2], [3], [0], [9]], min_cell=min_cell).suppressed().any()


def test_suppress_when_one_branch_is_small() -> None:
    """One small branch takes its smallest brother with it; the region and the organisation stay visible."""
    marks = case_of([[3], [40], [12], [30], [50]]).suppressed()

    assert [SHOWN, SHOWN, FEW, SHOWN, HIDDEN, SHOWN, SHOWN, SHOWN] == marks[:, 0].tolist()


def test_suppress_when_few_cells_add_up_to_their_number() -> None:
    """Five "<5" with a known sum of 5 are all 1, so one is withheld, which may be 0 to a reader."""
    parent = np.array([-1, 0, 0, 0, 0, 0], dtype=np.int32)
    counts = np.array([[5], [1], [1], [1], [1], [1]])
    case = oracle.Case(parent=parent, counts=counts, present=counts > 0, links=(), min_cell=5)

    marks = case.suppressed()

    assert [SHOWN, FEW, FEW, FEW, FEW, HIDDEN] == sorted(marks[:, 0].tolist())
    assert 5 == len(oracle.determined_by_bounds(case, (counts == 1).astype(np.uint8)))


def test_suppress_when_one_category_is_small() -> None:
    """One small category costs a rectangle of four cells and leaves every total visible."""
    link = Link(total=0, parts=(1, 2, 3))
    marks = case_of([[33, 3, 10, 20], [60, 10, 20, 30], [60, 9, 20, 31], [60, 20, 20, 20], [60, 20, 20, 20]], (link,))

    assert 4 == np.count_nonzero(marks.suppressed())
    assert not marks.suppressed()[[0, 1, 5]].any()
    assert not marks.suppressed()[:, 0].any()


def test_suppress_when_the_organisation_is_one_branch() -> None:
    """Where a chain has no brothers, the cell is hidden up to the root: there is no other way."""
    parent = np.array([-1, 0, 1], dtype=np.int32)
    node = np.arange(3, dtype=np.int32)
    column, count = np.zeros(3, dtype=np.int32), np.full(3, 3, dtype=np.int64)

    marks = suppress(parent=parent, node=node, column=column, count=count, links=(), min_cell=5)

    assert [FEW, FEW, FEW] == marks.tolist()


def test_suppress_when_min_cell_is_two() -> None:
    """ "<2" says 1, so a count of 1 is withheld instead."""
    marks = case_of([[1], [5], [5], [5], [5]], min_cell=2).suppressed()

    assert HIDDEN == marks[2, 0]


def test_suppress_when_a_series_would_show_its_month() -> None:
    """A hidden month takes an accumulated point beside it along, in the same branch."""
    links = (Link(total=2, parts=(1, 0)),)
    marks = case_of([[2, 30, 32], [20, 30, 50], [20, 30, 50], [20, 30, 50], [20, 30, 50]], links).suppressed()

    assert FEW == marks[2, 0]
    assert 1 == np.count_nonzero(marks[2, 1:])


def test_suppress_when_links_contradict_cells() -> None:
    """A part without its total cannot be protected, and the error says where and what to check."""
    with pytest.raises(UnprotectedError, match=r"count 2 of node [0-9]+ in column 1 .* Check that every total"):
        case_of([[0, 2], [0, 9], [0, 9], [0, 9], [0, 9]], (Link(total=0, parts=(1,)),), present=_only(1)).suppressed()


def _only(column: int) -> np.ndarray:
    present = np.zeros((len(TREE), 2), dtype=bool)
    present[:, column] = True
    return present


@pytest.mark.parametrize(
    ("parent", "node", "count", "message"),
    [
        ([-1, 0], [0, 2], [1, 1], "node is not in the tree"),
        ([-1, 0], [0, 1], [1, -1], "count is negative"),
        ([-1, 0], [1, 1], [1, 1], "given twice: got node 1, column 0"),
        ([1, -1], [0, 1], [1, 1], "parent does not come before its child"),
    ],
)
def test_suppress_when_cells_are_wrong(parent: list[int], node: list[int], count: list[int], message: str) -> None:
    """Cells or trees that cannot be are errors that say which."""
    with pytest.raises(CellError, match=message):
        suppress(
            parent=np.array(parent, dtype=np.int32),
            node=np.array(node, dtype=np.int32),
            column=np.zeros(2, dtype=np.int32),
            count=np.array(count, dtype=np.int64),
            links=(),
            min_cell=5,
        )


def test_link_when_a_column_is_named_twice() -> None:
    """A link names each column once."""
    with pytest.raises(LinkError, match="names a column twice"):
        Link(total=1, parts=(1, 2))


def union_of(leaves: int, regions: int, *, groups: int, months: int) -> dict[str, object]:
    """Arguments of `suppress` for a union with lognormal branches (median 120 members) and 2 % joiners a month."""
    rng = np.random.default_rng(7)
    sizes = [1 + len(part) for part in np.array_split(np.arange(leaves), regions)]
    firsts = 1 + np.cumsum([0, *sizes[:-1]])
    parent = np.concatenate([[-1], *(np.r_[0, np.full(size - 1, at)] for at, size in zip(firsts, sizes, strict=True))])
    expected = 0.02 * np.exp(rng.normal(np.log(120), 1.0, len(parent)))
    expected[np.unique(parent[1:])] = 0
    bands = [rng.poisson(expected[:, None] * rng.dirichlet(np.full(6, 6.0))) for _ in range(groups)]
    blocks = [np.column_stack([band.sum(axis=1), band]) for band in bands]
    blocks.append(np.cumsum(rng.poisson(expected[:, None], (len(parent), months)), axis=1))
    counts = rolled_up(parent, np.hstack(blocks))
    node, column = np.nonzero(counts >= 0)
    links = [Link(total=7 * group, parts=tuple(range(7 * group + 1, 7 * group + 7))) for group in range(groups)]
    arrays = {"parent": parent, "node": node, "column": column}
    return {name: array.astype(np.int32) for name, array in arrays.items()} | {
        "count": counts[node, column],
        "links": links,
        "min_cell": 5,
    }


def test_suppress_when_the_organisation_is_real() -> None:
    """In a union of 240 branches fewer than 3 in 100 large cells are hidden, and none of the whole organisation."""
    told = union_of(240, 11, groups=2, months=12)

    marks = suppress(**told)

    large = told["count"] >= 5
    assert np.count_nonzero(marks[large]) < 0.03 * np.count_nonzero(large)
    assert not marks[told["node"] == 0].any()


def test_suppress_when_there_are_ten_thousand_branches() -> None:
    """Of 600,000 cells, every small one is marked, and fewer than 3 in 100 large ones."""
    told = union_of(10_000, 100, groups=6, months=18)

    marks = suppress(**told)

    count = told["count"]
    assert marks[(count > 0) & (count < told["min_cell"])].all()
    assert np.count_nonzero(marks[count >= 5]) < 0.03 * np.count_nonzero(count >= 5)
