"""Marks reach the figures, and no marked figure can be worked out from those of all packs together."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from distributor.catalogue.models import AggregateMetric, DatasetSpec, RateMetric, RatioMetric
from distributor.metrics.asks import Ask
from distributor.metrics.measure import measure, open_calculator
from distributor.metrics.measures import Measures
from distributor.metrics.privacy import smallest_shown, suppress_small_cells
from distributor.metrics.windows import Window
from recipients.branches import Branch, BranchTree
from renderers.formats import Mark

PRIME = 2_147_483_647
SCHEMA = pa.schema(
    [
        ("branch_id", pa.string()),
        ("member_id", pa.int64()),
        ("age", pa.string()),
        ("kind", pa.string()),
        ("joined_on", pa.date32()),
        ("left_on", pa.date32()),
        ("amount", pa.float64()),
    ]
)
DATASET = DatasetSpec(source="s", sql="select 1", branch="branch_id")


def aggregate(measure_sql: str, **keys: Any) -> AggregateMetric:
    return AggregateMetric(label="x", dataset="rows", measure=measure_sql, **keys)


METRICS = {
    "members": aggregate("count(*)", at="joined_on <= :as_of and (left_on is null or left_on > :as_of)"),
    "persons": aggregate("count(distinct member_id)", at="joined_on <= :as_of"),
    "joiners": aggregate("count(*)", on="joined_on"),
    "leavers": aggregate("count(*)", on="left_on"),
    "paid": aggregate("sum(amount)", on="joined_on"),
    "mean": aggregate("avg(amount)", on="joined_on"),
    "open_joiners": aggregate("count(*)", on="joined_on", min_cell=0),
    "exposure": aggregate("member_months(joined_on, left_on, :from, :to)"),
    "share": RatioMetric(label="x", ratio="joiners / members"),
    "churn": RateMetric(label="x", rate="leavers / exposure"),
}


class Tables:
    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self._table = pa.Table.from_pylist(rows, schema=SCHEMA)

    def table(self, dataset: str) -> pa.Table:
        return self._table


def row(branch: str, joined: date, left: date | None = None, member: int = 0, **keys: Any) -> dict[str, Any]:
    return {
        "branch_id": branch,
        "member_id": member,
        "age": keys.get("age", "young"),
        "kind": keys.get("kind", "a"),
        "joined_on": joined,
        "left_on": left,
        "amount": 10.0,
    }


def marked(
    rows: list[dict[str, Any]], asks: list[Ask], tree: BranchTree, *, min_cell: int = 5, dataset: DatasetSpec = DATASET
) -> Measures:
    datasets = {"rows": dataset}
    calculator = open_calculator(Tables(rows), metrics=METRICS, datasets=datasets, tree=tree, on=date(2026, 5, 31))
    return suppress_small_cells(measure(asks, calculator), datasets=datasets, tree=tree, min_cell=min_cell)


def union_tree(regions: int, locals_each: int) -> BranchTree:
    branches = [Branch(branch_id="n", name="n", level="n")]
    for region in range(regions):
        branches.append(Branch(branch_id=f"r{region}", name=f"r{region}", level="r", parent_id="n"))
        branches += [
            Branch(branch_id=f"l{region}_{i}", name=f"l{region}_{i}", level="l", parent_id=f"r{region}")
            for i in range(locals_each)
        ]
    return BranchTree.build(branches)


TREE = union_tree(2, 3)
MAY = Window(from_on=date(2026, 5, 1), to_on=date(2026, 6, 1))


def months(year: int) -> list[Window]:
    starts = [date(year, month, 1) for month in range(1, 13)] + [date(year + 1, 1, 1)]
    return [Window(from_on=starts[i], to_on=starts[i + 1]) for i in range(12)]


# --- the reader who lays all packs side by side -----------------------------------------------------------


def worked_out(measures: Measures, metric: str, rows: list[dict[str, Any]], tree: BranchTree) -> list[Any]:
    """Return the marked figures that follow, by addition and subtraction, from what is shown to anyone.

    The unknowns are the persons of each branch, age, kind and stretch of time (of a stock: each day). A figure is
    a sum of some of them. A shown 0 settles all of its own.
    """
    spec = METRICS[metric]
    assert isinstance(spec, AggregateMetric)
    frames = {by: frame for (name, by), frame in measures.frames.items() if name == metric}
    windows = sorted({window for frame in frames.values() for window in frame.columns})
    edges = sorted({edge for window in windows for edge in (window.from_on, window.to_on)})
    slots: list[Any] = windows if spec.on is None else edges[:-1]
    ages, kinds = sorted({str(r["age"]) for r in rows}), sorted({str(r["kind"]) for r in rows})
    # Readers know that regions have no rows of their own.
    leaves = [position for position, stop in enumerate(tree.stops) if stop == position + 1]
    cells = [(p, a, k, s) for p in leaves for a in ages for k in kinds for s in slots]
    vectors, shown = [], []
    for by, frame in frames.items():
        values = {"age": ages, "kind": kinds}
        for window in frame.columns:
            for node in range(len(tree)):
                found = (
                    measures.breakdown(metric, window, by, node) if by else {(): measures.figure(metric, window, node)}
                )
                for key in _combinations([values[column] for column in by]):
                    figure = found.get(key)
                    wanted = dict(zip(by, key, strict=True))
                    own = range(node, tree.stops[node])
                    vector = [
                        p in own
                        and wanted.get("age", a) == a
                        and wanted.get("kind", k) == k
                        and (s == window if spec.on is None else window.from_on <= s < window.to_on)
                        for p, a, k, s in cells
                    ]
                    vectors.append(np.array(vector, dtype=np.int64))
                    shown.append((None, 0) if figure is None else ((figure.mark, by, window, node, key), figure.count))
    known_zero = np.zeros(len(cells), dtype=bool)
    for vector, (name, count) in zip(vectors, shown, strict=True):
        if name is None or (name[0] is Mark.shown and count == 0):
            known_zero |= vector.astype(bool)
    open_vectors = [vector[~known_zero] for vector in vectors]
    basis = _Basis()
    for vector, (name, _) in zip(open_vectors, shown, strict=True):
        if name is not None and name[0] is Mark.shown:
            basis.add(vector)
    return [
        name
        for vector, (name, _) in zip(open_vectors, shown, strict=True)
        if name is not None and name[0] is not Mark.shown and basis.holds(vector)
    ]


def _combinations(values: list[list[str]]) -> Iterator[tuple[str, ...]]:
    if not values:
        yield ()
        return
    for first in values[0]:
        for rest in _combinations(values[1:]):
            yield (first, *rest)


class _Basis:
    """Rows in echelon form over a large prime field."""

    def __init__(self) -> None:
        self._rows: dict[int, np.ndarray] = {}

    def _reduced(self, vector: np.ndarray) -> np.ndarray:
        vector = vector % PRIME
        for pivot, one in self._rows.items():
            if vector[pivot]:
                vector = (vector - vector[pivot] * one) % PRIME
        return vector

    def add(self, vector: np.ndarray) -> None:
        rest = self._reduced(vector)
        if rest.any():
            pivot = int(np.flatnonzero(rest)[0])
            self._rows[pivot] = rest * pow(int(rest[pivot]), PRIME - 2, PRIME) % PRIME

    def holds(self, vector: np.ndarray) -> bool:
        return not self._reduced(vector).any()


def report_like(metric: str) -> list[Ask]:
    """Ask as a pack does: tiles, this and last year's months and accumulated series, breakdowns in several windows."""
    this, last = months(2026)[:5], months(2025)
    sums = [Window(from_on=date(2026, 1, 1), to_on=one.to_on) for one in this]
    sums_last = [Window(from_on=date(2025, 1, 1), to_on=one.to_on) for one in last]
    year = Window(from_on=date(2025, 6, 1), to_on=date(2026, 6, 1))
    return [
        *(Ask(metric=metric, window=window) for window in (MAY, MAY.year_before(), year, *sums, *sums_last)),
        Ask(metric=metric, window=MAY, by=("age",)),
        Ask(metric=metric, window=year, by=("age",)),
        Ask(metric=metric, window=MAY, by=("kind",)),
        Ask(metric=metric, window=year, by=("kind", "age")),
        Ask(metric=metric, window=MAY, by=("age", "kind")),
        Ask(metric=metric, window=MAY, by=("kind", "age")),
        *(Ask(metric=metric, window=window, by=("kind",)) for window in this),
    ]


