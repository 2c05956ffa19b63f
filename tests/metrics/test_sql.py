"""Which measures add up, and how a filter gets into every aggregate."""

from datetime import date

import pytest

from distributor.catalogue.models import AggregateMetric
from distributor.metrics.exposures import is_exposure
from distributor.metrics.sql import bind, filter_statement, is_additive, is_count, is_slotted
from distributor.metrics.windows import Window

MAY = Window(from_on=date(2026, 5, 1), to_on=date(2026, 6, 1))


def metric(measure: str, **keys: str) -> AggregateMetric:
    return AggregateMetric(label="x", dataset="d", measure=measure, **keys)


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("count(*)", True),
        (" COUNT ( member_id ) ", True),
        ("sum(amount)", True),
        ("sum(case when a > (b + 1) then 1 else 0 end)", True),
        ("sum(case when name = ')' then 1 end)", True),
        ("member_months(joined_on, left_on, :from, :to)", True),
        ("count(distinct member_id)", False),
        ("count( distinct member_id)", False),
        ("sum(a) / count(*)", False),
        ("sum(a) + sum(b)", False),
        ("(sum(a))", False),
        ("count(*) filter (where a)", False),
        ("avg(amount)", False),
        ("max(amount)", False),
        ("count_if(a)", False),
    ],
)
def test_is_additive_for_one_call_only(measure: str, expected: bool) -> None:
    """Only one call of count, sum or member_months adds up over branches; a quotient of sums does not."""
    assert expected == is_additive(measure)


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("count(*)", True),
        ("count(distinct a)", True),
        ("sum(a)", False),
        ("count(*) / 2", False),
        ("countif(a)", False),
    ],
)
def test_is_count(measure: str, expected: bool) -> None:
    """A count is one call of count; what is made of counts is a number of its own."""
    assert expected == is_count(measure)


def test_is_slotted_unless_the_rows_depend_on_the_window() -> None:
    """A flow whose condition names the window cannot be counted by slots."""
    assert is_slotted(metric("count(*)", on="joined_on", where="reason <> ':from'"))
    assert not is_slotted(metric("count(*)", on="left_on", where="joined_on >= :from"))
    assert not is_slotted(metric("count(*)", at="joined_on <= :as_of"))
    assert not is_slotted(metric("count(distinct a)", on="joined_on"))


def test_bind_leaves_text_and_casts_alone() -> None:
    """Only parameters are bound; casts, quoted text and quoted names stay."""
    params: dict[str, date] = {}

    text = bind("a <= :as_of and b >= :from and c::date < :to and t = ':to' and \":from\" = 1", MAY, params)

    assert "a <= $d20260531 and b >= $d20260501 and c::date < $d20260601 and t = ':to' and \":from\" = 1" == text
    assert {"d20260531": date(2026, 5, 31), "d20260501": date(2026, 5, 1), "d20260601": date(2026, 6, 1)} == params


def test_filter_reaches_every_aggregate() -> None:
    """A measure of several aggregates has the condition in each of them."""
    statement = filter_statement(
        [(metric("sum(a) - sum(b) filter (where c)", on="paid_on"), MAY)], data="d", branch="b", by=(), additive=False
    )

    assert 2 == statement.sql.split(" as v0")[0].upper().count("FILTER(WHERE")
    assert {"d20260501": date(2026, 5, 1), "d20260601": date(2026, 6, 1)} == statement.params


@pytest.mark.parametrize(
    ("measure", "where", "expected"),
    [
        ("member_months(joined_on, left_on, :from, :to)", None, True),
        (" Member_Months( coalesce(a, b) , left_on,:from , :to ) ", "kind = ':from'", True),
        ("member_months(joined_on, left_on, :from, :as_of)", None, False),
        ("member_months(joined_on, left_on, :from, :to)", "joined_on >= :from", False),
        ("member_months(joined_on, least(left_on, :to), :from, :to)", None, False),
        ("member_months(joined_on, left_on, :from, :to) * 2", None, False),
        ("count(*)", None, False),
    ],
)
def test_is_exposure_over_the_whole_window_only(measure: str, where: str | None, expected: bool) -> None:
    """Only an exposure of rows that are the same in every window can be a difference of two days."""
    assert expected == is_exposure(metric(measure, **({"where": where} if where else {})))
