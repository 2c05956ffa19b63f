"""Each gate: what passes, what holds the run, and the sentence that says so."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from distributor.catalogue.models import DatasetSpec
from distributor.snapshot.errors import GateError
from distributor.snapshot.gate_report import Gate, GateReport, GateResult, GateStatus
from distributor.snapshot.gates import check_gates
from distributor.snapshot.snapshot import Snapshot, take_snapshot
from distributor.sources.sqlite_source import SqliteSource

PARAMS = {"from": date(2026, 5, 1), "to": date(2026, 6, 1), "as_of": date(2026, 5, 31)}
NOW = datetime(2026, 6, 2, 7, 0, tzinfo=UTC)
Check = Callable[..., GateReport]


@pytest.fixture
def check(snap: Callable[..., Snapshot], spec: Callable[..., DatasetSpec], source: SqliteSource) -> Check:
    def run(
        sql: str = "SELECT * FROM members",
        *,
        known: tuple[str, ...] = ("0301", "1103"),
        last: dict[str, int] | None = None,
        now: datetime = NOW,
        spec_keys: dict[str, Any] | None = None,
        **checks: Any,
    ) -> GateReport:
        keys = {"checks": checks, **(spec_keys or {})}
        return check_gates(
            snap(sql, **keys),
            {"members": spec(**keys)},
            known_branches=known,
            last_rows=last,
            sources={"members": source},
            params=PARAMS,
            now=now,
        )

    return run


def only(report: GateReport, gate: Gate) -> GateResult:
    [result] = [result for result in report.results if result.gate is gate]
    return result


def fresh(column: str = "t", within: str = "2 days") -> dict[str, str]:
    return {"column": column, "within": within}


# --- fresh ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("newest", "within", "passes"),
    [
        ("2026-05-30", "2 days", True),  # the period ends at the start of 1 June; two days before is 30 May
        ("2026-05-29", "2 days", False),
        ("2026-05-31", "1 days", True),
        ("2026-05-31 11:59:59", "12 hours", False),
        ("2026-05-31 12:00:00", "12 hours", True),
        ("2026-05-31T14:00:00+02:00", "12 hours", True),
        ("2026-05-31T13:59:00+02:00", "12 hours", False),
        ("2026-05-31T12:00:00Z", "12 hours", True),
        ("2026-05-31T12:00:00.123", "12 hours", True),
        ("2027-01-01", "1 weeks", True),
    ],
)
def test_fresh_against_the_period_end(check: Check, newest: str, within: str, passes: bool) -> None:
    """The newest value may be `within` older than the period's end; a day counts as a whole."""
    report = check(f"SELECT '0301' AS branch, 1 AS id, '{newest}' AS t", fresh=fresh(within=within))

    assert (only(report, Gate.FRESH).status is GateStatus.PASSED) == passes
    assert report.held == (not passes)


def test_fresh_against_now_within_the_period(check: Check) -> None:
    """Before the period has ended, age counts from now."""
    early = datetime(2026, 5, 10, 8, 0, tzinfo=UTC)
    sql = "SELECT '0301' AS branch, 1 AS id, '2026-05-09' AS t"

    assert not check(sql, fresh=fresh(within="1 days"), now=early).held
    assert check(sql, fresh=fresh(within="1 days")).held


@pytest.mark.parametrize("keys", [{}, {"dates": ("t",)}])
def test_fresh_says_what_is_newest_and_what_is_expected(check: Check, keys: dict[str, Any]) -> None:
    """The sentence names the newest value and the earliest that would do, for texts and for dates."""
    report = check("SELECT '0301' AS branch, 1 AS id, '2026-04-30' AS t", fresh=fresh(), spec_keys=keys)

    expected = "members: the newest t is 2026-04-30; 2026-05-30 or later is expected (2 days)."
    assert expected == only(report, Gate.FRESH).message


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT '0301' AS branch, 1 AS id, '2026-05-31' AS t WHERE 1 = 0", "there is no value in t"),
        ("SELECT '0301' AS branch, 1 AS id, 'soon' AS t", "there is no value that is a date in t"),
        ("SELECT '0301' AS branch, 1 AS id, NULL AS t", "there is no value in t"),
    ],
)
def test_fresh_without_values_fails(check: Check, sql: str, words: str) -> None:
    """An empty dataset, an empty column and unreadable times are not fresh."""
    report = check(sql, fresh=fresh())

    assert report.held
    assert words in only(report, Gate.FRESH).message


# --- rows ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("at_least", "passes"), [(0, True), (4, True), (5, False)])
def test_rows_at_least(check: Check, at_least: int, passes: bool) -> None:
    """Fewer rows than at_least hold the run."""
    report = check(rows={"at_least": at_least})

    assert report.held == (not passes)
    assert only(report, Gate.ROWS).message == f"members: 4 rows; at least {at_least} are expected."


@pytest.mark.parametrize(
    ("last", "passes"),
    [(None, True), ({}, True), ({"members": 4}, True), ({"members": 5}, True), ({"members": 6}, False)],
)
def test_share_of_last_run(check: Check, last: dict[str, int] | None, passes: bool) -> None:
    """Rows may not fall below a share of the last run; the first run passes."""
    assert check(rows={"share_of_last_run": 0.8}, last=last).held == (not passes)


