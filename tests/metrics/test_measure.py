"""Every figure equals what a plain computation over the branch's rows gives."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from distributor.catalogue.models import AggregateMetric, DatasetSpec, MetricSpec, RateMetric, RatioMetric
from distributor.metrics.asks import Ask
from distributor.metrics.errors import MetricError, RollUpError
from distributor.metrics.measure import Calculator, measure, open_calculator
from distributor.metrics.windows import Window
from recipients.branches import Branch, BranchTree

START = date(2024, 1, 1)
JUNE = Window(from_on=date(2024, 6, 1), to_on=date(2024, 7, 1))
SCHEMA = pa.schema(
    [
        ("branch_id", pa.string()),
        ("member_id", pa.int64()),
        ("age", pa.string()),
        ("kind", pa.string()),
        ("joined_on", pa.date32()),
        ("left_on", pa.date32()),
        ("amount", pa.decimal128(10, 2)),
        ("hours", pa.float64()),
    ]
)
DATASETS = {"rows": DatasetSpec(source="s", sql="select 1", branch="branch_id")}


def _sum_of_known(values: Iterable[Any]) -> float | None:
    """Add up what is known; rows that all lack a value have no sum, no rows have the sum 0."""
    everything = list(values)
    known = [value for value in everything if value is not None]
    return None if everything and not known else float(sum(known))


def aggregate(measure_sql: str, **keys: str) -> AggregateMetric:
    return AggregateMetric(label="x", dataset="rows", measure=measure_sql, **keys)


METRICS = {
    "members": aggregate("count(*)", at="joined_on <= :as_of and (left_on is null or left_on > :as_of)"),
    "persons": aggregate("count(distinct member_id)", at="joined_on <= :as_of"),
    "joiners": aggregate("count(*)", on="joined_on", where="kind <> 'x'"),
    "joined_persons": aggregate("count(distinct member_id)", on="joined_on"),
    "quick_leavers": aggregate("count(*)", on="left_on", where="joined_on >= :from"),
    "leavers": aggregate("count(*)", on="left_on"),
    "paid": aggregate("sum(amount)", on="joined_on"),
    "hours": aggregate("sum(hours)", on="joined_on"),
    "mean": aggregate("avg(amount)", on="joined_on"),
    "largest": aggregate("max(amount)", on="joined_on"),
    "mixed": aggregate("sum(amount) - 2 * count(*) filter (where kind = 'x')", on="joined_on"),
    "exposure": aggregate("member_months(joined_on, left_on, :from, :to)"),
    "known_exposure": aggregate("member_months(coalesce(joined_on, left_on), left_on, :from, :to)", where="kind = 'a'"),
    "share": RatioMetric(label="x", ratio="joiners / members"),
    "price": RatioMetric(label="x", ratio="paid / hours"),
    "churn": RateMetric(label="x", rate="leavers / exposure"),
}


class Tables:
    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def table(self, dataset: str) -> pa.Table:
        assert dataset == "rows"
        return self._table


def table_of(rows: Iterable[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=SCHEMA)


def open_over(rows: Iterable[dict[str, Any]], tree: BranchTree, metrics: dict[str, Any] | None = None) -> Calculator:
    return open_calculator(
        Tables(table_of(rows)), metrics=metrics or METRICS, datasets=DATASETS, tree=tree, on=date(2024, 6, 30)
    )


def tree_of(parents: dict[str, str | None], **merged: str) -> BranchTree:
    return BranchTree.build(
        Branch(branch_id=one, name=one, level="x", parent_id=above, merged_into=merged.get(one))
        for one, above in parents.items()
    )


METRIC_PAIR = ("alone", "slotted")
TREE = tree_of({"n": None, "r1": "n", "r2": "n", "a": "r1", "b": "r1", "c": "r2"})


def row(branch: str, joined: str | None = "2024-06-10", left: str | None = None, **keys: Any) -> dict[str, Any]:
    return {
        "branch_id": branch,
        "member_id": keys.get("member_id", 1),
        "age": keys.get("age", "young"),
        "kind": keys.get("kind", "a"),
        "joined_on": date.fromisoformat(joined) if joined else None,
        "left_on": date.fromisoformat(left) if left else None,
        "amount": keys.get("amount", Decimal("1.00")),
        "hours": keys.get("hours", 1.0),
    }


# --- the plain computation --------------------------------------------------------------------------------


def pick(rows: pd.DataFrame, mask: list[bool]) -> pd.DataFrame:
    return rows[np.array(mask, dtype=bool)]


def plain(metric: str, rows: pd.DataFrame, window: Window) -> float | None:
    """Compute *metric* over the rows of one branch's subtree, as anyone would in pandas."""
    first, end, last = window.from_on, window.to_on, window.last_on
    joined = pick(rows, [day is not None and first <= day < end for day in rows["joined_on"]])
    left = pick(rows, [day is not None and first <= day < end for day in rows["left_on"]])
    match metric:
        case "members":
            runs = zip(rows["joined_on"], rows["left_on"], strict=True)
            return sum(j is not None and j <= last and (le is None or le > last) for j, le in runs)
        case "persons":
            held = pick(rows, [day is not None and day <= last for day in rows["joined_on"]])
            return held["member_id"].nunique()
        case "joiners":
            return sum(kind is not None and kind != "x" for kind in joined["kind"])
        case "joined_persons":
            return joined["member_id"].nunique()
        case "quick_leavers":
            return sum(day is not None and day >= first for day in left["joined_on"])
        case "leavers":
            return len(left)
        case "paid":
            return _sum_of_known(joined["amount"])
        case "hours":
            return _sum_of_known(joined["hours"])
        case "mean":
            amounts = [amount for amount in joined["amount"] if amount is not None]
            return float(sum(amounts) / len(amounts)) if amounts else None
        case "largest":
            return max((float(amount) for amount in joined["amount"] if amount is not None), default=None)
        case "mixed":
            amounts = [amount for amount in joined["amount"] if amount is not None]
            return float(sum(amounts) - 2 * sum(kind == "x" for kind in joined["kind"])) if amounts else None
        case "exposure" | "known_exposure":
            return _months(rows, window, is_known=metric == "known_exposure")
        case "share":
            return _over(plain("joiners", rows, window), plain("members", rows, window))
        case "price":
            return _over(plain("paid", rows, window), plain("hours", rows, window))
        case "churn":
            return _over(12 * (plain("leavers", rows, window) or 0), plain("exposure", rows, window))
    raise AssertionError(metric)


