"""Parameters and the early guard, on text alone."""

import pytest

from distributor.sources.errors import StatementRefusedError
from distributor.sources.guard import check_sql, refusal
from distributor.sources.parameters import ParameterStyle, parameter_names, write_parameters


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("a >= :from AND a < :to", {"from", "to"}),
        ("a::date = :d::date", {"d"}),
        ("x = ':a' AND y = 'it''s :b' AND \"c:d\" = :e", {"e"}),
        ("-- :a\n/* :b\n:c */ :d", {"d"}),
        (r"E'it\'s :a' = :b", {"b"}),
        ("$$ :a $$ $t$ :b $$ :c $t$ :d", {"d"}),
        ("a[1:n] AND x := 1", set()),
        ("(:a)+:a_1,:_x", {"a", "a_1", "_x"}),
        ("'12:30'", set()),
        ("12:30", set()),
        ("`a:b` = :c", {"c"}),
        ("''''||:a||''", {"a"}),
    ],
)
def test_parameters_are_found_outside_texts_and_comments(sql: str, names: set[str]) -> None:
    """A colon in a text, a quoted name, a comment, a cast or a slice is no parameter."""
    assert names == parameter_names(sql)


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        (ParameterStyle.COLON, "a::int = :x AND b LIKE '%:y' AND c = :x"),
        (ParameterStyle.DOLLAR, "a::int = $x AND b LIKE '%:y' AND c = $x"),
        (ParameterStyle.PERCENT, "a::int = %(x)s AND b LIKE '%%:y' AND c = %(x)s"),
        (ParameterStyle.SQLALCHEMY, r"a\:\:int = :x AND b LIKE '%\:y' AND c = :x"),
    ],
)
def test_parameters_are_written_as_the_driver_wants(style: ParameterStyle, expected: str) -> None:
    """Only parameters change; what the driver could take for one is escaped."""
    assert expected == write_parameters("a::int = :x AND b LIKE '%:y' AND c = :x", style)


@pytest.mark.parametrize("dialect", ["sqlite", "postgres", "duckdb"])
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM t WHERE a >= :from AND a < :to AND b = :as_of",
        "WITH a AS (SELECT 1 AS x) SELECT * FROM a UNION ALL SELECT 2",
        "(SELECT 1) EXCEPT (SELECT 2)",
        "VALUES (1, 2)",
        "SELECT count(*) FILTER (WHERE a > 0), row_number() OVER (ORDER BY b) FROM t;",
        "SELECT 'DROP TABLE t; DELETE' AS text -- INSERT",
        "SELECT * FROM t WHERE name GLOB 'a*'",
        "SELECT words no parser knows FROM FROM",
    ],
)
def test_reading_passes_the_guard(sql: str, dialect: str) -> None:
    """Every form of one SELECT passes, and so does what the parser does not understand: the database decides."""
    assert refusal(sql, dialect) is None


@pytest.mark.parametrize("dialect", ["sqlite", "postgres", "duckdb"])
@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("", "it holds 0 statements"),
        ("SELECT 1; SELECT 2", "it holds 2 statements"),
        ("INSERT INTO t VALUES (1)", "it is INSERT, not SELECT"),
        ("CREATE TABLE t (i int)", "it is CREATE, not SELECT"),
        ("COPY t TO 'x'", "it is COPY, not SELECT"),
        ("PRAGMA user_version = 1", "it is PRAGMA, not SELECT"),
        ("EXPLAIN SELECT 1", "it is EXPLAIN, not SELECT"),
        ("WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x", "it holds DELETE"),
        ("SELECT * INTO y FROM t", "it holds INTO"),
        ("SELECT * FROM t FOR UPDATE", "it holds LOCK"),
        ("SELECT PG_READ_FILE('x')", "it calls pg_read_file()"),
        ("SELECT * FROM read_text('x')", "it calls read_text()"),
        ("SELECT * FROM read_csv('x')", "it holds READCSV"),
    ],
)
def test_all_else_is_refused_with_the_reason(sql: str, dialect: str, reason: str) -> None:
    """What is plainly no reading SELECT is refused before a database sees it."""
    assert reason == refusal(sql, dialect)
    with pytest.raises(StatementRefusedError, match="source members: the statement was refused"):
        check_sql(sql, dialect, source="members")
