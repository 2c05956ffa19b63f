"""The SQL of a metric: one statement for all branches, all levels and all windows.

Two forms. *Slots*: a flow that adds up (one count or sum) is counted once for each stretch between two window ends;
every window is then a difference of running totals, so the cost does not grow with the number of windows; exposures.py
does the same for exposures. *Filters*: anything else (stocks, distinct counts, sums of several aggregates) is one
filtered aggregate a window in the same scan.

The tables of the engine: ``_branches(_branch, _pos)``, where a merged branch has its survivor's position;
``_ancestors(_pos, _node)``, every position with itself and all above it; ``_slots(_day, _slot)``.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from distributor.catalogue.models import AggregateMetric
from distributor.metrics.windows import Window

DAYS_OF_A_MONTH = 30.4375
MACROS = (
    # Days in membership within the window, in months of 365.25 / 12 days.
    "create or replace temp macro member_months(j, l, f, t) as "
    # A row without a first day is never counted; greatest() alone would take the window's first day for it.
    "sum(case when j is null then 0 else greatest(0, date_diff('day', greatest(cast(j as date), cast(f as date)), "
    "least(coalesce(cast(l as date), cast(t as date)), cast(t as date)))) end) / "
    f"{DAYS_OF_A_MONTH}",
    # The rows behind that figure: those with at least a day in membership within the window.
    "create or replace temp macro member_rows(j, l, f, t) as "
    "count(case when j is not null and greatest(cast(j as date), cast(f as date)) < "
    "least(coalesce(cast(l as date), cast(t as date)), cast(t as date)) then 1 end)",
)
_PARAMETER = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|(?<![:\w]):(as_of|from|to)\b")
_CALL = re.compile(r"\s*(count|sum|member_months)\s*\((.*)\)\s*", re.IGNORECASE | re.DOTALL)
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One SELECT with its bound parameters."""

    sql: str
    params: Mapping[str, date]


def is_additive(measure: str) -> bool:
    """Say whether the measure of two disjoint sets of rows is the sum of their measures.

    Only one call of count, sum or member_months is: of ``sum(a) / count(*)`` the parts cannot be added up.
    """
    call = _single_call(measure)
    return call is not None and not re.match(r"\s*distinct\b", call[1], re.IGNORECASE)


def is_count(measure: str) -> bool:
    """Say whether the measure counts: count(*), count(member_id), count(distinct member_id)."""
    call = _single_call(measure)
    return call is not None and call[0] == "count"


def is_slotted(metric: AggregateMetric) -> bool:
    """Say whether the metric is computed by slots: a flow that adds up, of rows that do not depend on the window."""
    depends = depends_on_window(metric.measure) or depends_on_window(metric.where or "")
    return metric.on is not None and is_additive(metric.measure) and not depends


def depends_on_window(expression: str) -> bool:
    """Say whether the expression holds :as_of, :from or :to."""
    return any(match[1] for match in _PARAMETER.finditer(expression))


def exposure_span(measure: str) -> tuple[str, str] | None:
    """Return the first day and the day after the last of a measure that is member_months over the whole window."""
    call = _single_call(measure)
    if call is None or call[0] != "member_months":
        return None
    arguments, rest = [], call[1]
    while rest:
        arguments.append(rest[: _first_comma(rest)].strip())
        rest = rest[_first_comma(rest) + 1 :]
    if len(arguments) != 4 or arguments[2:] != [":from", ":to"]:
        return None
    return arguments[0], arguments[1]


def slot_statement(metric: AggregateMetric, *, data: str, branch: str, by: Sequence[str]) -> Statement:
    """Count a flow for every node, combination of *by* and slot.

    Columns of the result: _node (int), k0, k1, … (as in the dataset), _slot (int), v (measure), n (rows).
    """
    keys = [f'd."{column}" as k{i}' for i, column in enumerate(by)]
    names = [f"k{i}" for i in range(len(by))]
    condition = f" where {metric.where}" if metric.where else ""
    leaf = (
        f"select b._pos, s._slot, {''.join(f'{key}, ' for key in keys)}{metric.measure} as v, count(*) as n "
        f'from "{data}" d join _branches b on d."{branch}" = b._branch '
        f'join _slots s on cast(d."{metric.on}" as date) = s._day{condition} group by all'
    )
    return Statement(sql=rolled_up(leaf, [*names, "_slot"], ["v", "n"]), params={})