def _months(rows: pd.DataFrame, window: Window, *, is_known: bool) -> float:
    days = 0
    for joined, left, kind in zip(rows["joined_on"], rows["left_on"], rows["kind"], strict=True):
        start = (joined or left) if is_known else joined
        if start is not None and (kind == "a" or not is_known):
            days += max(0, (min(left or window.to_on, window.to_on) - max(start, window.from_on)).days)
    return days / 30.4375


def _over(top: float | None, bottom: float | None) -> float | None:
    return top / bottom if bottom and top is not None else None


@st.composite
def trees(draw: st.DrawFn) -> BranchTree:
    parents: dict[str, str | None] = {"b0": None}
    for number in range(1, draw(st.integers(1, 7))):
        parents[f"b{number}"] = f"b{draw(st.integers(0, number - 1))}"
    return tree_of(parents)


DAY = st.one_of(st.none(), st.integers(0, 400).map(lambda days: START + timedelta(days=days)))
WINDOW = st.tuples(st.integers(0, 380), st.integers(1, 200)).map(
    lambda pair: Window(
        from_on=START + timedelta(days=pair[0]), to_on=START + timedelta(days=pair[0]) + timedelta(days=pair[1])
    )
)
# Floats are quarters, so that both ways of adding up are exact.
ROW = st.fixed_dictionaries(
    {
        "branch_id": st.integers(0, 6).map(lambda number: f"b{number}"),
        "member_id": st.integers(1, 5),
        "age": st.sampled_from(["young", "old", None]),
        "kind": st.sampled_from(["a", "b", "x", None]),
        "joined_on": DAY,
        "left_on": DAY,
        "amount": st.one_of(st.none(), st.decimals("-50", "50", places=2)),
        "hours": st.one_of(st.none(), st.integers(-8, 8).map(lambda quarters: quarters / 4)),
    }
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
)
@given(
    trees(),
    st.lists(ROW, max_size=25),
    st.lists(WINDOW, min_size=1, max_size=4, unique=True),
    st.lists(st.sampled_from(sorted(METRICS)), min_size=1, max_size=4, unique=True),
)
def test_every_figure_equals_the_plain_computation(
    tree: BranchTree, rows: list[dict[str, Any]], windows: list[Window], metrics: list[str]
) -> None:
    """Totals and breakdowns by one and two columns, in several windows, are those of the subtree's own rows."""
    bys: tuple[tuple[str, ...], ...] = ((), ("age",), ("age", "kind"))
    known = [one for one in rows if one["branch_id"] in tree]
    frame = pd.DataFrame(known, columns=SCHEMA.names, dtype=object)
    asks = [Ask(metric=metric, window=window, by=by) for metric in metrics for window in windows for by in bys]

    measures = measure(asks, open_over(rows, tree))

    for ask in asks:
        for node, branch in enumerate(tree.branches):
            below = {tree.branches[position].branch_id for position in tree.subtree(branch.branch_id)}
            own = pick(frame, [branch_id in below for branch_id in frame["branch_id"]])
            _check(ask, own, node, measures)