def test_share_of_last_run_says_both_counts(check: Check) -> None:
    """The sentence names this run's rows, the last run's, and the fewest allowed."""
    result = only(check(rows={"share_of_last_run": 0.9}, last={"members": 1204}), Gate.SHARE_OF_LAST_RUN)

    assert result.message == ("members: 4 rows; the last run had 1,204, and at least 90% of that (1,084) is expected.")


# --- unique, not_null ----------------------------------------------------------------------------------------


def test_unique_names_the_repeated_keys(check: Check) -> None:
    """Keys in more than one row are counted and named; two rows without key are the same key."""
    sql = "SELECT id, branch FROM members UNION ALL SELECT 2, '0301' UNION ALL SELECT 2, '0301'"

    result = only(check(sql, unique=("id", "branch")), Gate.UNIQUE)

    assert result.message == (
        "members: 1 value of id, branch stands in more than one row, 3 rows in all (id 2, branch 0301: 3 rows)."
    )
    assert check("SELECT NULL AS id, '0301' AS branch UNION ALL SELECT NULL, '0301'", unique=("id",)).held
    assert not check(unique=("id",)).held


def test_not_null_names_the_rows(check: Check) -> None:
    """Rows with a gap are counted and named by their grain."""
    result = only(check(not_null=("joined_on",)), Gate.NOT_NULL)

    assert result.message == "members: 1 row lacks joined_on (id 3)."
    assert result.status is GateStatus.FAILED
    assert not check(not_null=("id", "branch")).held


def test_not_null_of_many_rows_names_ten(check: Check) -> None:
    """Ten rows are named and all are counted; rows without grain have their number."""
    sql = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500) "
        "SELECT '0301' AS branch, NULL AS x FROM n"
    )

    result = only(check(sql, not_null=("x",), spec_keys={"grain": ()}), Gate.NOT_NULL)

    assert result.count == 1500
    assert result.message.startswith("members: 1,500 rows lack x (row 1; row 2; ")
    assert result.message.endswith("row 10; …).")


@pytest.mark.parametrize("checks", [{"unique": ("a",)}, {"not_null": ("a",)}, {"fresh": fresh("a")}])
def test_a_check_of_a_missing_column_fails(check: Check, checks: dict[str, Any]) -> None:
    """A check whose column is not in the result holds the run and lists the columns."""
    [failure] = check(**checks).failures

    expected = 'members: column "a", which a check needs, is missing. Columns: id, branch, joined_on, fee.'
    assert expected == failure.message


# --- known branch --------------------------------------------------------------------------------------------


def test_unknown_branches_are_listed_with_their_rows(check: Check) -> None:
    """Branches outside the tree are listed with counts, rows without branch among them; they hold the run."""
    sql = "SELECT id, branch FROM members UNION ALL SELECT 5, NULL"

    report = check(sql, known=("0301",))

    expected = "members: 3 rows are of 2 branches that the branch tree does not know (1103: 2 rows; no branch: 1 row)."
    assert expected == only(report, Gate.KNOWN_BRANCH).message
    assert report.held


def test_unknown_branches_may_only_be_reported(check: Check) -> None:
    """With unknown_branch: report the run goes on and its owner is told."""
    report = check(known=("0301",), unknown_branch="report")

    assert not report.held
    assert [result.gate for result in report.reports] == [Gate.KNOWN_BRANCH]
    report.require_open()


def test_an_empty_tree_knows_no_branch(check: Check) -> None:
    """Without known branches every row is of an unknown one; an empty dataset passes."""
    assert check(known=()).held
    assert not check("SELECT * FROM members WHERE id > 9", known=()).held


# --- reconcile -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("control", "equals", "tolerance", "passes"),
    [
        ("SELECT count(*) FROM members", "count(*)", 0, True),
        ("SELECT count(*) + 1 FROM members", "count(*)", 0, False),
        ("SELECT count(*) + 1 FROM members", "count(*)", 1, True),
        ("SELECT sum(fee) FROM members", "sum(fee)", 0, True),
        ("SELECT 300.6", "sum(fee)", 0, True),  # sums of floats differ in the last digits
        ("SELECT 300.61", "sum(fee)", 0, False),
        ("SELECT count(*) FROM members WHERE joined_on >= :from", "count(*) FILTER (joined_on >= '2026-05')", 0, True),
        ("SELECT sum(fee) FROM members WHERE id > 9", "sum(fee) FILTER (id > 9)", 0, True),
        ("SELECT 'many'", "count(*)", 0, False),
    ],
)
def test_reconcile(check: Check, control: str, equals: str, tolerance: float, passes: bool) -> None:
    """The aggregate over the snapshot must equal the control figure of the source, within the tolerance."""
    report = check(reconcile=[{"sql": control, "equals": equals, "tolerance": tolerance}])

    assert report.held == (not passes)