ROW = st.builds(
    row,
    st.sampled_from([f"l{region}_{i}" for region in range(2) for i in range(3)]),
    st.integers(0, 515).map(lambda days: date(2025, 1, 1) + timedelta(days=days)),
    st.one_of(st.none(), st.integers(100, 515).map(lambda days: date(2025, 1, 1) + timedelta(days=days))),
    age=st.sampled_from(["young", "old"]),
    kind=st.sampled_from(["a", "b"]),
)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(st.lists(ROW, min_size=5, max_size=160), st.sampled_from(["joiners", "paid", "members"]))
def test_no_marked_figure_can_be_worked_out(rows: list[dict[str, Any]], metric: str) -> None:
    """Totals, breakdowns by one and two columns, months and running totals give no marked figure away."""
    measures = marked(rows, report_like(metric), TREE)

    assert [] == worked_out(measures, metric, rows, TREE)


def test_reader_is_not_blind() -> None:
    """The reader of these tests does work out a figure where only that one is marked."""
    rows = [row("l0_0", date(2026, 5, 3))] * 2 + [row("l0_1", date(2026, 5, 3))] * 9
    measures = marked(rows, [Ask(metric="joiners", window=MAY)], TREE, min_cell=0)
    column = measures.frames["joiners", ()].columns[MAY]
    column.marks[TREE.position("l0_0")] = 1

    assert [(Mark.few, (), MAY, TREE.position("l0_0"), ())] == worked_out(measures, "joiners", rows, TREE)