def _check(ask: Ask, own: pd.DataFrame, node: int, measures: Any) -> None:
    total = measures.figure(ask.metric, ask.window, node).value
    assert _close(plain(ask.metric, own, ask.window), total), ask
    if not ask.by:
        return
    found = measures.breakdown(ask.metric, ask.window, ask.by, node)
    keys = {tuple(key) for key in own[list(ask.by)].itertuples(index=False)}
    assert set(found) <= keys
    for key in keys:
        mine = pick(own, [tuple(values) == key for values in own[list(ask.by)].itertuples(index=False)])
        expected = plain(ask.metric, mine, ask.window)
        assert _close(expected, found[key].value) if key in found else not expected, (ask, key)


def _close(expected: float | None, got: float | None) -> bool:
    if expected is None or got is None:
        return expected is None and got is None
    return abs(expected - got) < 1e-9


# --- single facts -----------------------------------------------------------------------------------------


def figures(metric: str, rows: list[dict[str, Any]], window: Window = JUNE, tree: BranchTree = TREE) -> dict[str, Any]:
    measures = measure([Ask(metric=metric, window=window)], open_over(rows, tree))
    return {branch.branch_id: measures.figure(metric, window, i).value for i, branch in enumerate(tree.branches)}


def test_empty_branch_counts_zero_and_has_no_ratio() -> None:
    """A branch without rows counts 0; its ratios have no value."""
    rows = [row("a")]

    assert {"n": 1.0, "r1": 1.0, "r2": 0.0, "a": 1.0, "b": 0.0, "c": 0.0} == figures("members", rows)
    assert {"n": 1.0, "r1": 1.0, "r2": None, "a": 1.0, "b": None, "c": None} == figures("share", rows)
    assert {"n": 0.0, "r1": 0.0, "r2": None, "a": 0.0, "b": None, "c": None} == figures("churn", rows)


def test_no_rows_at_all() -> None:
    """An empty dataset gives 0 for counts and sums and no value for quotients and means."""
    assert {0.0} == set(figures("paid", []).values())
    assert {None} == set(figures("mean", []).values())
    assert {None} == set(figures("churn", []).values())


def test_zero_base_of_floats_leaves_no_remainder() -> None:
    """Sums of floats outside a window do not leave a tiny base behind for a ratio to blow up on."""
    rows = [row("a", "2024-01-10", hours=0.1), row("a", "2024-02-10", hours=0.2), row("a", "2024-06-10", hours=0.0)]
    early = Window(from_on=date(2024, 1, 1), to_on=date(2024, 3, 1))

    measures = measure(
        [Ask(metric="price", window=window) for window in (early, JUNE)],
        open_over(rows, TREE),
    )

    assert measures.figure("price", JUNE, 0).value is None


def test_decimals_add_up_exactly() -> None:
    """Ten times 0.10 is 1, not 0.9999999999999999."""
    assert 1.0 == figures("paid", [row("a", amount=Decimal("0.10"))] * 10)["r1"]


def test_sums_beyond_64_bits_are_still_figures() -> None:
    """A sum with so many digits that its cents do not fit into 64 bits is computed as a float."""
    metrics = {"wide": aggregate("sum(cast(amount as decimal(38, 16)))", on="joined_on")}
    rows = [row("a", amount=Decimal("99999999.99"))] * 3
    calculator = open_over(rows, TREE, metrics)

    found = measure([Ask(metric="wide", window=JUNE)], calculator).figure("wide", JUNE, 0).value

    assert found == pytest.approx(299999999.97)


def test_exposure_counts_rows_that_were_there() -> None:
    """The rows behind an exposure are those with a day in the window, not all that ever were."""
    rows = [row("a", "2023-01-01", "2023-02-01"), row("a", "2024-06-30"), row("a", None), row("a", "2024-07-01")]

    measures = measure([Ask(metric="exposure", window=JUNE)], open_over(rows, TREE))

    assert 1 == measures.figure("exposure", JUNE, TREE.position("a")).count


