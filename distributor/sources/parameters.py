"""Parameters of a statement: found outside literals and comments, bound by the driver, never pasted in."""

import re
from collections.abc import Callable, Iterator
from enum import StrEnum

from distributor.sources.errors import StatementParameterError
from distributor.sources.port import Parameters

# What is not code comes first, so that a colon in a text, a quoted name, a comment or a cast is left alone.
_TOKENS = re.compile(
    r"""
      --[^\n]* | /\*.*?\*/                         # comments
    | (?<!\w)[eE]'(?:\\.|''|[^'\\])*'              # PostgreSQL's texts with backslashes
    | '(?:''|[^'])*' | "(?:""|[^"])*" | `[^`]*`    # texts and quoted names
    | (?<!\w)\$(?P<tag>[A-Za-z_]\w*)?\$.*?\$(?(tag)(?P=tag))\$   # dollar-quoted texts
    | :: | :=
    | (?<![\w:]):(?P<name>[A-Za-z_]\w*)
    """,
    re.VERBOSE | re.DOTALL,
)


class ParameterStyle(StrEnum):
    """How a driver wants parameters written."""

    COLON = "colon"  # sqlite3
    DOLLAR = "dollar"  # DuckDB
    PERCENT = "percent"  # psycopg
    SQLALCHEMY = "sqlalchemy"  # sqlalchemy.text


def parameter_names(sql: str) -> frozenset[str]:
    """Return the names of the parameters that *sql* uses."""
    return frozenset(name for _, name in _pieces(sql) if name)


def check_parameters(sql: str, params: Parameters, *, source: str) -> None:
    """Check that each parameter has a value and each value a parameter.

    Raises:
        StatementParameterError: Names those that do not.
    """
    used = parameter_names(sql)
    missing, unused = used - set(params), set(params) - used
    if missing or unused:
        raise StatementParameterError(source, missing=missing, unused=unused)


def write_parameters(sql: str, style: ParameterStyle) -> str:
    """Return *sql* with its parameters written as the driver of *style* wants them, and all other text unchanged."""
    placeholder, other = _WRITERS[style]
    return "".join(placeholder(name) if name else other(text) for text, name in _pieces(sql))


def rename_parameters(sql: str, *, prefix: str) -> str:
    """Return *sql* with *prefix* before the name of each parameter."""
    return "".join(f":{prefix}{name}" if name else text for text, name in _pieces(sql))


_WRITERS: dict[ParameterStyle, tuple[Callable[[str], str], Callable[[str], str]]] = {
    ParameterStyle.COLON: (lambda name: f":{name}", lambda text: text),
    ParameterStyle.DOLLAR: (lambda name: f"${name}", lambda text: text),
    ParameterStyle.PERCENT: (lambda name: f"%({name})s", lambda text: text.replace("%", "%%")),
    ParameterStyle.SQLALCHEMY: (lambda name: f":{name}", lambda text: text.replace(":", r"\:")),
}


def _pieces(sql: str) -> Iterator[tuple[str, str | None]]:
    """Yield (text, None) for text to leave alone and (text, name) for a parameter; all texts together are *sql*."""
    end = 0
    for token in _TOKENS.finditer(sql):
        if token["name"] is None:
            continue
        if token.start() > end:
            yield sql[end : token.start()], None
        yield token[0], token["name"]
        end = token.end()
    if end < len(sql):
        yield sql[end:], None