def test_windows_that_overlap_do_not_give_a_month_away() -> None:
    """Twelve months and two running totals make up the same days: what one hides, the others must not tell."""
    this_year, whole_last = (
        Window(from_on=date(2026, 1, 1), to_on=date(2026, 6, 1)),
        Window(from_on=date(2025, 1, 1), to_on=date(2026, 1, 1)),
    )
    year, early_last = (
        Window(from_on=date(2025, 6, 1), to_on=date(2026, 6, 1)),
        Window(from_on=date(2025, 1, 1), to_on=date(2025, 6, 1)),
    )
    rows = (
        [row("l0_0", date(2026, 2, 1))] * 2 + [row("l0_0", date(2025, 8, 1))] * 7 + [row("l0_0", date(2025, 2, 1))] * 9
    )
    asks = [Ask(metric="joiners", window=one) for one in (this_year, whole_last, year, early_last)]

    measures = marked(rows, asks, union_tree(1, 1))

    assert Mark.shown is not measures.figure("joiners", this_year, 2).mark
    assert [] == worked_out(measures, "joiners", rows, union_tree(1, 1))


def test_breakdowns_of_different_windows_and_keys() -> None:
    """A breakdown by two columns may have windows and keys that the one by its first column lacks."""
    rows = [row("l0_0", date(2026, 5, 3), age="young")] * 6 + [row("l0_0", date(2026, 3, 3), age="old")] * 2
    march = Window(from_on=date(2026, 3, 1), to_on=date(2026, 4, 1))
    asks = [
        Ask(metric="joiners", window=MAY, by=("age",)),
        Ask(metric="joiners", window=MAY, by=("age", "kind")),
        Ask(metric="joiners", window=march, by=("age", "kind")),
    ]

    measures = marked(rows, asks, TREE)

    node = TREE.position("l0_0")
    assert {("old", "a"): Mark.few} == {
        key: figure.mark for key, figure in measures.breakdown("joiners", march, ("age", "kind"), node).items()
    }


# --- marks and figures ------------------------------------------------------------------------------------


def joined(branch: str, number: int, **keys: Any) -> list[dict[str, Any]]:
    return [row(branch, date(2026, 5, 3), member=hash((branch, i)) % 10_000, **keys) for i in range(number)]


SMALL = [*joined("l0_0", 2), *joined("l0_1", 20), *joined("l0_2", 30), *joined("l1_0", 40)]


def test_small_count_is_few_and_one_beside_it_hidden() -> None:
    """A count of 2 is "few"; a brother is hidden, since the region's figure would tell the difference."""
    measures = marked(SMALL, [Ask(metric="joiners", window=MAY)], TREE)
    marks = {branch.branch_id: measures.figure("joiners", MAY, i).mark for i, branch in enumerate(TREE.branches)}

    assert Mark.few is marks["l0_0"]
    assert [Mark.hidden] == [marks[one] for one in ("l0_1", "l0_2") if marks[one] is not Mark.shown]
    assert {Mark.shown} == {marks[one] for one in ("n", "r0", "r1", "l1_0", "l1_1")}


def test_quotient_with_a_marked_side_is_withheld() -> None:
    """A ratio is hidden where its top or its base is marked, and shown where both are."""
    asks = [Ask(metric="share", window=MAY), Ask(metric="churn", window=MAY)]
    measures = marked(SMALL, asks, TREE)

    assert Mark.hidden is measures.figure("share", MAY, TREE.position("l0_0")).mark
    assert Mark.shown is measures.figure("share", MAY, TREE.position("l1_0")).mark
    assert Mark.hidden is measures.figure("churn", MAY, TREE.position("l0_0")).mark
    assert 0.0 == measures.figure("churn", MAY, TREE.position("l1_0")).value


def test_exposure_of_one_member_is_marked_however_many_left_before() -> None:
    """The persons of an exposure are those of the window, not those who were members once."""
    gone = [row("l1_0", date(2025, 1, 1), date(2025, 6, 1))] * 50
    rows = [*gone, row("l1_0", date(2025, 1, 1)), *joined("l1_1", 9), *joined("l0_0", 9)]

    figure = marked(rows, [Ask(metric="exposure", window=MAY)], TREE).figure("exposure", MAY, TREE.position("l1_0"))

    assert (1, Mark.few) == (figure.count, figure.mark)