def test_merged_branch_counts_in_its_survivor_also_before() -> None:
    """A branch merged by the report's day counts in the branch that took over, in every window."""
    tree = tree_of({"n": None, "r1": "n", "r2": "n", "a": "r1", "b": "r1", "c": "r2"}, a="c")
    early = Window(from_on=date(2023, 6, 1), to_on=date(2023, 7, 1))
    rows = [row("a", "2023-06-10"), row("b", "2023-06-10")]

    assert {"n": 2.0, "r1": 1.0, "r2": 1.0, "a": 0.0, "b": 1.0, "c": 1.0} == figures("joiners", rows, early, tree)


def test_branch_merged_later_counts_for_itself() -> None:
    """Before the day of the merger the branch still counts for itself."""
    branches = [
        Branch(branch_id="n", name="n", level="x"),
        Branch(branch_id="a", name="a", level="x", parent_id="n", closed_on=date(2024, 7, 1), merged_into="b"),
        Branch(branch_id="b", name="b", level="x", parent_id="n"),
    ]

    assert {"n": 1.0, "a": 1.0, "b": 0.0} == figures("joiners", [row("a")], JUNE, BranchTree.build(branches))


def test_rows_of_an_unknown_branch_count_nowhere() -> None:
    """Rows of a branch outside the tree are in no figure, not even the root's."""
    assert {0.0} == set(figures("members", [row("elsewhere")]).values())


def test_statements_do_not_grow_with_branches() -> None:
    """Ten times the branches take not one statement more."""
    asks = [Ask(metric=metric, window=JUNE, by=by) for metric in METRICS for by in ((), ("age",))]

    def statements(locals_of: int) -> int:
        tree = tree_of({"n": None} | {f"b{number}": "n" for number in range(locals_of)})
        calculator = open_over([row(f"b{number}") for number in range(locals_of)], tree)
        counted = _Counting(calculator.connection)
        object.__setattr__(calculator, "connection", counted)
        measure(asks, calculator)
        return counted.statements

    assert statements(5) == statements(50)


class _Counting:
    """A connection that counts the statements it is given."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self.statements = 0

    def sql(self, *args: Any, **keys: Any) -> Any:
        self.statements += 1
        return self._connection.sql(*args, **keys)

    def execute(self, *args: Any, **keys: Any) -> Any:
        self.statements += 1
        return self._connection.execute(*args, **keys)

    def register(self, *args: Any) -> Any:
        return self._connection.register(*args)


@pytest.mark.parametrize(
    "broken",
    [
        aggregate("count(*)", at="no_such_column <= :as_of"),
        aggregate("count(*)", at="kind <= :as_of"),
        aggregate("count(*)", on="age"),
        aggregate("summ(amount)", on="joined_on"),
        aggregate("count(*)", on="joined_on", where="amount ="),
    ],
)
def test_bad_sql_names_metric_and_dataset(broken: AggregateMetric) -> None:
    """An expression that does not fit the columns, or a date that is text, names metric, dataset and remedy."""
    calculator = open_over([row("a")], TREE, {"good": METRICS["members"], "broken": broken})

    with pytest.raises(MetricError, match=r'metric "broken" cannot be computed from dataset "rows": .*dates:'):
        measure([Ask(metric=name, window=JUNE) for name in ("good", "broken")], calculator)


def test_row_counted_in_a_foreign_region_stops_the_run() -> None:
    """A region that counts a row none of its branches has does not add up."""
    calculator = open_over([row("a")], TREE)
    pairs = calculator.connection.sql("select * from _ancestors").to_arrow_table()
    foreign = pa.table({"_pos": [TREE.position("a")], "_node": [TREE.position("r2")]}, schema=pairs.schema)
    calculator.connection.register("_ancestors", pa.concat_tables([pairs, foreign]))

    with pytest.raises(RollUpError, match=r'metric "members".*"rows".*below r2 do not add up'):
        measure([Ask(metric="members", window=JUNE)], calculator)


def test_row_missing_above_stops_the_run() -> None:
    """A region that counts less than its branches do does not add up."""
    calculator = open_over([row("a")], TREE)
    pairs = calculator.connection.sql("select * from _ancestors").to_arrow_table()
    keep = [
        not (p == TREE.position("a") and n == TREE.position("r1"))
        for p, n in zip(*pairs.to_pydict().values(), strict=True)
    ]
    calculator.connection.register("_ancestors", pairs.filter(pa.array(keep)))

    with pytest.raises(RollUpError, match="below r1 do not add up"):
        measure([Ask(metric="joiners", window=JUNE)], calculator)


def test_rows_of_a_region_itself_are_no_fault() -> None:
    """Rows that carry a region's own id count in the region and above."""
    assert {"n": 2.0, "r1": 2.0, "r2": 0.0, "a": 1.0, "b": 0.0, "c": 0.0} == figures("members", [row("a"), row("r1")])