def test_reconcile_says_both_figures(check: Check) -> None:
    """The sentence names both figures and their difference."""
    report = check(reconcile=[{"sql": "SELECT 1234", "equals": "count(*)", "tolerance": 2}])

    assert [failure.message for failure in report.failures] == [
        "members: count(*) is 4, the control figure of its source 1,234; the difference is 1,230. At most 2 is allowed."
    ]


@pytest.mark.parametrize(
    ("control", "equals", "words"),
    [
        ("SELECT id FROM members", "count(*)", "gave 4 rows of 1 columns instead of one figure"),
        ("SELECT 1, 2", "count(*)", "gave 1 rows of 2 columns instead of one figure"),
        ("SELECT 1", "sum(nothing)", "sum(nothing) cannot be computed"),
        ("SELECT 1", "id", "id is not one figure but 4 rows"),
        ("SELECT 1", "1; SELECT 1", "it holds 2 statements"),
        ("SELECT 1", "(SELECT count(*) FROM read_csv('/etc/hostname'))", "cannot be computed"),
    ],
)
def test_reconcile_that_gives_no_figure_fails(check: Check, control: str, equals: str, words: str) -> None:
    """A control query or aggregate that is not one figure holds the run and says why."""
    [failure] = check(reconcile=[{"sql": control, "equals": equals}]).failures

    assert words in failure.message


def test_a_check_reaches_no_other_dataset(
    source: SqliteSource, spec: Callable[..., DatasetSpec], tmp_path: Path
) -> None:
    """The aggregate of a reconcile check sees its own dataset only, also when others were checked before it."""
    reaching = {"reconcile": [{"sql": "SELECT 4", "equals": "(SELECT count(*) FROM first)"}]}
    specs = {"first": spec(), "second": spec(checks=reaching)}
    taken = take_snapshot(
        specs,
        dict.fromkeys(specs, "SELECT * FROM members"),
        {"members": source},
        params=PARAMS,
        folder=tmp_path / "both",
        now=NOW,
    )

    report = check_gates(
        taken, specs, known_branches=("0301", "1103"), last_rows=None, sources={}, params=PARAMS, now=NOW
    )

    assert ["second"] == [failure.dataset for failure in report.failures]
    assert "cannot be computed" in report.failures[0].message


def test_control_figures_are_read_with_the_dataset(
    snap: Callable[..., Snapshot], spec: Callable[..., DatasetSpec]
) -> None:
    """A figure that the snapshot holds is not read again: the check needs no source."""
    checks = {"reconcile": [{"sql": "SELECT count(*) FROM members", "equals": "count(*)"}]}
    taken = snap(checks=checks)

    report = check_gates(
        taken,
        {"members": spec(checks=checks)},
        known_branches=("0301", "1103"),
        last_rows=None,
        sources={},
        params=PARAMS,
        now=NOW,
    )

    assert not report.held


def test_a_new_control_figure_is_read_at_check_time(
    snap: Callable[..., Snapshot], spec: Callable[..., DatasetSpec], source: SqliteSource
) -> None:
    """A check added after the snapshot was taken reads its figure from the source."""
    report = check_gates(
        snap(),
        {"members": spec(checks={"reconcile": [{"sql": "SELECT 5", "equals": "count(*)"}]})},
        known_branches=("0301", "1103"),
        last_rows=None,
        sources={"members": source},
        params=PARAMS,
        now=NOW,
    )

    assert report.held


# --- report --------------------------------------------------------------------------------------------------


def test_all_gates_are_tried_and_told(check: Check) -> None:
    """One failed gate does not hide another, and the error says all, in sentences."""
    report = check(known=("0301",), rows={"at_least": 100}, not_null=("joined_on",), unique=("id",))

    assert [failure.gate for failure in report.failures] == [Gate.NOT_NULL, Gate.KNOWN_BRANCH, Gate.ROWS]
    with pytest.raises(GateError) as caught:
        report.require_open()
    assert str(caught.value) == (
        "The run is held, nothing was rendered or sent. members: 1 row lacks joined_on (id 3). "
        "members: 2 rows are of 1 branch that the branch tree does not know (1103: 2 rows). "
        "members: 4 rows; at least 100 are expected. Correct the data or the checks of the dataset, then run again."
    )
    assert GateError.exit_code == 1


@pytest.mark.parametrize("dataset", ["rows", "branches", "select"])
def test_a_dataset_may_have_any_name(
    snap: Callable[..., Snapshot], spec: Callable[..., DatasetSpec], source: SqliteSource, dataset: str, tmp_path: Any
) -> None:
    """A dataset called like a word of SQL is checked as any other."""
    from distributor.snapshot.snapshot import take_snapshot

    checks = {"reconcile": [{"sql": "SELECT 4", "equals": "count(*)"}], "unique": ("id",)}
    specs = {dataset: spec(checks=checks)}
    taken = take_snapshot(
        specs, {dataset: "SELECT * FROM members"}, {"members": source}, params=PARAMS, folder=tmp_path / "s", now=NOW
    )

    report = check_gates(
        taken, specs, known_branches=("0301", "1103"), last_rows=None, sources={}, params=PARAMS, now=NOW
    )

    assert not report.held