def filter_statement(
    metrics: Sequence[tuple[AggregateMetric, Window]], *, data: str, branch: str, by: Sequence[str], additive: bool
) -> Statement:
    """Compute one filtered aggregate for each (metric, window) in a single scan.

    Columns of the result: _node (int), k0, k1, …, then v0, n0, v1, n1, … in the order of *metrics*.
    """
    params: dict[str, date] = {}
    columns: list[str] = []
    for i, (metric, window) in enumerate(metrics):
        keep = " and ".join(f"({bind(part, window, params)})" for part in _conditions(metric)) or "true"
        measure = bind(metric.measure, window, params)
        columns.append(f"{_filtered(measure, keep)} as v{i}, {_row_count(measure, keep)} as n{i}")
    keys = [f'd."{column}" as k{i}' for i, column in enumerate(by)]
    names = [f"k{i}" for i in range(len(by))]
    rows = f'from "{data}" d join _branches b on d."{branch}" = b._branch'
    if additive:
        leaf = f"select {', '.join(['b._pos', *keys, *columns])} {rows} group by all"
        sums = [f"{letter}{i}" for i in range(len(metrics)) for letter in "vn"]
        return Statement(sql=rolled_up(leaf, names, sums), params=params)
    parts = ", ".join(["a._node", *keys, *columns])
    return Statement(sql=f"select {parts} {rows} join _ancestors a on b._pos = a._pos group by all", params=params)


def rolled_up(leaf: str, keys: Sequence[str], sums: Sequence[str]) -> str:
    """Add *sums* of *leaf*, a query by position and *keys*, up for every node."""
    parts = ["a._node", *keys, *(f"sum(l.{name}) as {name}" for name in sums)]
    return f"with l as ({leaf}) select {', '.join(parts)} from l join _ancestors a on l._pos = a._pos group by all"


def _conditions(metric: AggregateMetric) -> list[str]:
    flow = [f'cast("{metric.on}" as date) >= :from', f'cast("{metric.on}" as date) < :to'] if metric.on else []
    return [part for part in (metric.at, *flow, metric.where) if part]


def _filtered(measure: str, keep: str) -> str:
    """Let only the rows that *keep* keeps into every aggregate of *measure*."""
    call = _single_call(measure)
    if call is None:
        return _filtered_parts(measure, keep)
    if call[0] == "member_months":
        return f"member_months({_exposure_of(call[1], keep)})"
    return f"{measure} filter (where {keep})"


def _row_count(measure: str, keep: str) -> str:
    """Count the rows behind a figure: of an exposure those that were there at all in the window."""
    call = _single_call(measure)
    if call is not None and call[0] == "member_months":
        return f"member_rows({_exposure_of(call[1], keep)})"
    return f"count(*) filter (where {keep})"


def _exposure_of(arguments: str, keep: str) -> str:
    """Choose the rows inside the arguments of a macro, which takes no FILTER: who never joined has no exposure."""
    first = arguments[: _first_comma(arguments)]
    return f"case when {keep} then {first} end{arguments[len(first) :]}"


def _filtered_parts(measure: str, keep: str) -> str:
    """Attach the filter to each aggregate of a measure that is more than one call."""
    import sqlglot
    from sqlglot import exp

    condition = sqlglot.parse_one(keep, read="duckdb")
    whole = exp.Paren(this=sqlglot.parse_one(measure, read="duckdb"))
    for part in list(whole.find_all(exp.AggFunc)):
        own = part.parent
        if isinstance(own, exp.Filter):
            own.set("expression", exp.Where(this=exp.and_(own.expression.this, condition.copy())))
        else:
            part.replace(exp.Filter(this=part.copy(), expression=exp.Where(this=condition.copy())))
    for call in whole.find_all(exp.Anonymous):
        if call.name.lower() == "member_months":
            first = call.expressions[0]
            first.replace(exp.Case(ifs=[exp.If(this=condition.copy(), true=first.copy())]))
    return whole.sql(dialect="duckdb")


def _single_call(measure: str) -> tuple[str, str] | None:
    """Return the function (lower case) and the arguments of a measure that is one call and nothing else."""
    call = _CALL.fullmatch(measure)
    if call is None:
        return None
    depth = 0
    for sign in _QUOTED.sub("", call[2]):
        depth += (sign == "(") - (sign == ")")
        if depth < 0:
            return None
    return call[1].lower(), call[2]


def _first_comma(arguments: str) -> int:
    """Return where the first argument ends."""
    depth = 0
    for place, sign in enumerate(_QUOTED.sub(lambda text: "x" * len(text[0]), arguments)):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            return place
    return len(arguments)


def bind(expression: str, window: Window, params: dict[str, date]) -> str:
    """Replace :as_of, :from and :to of *expression* by bound parameters, and put their days into *params*."""
    days = {"as_of": window.last_on, "from": window.from_on, "to": window.to_on}

    def parameter(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0]
        name = f"d{days[match[1]]:%Y%m%d}"
        params[name] = days[match[1]]
        return f"${name}"

    return _PARAMETER.sub(parameter, expression)