def test_nothing_outside_the_snapshot_can_be_read(tmp_path: Any) -> None:
    """An expression that reads a file is refused by the engine itself."""
    (tmp_path / "secret.csv").write_text("a\n1\n")
    where = f"exists (select 1 from read_csv('{tmp_path}/secret.csv'))"
    calculator = open_over([row("a")], TREE, {"spy": aggregate("count(*)", on="joined_on", where=where)})

    with pytest.raises(MetricError, match=r'metric "spy".*disabled'):
        measure([Ask(metric="spy", window=JUNE)], calculator)


@pytest.mark.parametrize("by_slots", [True, False])
def test_sum_of_rows_without_values_is_absent(by_slots: bool) -> None:
    """A sum over rows that all lack a value is no value, not 0; where one has a value, it is the sum."""
    tree = BranchTree.build(
        [
            Branch(branch_id="0", name="Root", level="national"),
            Branch(branch_id="1", name="One", level="local", parent_id="0"),
            Branch(branch_id="2", name="Two", level="local", parent_id="0"),
        ]
    )
    days = pa.array([date(2026, 5, 3), date(2026, 5, 4), date(2026, 5, 5)])
    table = pa.table({"branch": ["1", "1", "2"], "amount": pa.array([None, None, 7.5]), "paid_on": days})
    kind = {"on": "paid_on"} if by_slots else {"at": "paid_on <= :as_of"}
    metrics = TypeAdapter(dict[str, MetricSpec]).validate_python(
        {"paid": {"label": "Paid", "dataset": "payments", "measure": "sum(amount)", **kind}}
    )
    datasets = {"payments": DatasetSpec(source="s", sql="select 1", branch="branch")}
    may = Window(from_on=date(2026, 5, 1), to_on=date(2026, 6, 1))

    class Tables:
        def table(self, dataset: str) -> pa.Table:
            return {"payments": table}[dataset]

    calculator = open_calculator(Tables(), metrics=metrics, datasets=datasets, tree=tree, on=may.last_on)
    found = measure([Ask(metric="paid", window=may)], calculator)

    assert [7.5, None, 7.5] == [found.figure("paid", may, node).value for node in range(3)]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(trees(), st.lists(ROW, max_size=25), st.lists(WINDOW, min_size=1, max_size=4, unique=True))
def test_exposure_by_slots_is_that_of_each_window_alone(
    tree: BranchTree, rows: list[dict[str, Any]], windows: list[Window]
) -> None:
    """Values, rows behind them and combinations are those of the macro, which looks at one window at a time."""
    alone = aggregate("member_months(joined_on, left_on, :from, :to)", where="kind = 'a' and :from = :from")
    slotted = aggregate("member_months(joined_on, left_on, :from, :to)", where="kind = 'a'")
    calculator = open_over(rows, tree, {"alone": alone, "slotted": slotted})
    bys: tuple[tuple[str, ...], ...] = ((), ("age",), ("age", "kind"))

    measures = measure(
        [Ask(metric=name, window=one, by=by) for name in METRIC_PAIR for one in windows for by in bys], calculator
    )

    for by in bys:
        one, other = (measures.frames[name, by] for name in METRIC_PAIR)
        assert one.starts.tolist() == other.starts.tolist()
        assert [keys.to_pylist() for keys in one.keys] == [keys.to_pylist() for keys in other.keys]
        for window in windows:
            assert one.columns[window].counts.tolist() == other.columns[window].counts.tolist()
            np.testing.assert_allclose(one.columns[window].values, other.columns[window].values, atol=1e-9)


def test_exposure_adds_up_without_a_remainder() -> None:
    """Days are added up, not months: branches with the same members have the same figure, down to the last digit."""
    rows = [
        row(branch, "2024-06-10", left) for left in (None, "2024-06-13", "2024-06-27") for branch in ("a", "b", "c")
    ]

    found = figures("exposure", rows)

    assert {"a": 41 / 30.4375, "b": 41 / 30.4375, "c": 41 / 30.4375, "n": 123 / 30.4375} == {
        name: found[name] for name in ("a", "b", "c", "n")
    }