@pytest.mark.parametrize("where", ["catalogue", "dataset", "metric"])
def test_min_cell_zero_shows_all(where: str) -> None:
    """With min_cell 0 of the catalogue, the dataset or the metric every figure is shown."""
    dataset = DATASET.model_copy(update={"min_cell": 0}) if where == "dataset" else DATASET
    metric = "open_joiners" if where == "metric" else "joiners"

    measures = marked(
        SMALL, [Ask(metric=metric, window=MAY)], TREE, min_cell=0 if where == "catalogue" else 5, dataset=dataset
    )

    assert {Mark.shown} == {measures.figure(metric, MAY, node).mark for node in range(len(TREE))}


def test_smallest_shown_goes_from_the_metric_outwards() -> None:
    """The metric's own limit goes before the dataset's, and that before the catalogue's."""
    strict = {"rows": DATASET.model_copy(update={"min_cell": 10})}

    assert 0 == smallest_shown(METRICS["open_joiners"], strict, 5)
    assert 10 == smallest_shown(METRICS["joiners"], strict, 5)
    assert 5 == smallest_shown(METRICS["joiners"], {"rows": DATASET}, 5)


def test_persons_counted_once_are_protected_where_they_add_up() -> None:
    """Distinct members who are each in one branch add up, so that a small branch needs a hidden brother."""
    rows = [
        row(branch, date(2026, 5, 3), member=1000 * place + i)
        for place, (branch, number) in enumerate([("l0_0", 2), ("l0_1", 20), ("l0_2", 30), ("l1_0", 40)])
        for i in range(number)
    ]

    measures = marked(rows, [Ask(metric="persons", window=MAY)], TREE)

    marks = [measures.figure("persons", MAY, TREE.position(one)).mark for one in ("l0_0", "l0_1", "l0_2")]
    assert (Mark.few, 1) == (marks[0], marks[1:].count(Mark.hidden))


def test_persons_in_several_branches_do_not_stop_the_run() -> None:
    """Distinct members who are in two branches add up to less than the parts; small figures are marked all the same."""
    rows = [row(one, date(2026, 5, 3), member=i) for one, last in (("l0_0", 2), ("l0_1", 9)) for i in range(last)]
    asks = [Ask(metric="persons", window=MAY), Ask(metric="persons", window=MAY, by=("age",))]

    measures = marked(rows, asks, TREE)

    assert Mark.few is measures.figure("persons", MAY, TREE.position("l0_0")).mark
    assert Mark.shown is measures.figure("persons", MAY, TREE.position("r0")).mark


def test_mean_of_few_is_marked() -> None:
    """A mean over two persons is not shown; means add up nowhere, so nothing else is hidden with it."""
    measures = marked(SMALL, [Ask(metric="mean", window=MAY)], TREE)

    marks = {branch.branch_id: measures.figure("mean", MAY, i).mark for i, branch in enumerate(TREE.branches)}
    assert ["l0_0"] == [one for one, mark in marks.items() if mark is not Mark.shown]


def test_stock_on_other_days_is_no_sum() -> None:
    """Stocks of days that follow each other do not add up, and are not taken for a contradiction."""
    rows = [*joined("l0_0", 9), *joined("l0_1", 3)]
    days = [Window(from_on=date(2026, 5, day), to_on=date(2026, 5, day + 1)) for day in range(1, 8)]
    week = Window(from_on=date(2026, 5, 1), to_on=date(2026, 5, 8))

    measures = marked(rows, [Ask(metric="members", window=one) for one in (*days, week)], TREE)

    assert Mark.few is measures.figure("members", week, TREE.position("l0_1")).mark


def test_saved_figures_hold_only_what_was_asked() -> None:
    """The stretches of time between the windows serve the marks and are dropped with them."""
    measures = marked(SMALL, report_like("joiners"), TREE)

    assert {0} == {len(frame.between) for frame in measures.frames.values()}


def test_a_union_of_252_branches_is_marked() -> None:
    """Over 252 branches with some 40 columns of a metric, some figures are shown, some few, some withheld."""
    tree = union_tree(11, 22)
    random = np.random.default_rng(7)
    leaves = [branch.branch_id for branch in tree.branches if branch.level == "l"]
    weight = random.dirichlet(np.full(len(leaves), 0.7))
    rows = [
        row(
            str(branch),
            date(2025, 1, 1) + timedelta(days=int(day)),
            age=f"a{age}",
            kind=f"k{kind}",
        )
        for branch, day, age, kind in zip(
            random.choice(leaves, 6000, p=weight),
            random.integers(0, 516, 6000),
            random.integers(0, 5, 6000),
            random.integers(0, 3, 6000),
            strict=True,
        )
    ]
    asks = report_like("joiners")

    measures = marked(rows, asks, tree)

    assert {Mark.shown, Mark.few, Mark.hidden} == {
        measures.figure("joiners", MAY, node).mark for node in range(len(tree))
    }
