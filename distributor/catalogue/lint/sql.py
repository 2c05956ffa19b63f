"""SQL looked at before it is run: early, precise faults. What holds is the read-only connection.

Source: sqlglot's columns point at the last character of a token; ``:from`` and ``:to`` are keywords to it, so that
parameters are replaced by names of the same length before it sees them.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from sqlglot import exp

PARAMETERS = ("from", "to", "as_of")
MACROS = ("member_months",)
_DIALECTS = ("duckdb", "postgres", "tsql", "sqlite", "mysql", "oracle", "snowflake", "bigquery")
_SCANNER = re.compile(
    r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/|::|:([A-Za-z_]\w*)|(%\(\w+\)s|\$\d+)", re.S
)
_WRITES = ("Insert", "Update", "Delete", "Merge", "Create", "Drop", "Alter", "Command", "Into", "Copy", "TruncateTable")
_FILES = re.compile(
    r"(read|scan|parquet|sniff|pragma|duckdb|sqlite|postgres|mysql|iceberg|delta|st_read|pg_read|pg_ls|lo|dblink|xp)_\w+"
    r"|glob|getenv|query|query_table|openrowset|opendatasource|openquery|load_extension|dblink"
)
# Functions of DuckDB that sqlglot has no class for; the rest it knows by itself.
_FUNCTIONS = frozenset(
    """age any_value arbitrary bar bit_count century datepart datesub date_sub datediff dayname dayofmonth decade
    entropy epoch epoch_ms era even favg fsum isfinite isinf isnan isodow isoyear julian kahan_sum kurtosis kurtosis_pop
    levenshtein list_aggregate list_contains list_distinct list_filter list_has list_sort list_sum list_unique mad
    make_date millennium monthname nfc_normalize nullif product quarter reservoir_quantile sem skewness
    strip_accents struct_pack sumkahan timezone weekday weekofyear yearweek geomean geometric_mean
    arg_max_null arg_min_null bitstring_agg date_part days_in_month damerau_levenshtein divide add subtract multiply
    decimal_average element_at epoch_us fdiv fmod gamma gcd hamming histogram_exact jaccard lcm lgamma list_avg
    list_count list_extract list_first list_last list_median list_position list_slice mean octet_length prefix
    regexp_split_to_array round_even strlen suffix to_days to_hours to_months to_weeks to_years wavg weighted_avg
    count_star histogram max_by min_by printf format string_split jaro_similarity ends_with""".split()  # noqa: SIM905 - a list of words reads better than a page of quotes
)


_CLOCK = frozenset(("now", "today", "current_date", "current_timestamp", "current_time", "random", "rand", "uuid"))


class Problem(NamedTuple):
    """What is wrong in a text of SQL, and at which character of it; -1 for the text as a whole."""

    what: str
    offset: int = -1
    allowed: tuple[str, ...] | None = None
    got: str | None = None
    remedy: str = ""


class Outputs(NamedTuple):
    """Columns that a query returns, in lower case; None where only the run will tell (``select *``)."""

    names: frozenset[str] | None


@cache
def query_problems(text: str) -> tuple[Problem, ...]:
    """Return what is wrong with a query: it must be one SELECT, of any dialect, that reads tables only."""
    parameters = tuple(_parameter_problems(text))
    if parameters:
        return parameters
    statements = _statements(text)
    if isinstance(statements, Problem):
        return (statements,)
    if len(statements) != 1:
        return (Problem(f"the SQL has {len(statements)} statements", remedy="Write one SELECT."),)
    tree = statements[0]
    name = type(tree).__name__
    if name not in ("Select", "Union", "Intersect", "Except", "Subquery", "Values"):
        return (Problem(f"the SQL is not a query but {_article(name)}", remedy="Write one SELECT."),)
    return tuple(_tree_problems(tree))


@cache
def query_outputs(text: str) -> Outputs:
    """Return the columns that a faultless query returns."""
    statements = _statements(text)
    if isinstance(statements, Problem) or len(statements) != 1:
        return Outputs(None)
    tree: Any = statements[0]
    names = [column.alias_or_name.lower() for column in getattr(tree, "selects", ())]
    return Outputs(frozenset(names) if names and all(names) and "*" not in names else None)


@cache
def expression_problems(text: str, *, is_aggregate: bool) -> tuple[Problem, ...]:
    """Return what is wrong with a part of a metric: one expression of DuckDB over one dataset's columns.

    Args:
        text: The expression.
        is_aggregate: A measure may have aggregates; a condition must not.
    """
    from sqlglot import exp

    parameters = tuple(_parameter_problems(text))
    if parameters:
        return parameters
    statements = _statements(text, ("duckdb",))
    if isinstance(statements, Problem):
        return (statements,)
    tree = statements[0] if len(statements) == 1 else None
    if isinstance(tree, exp.Alias):
        return (Problem(f'"as {tree.alias}" has no place here', remedy="Leave it out; the metric has a name."),)
    if tree is not None and tree.find(exp.Query, exp.Subquery):
        what = "an expression cannot hold a query"
        return (Problem(what, remedy="Put it in the dataset's SQL, and give its result a column."),)
    if not isinstance(tree, exp.Condition | exp.Filter | exp.Interval):
        return (Problem("this is not one SQL expression", remedy="Write an expression such as count(*)."),)
    if tree.find(exp.Window):
        return (Problem("an expression cannot hold a window function (over)"),)
    if not is_aggregate and (found := tree.find(exp.AggFunc)):
        what = f"a condition cannot have the aggregate {found.sql_name().lower()}"
        return (Problem(what, remedy="Conditions are about one row."),)
    return (*_tree_problems(tree), *_clock_problems(tree), *_unknown_functions(tree))


def parameters_in(text: str) -> Iterator[tuple[str, int]]:
    """Yield the bound parameters of a text of SQL with their offsets; not what looks so inside strings and comments."""
    for match in _SCANNER.finditer(text):
        if match[1]:
            yield match[1], match.start()


def _parameter_problems(text: str) -> Iterator[Problem]:
    for match in _SCANNER.finditer(text):
        name = match[1] or match[2]
        if name and name not in PARAMETERS:
            shown = match[0]
            allowed = tuple(f":{parameter}" for parameter in PARAMETERS)
            yield Problem(f'parameter "{shown}" is not known', match.start(), allowed, shown)


@cache
def _statements(text: str, dialects: tuple[str, ...] = _DIALECTS) -> "list[exp.Expr] | Problem":
    """Parse by the first dialect that can; else return the problem that the first one has."""
    import sqlglot
    from sqlglot.errors import ParseError, SqlglotError

    hidden = _SCANNER.sub(lambda match: f":{'p' * len(match[1])}" if match[1] else match[0], text)
    first: Problem | None = None
    for dialect in dialects:
        try:
            return [tree for tree in sqlglot.parse(hidden, read=dialect) if tree is not None]
        except ParseError as error:
            problem = _syntax_problem(text, error.errors[0] if error.errors else {})
        except SqlglotError:
            problem = Problem("this is not SQL: a quote or a comment is not closed")
        except RecursionError:
            return Problem("the SQL is nested too deeply")
        except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
            # sqlglot meets some texts that are no SQL with errors of its own making
            problem = Problem(f"this is not SQL that can be understood ({type(error).__name__})")
        first = first or problem
    assert first is not None
    return first


def _syntax_problem(text: str, error: dict[str, Any]) -> Problem:
    lines = text.split("\n")
    line, column = error.get("line") or 1, error.get("col") or 1
    highlight = error.get("highlight") or ""
    column = max(1, column - len(highlight) + 1)
    offset = sum(len(before) + 1 for before in lines[: line - 1]) + column - 1
    near = text[offset : offset + len(highlight)]
    description = re.sub(
        r"Required keyword: '(\w+)' missing for <class '[\w.]*'>",
        "The expression is not complete",
        str(error.get("description", "it cannot be parsed")),
    )
    return Problem(f'this is not SQL near "{near}": {description[:1].lower()}{description[1:]}', offset)


def _tree_problems(tree: "exp.Expr") -> Iterator[Problem]:
    from sqlglot import exp

    for node in tree.walk():
        if type(node).__name__ in _WRITES:
            yield Problem(f"the SQL holds {_article(type(node).__name__)}; it may only read")
            return
        if isinstance(node, exp.Func):
            name = _function_name(node)
            if _FILES.fullmatch(name):
                yield Problem(f'function "{name}" is not allowed: it reads outside the source', got=name)
        elif isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier) and "/" in node.name + node.db:
            yield Problem(f'"{node.name}" is a file; a query reads tables', remedy="Declare the folder as a source.")


def _clock_problems(tree: "exp.Expr") -> Iterator[Problem]:
    """A figure must come out the same whenever it is computed again."""
    from sqlglot import exp

    for node in tree.find_all(exp.Func):
        if (name := _function_name(node)) in _CLOCK:
            what = f'function "{name}" gives another value each time'
            yield Problem(what, remedy="Use :as_of, :from or :to, so that a figure can be computed again.")


def _unknown_functions(tree: "exp.Expr") -> Iterator[Problem]:
    from sqlglot import exp

    for node in tree.find_all(exp.Anonymous):
        name = node.name.lower()
        if name not in _FUNCTIONS | _CLOCK and name not in MACROS and not _FILES.fullmatch(name):
            known = ("count", "sum", "avg", "min", "max", "median", *MACROS)
            yield Problem(f'function "{name}" is not known', allowed=None, got=name, remedy=_suggest(name, known))


def _suggest(name: str, known: tuple[str, ...]) -> str:
    import difflib

    close = difflib.get_close_matches(name, [*known, *_FUNCTIONS], n=1)
    return f'Did you mean "{close[0]}"?' if close else "Use a function of DuckDB."


def _function_name(node: "exp.Func") -> str:
    name = node.name if type(node).__name__ == "Anonymous" else node.sql_name()
    return str(name).lower()


def _article(name: str) -> str:
    return f"{'an' if name[0] in 'AEIOU' else 'a'} {name.upper()} statement"
