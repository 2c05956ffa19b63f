"""Early no to SQL that is plainly not one SELECT. The connection is what holds; this only says it sooner and better."""

import logging

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from distributor.sources.errors import StatementRefusedError
from distributor.sources.parameters import rename_parameters

# It tells on stderr what it could not parse; here that is not news.
logging.getLogger("sqlglot").setLevel(logging.ERROR)

_ROOTS = (exp.Select, exp.SetOperation, exp.Values, exp.Subquery)
_WRITES = (
    exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Create, exp.Drop, exp.Alter, exp.TruncateTable, exp.Copy,
    exp.Attach, exp.Detach, exp.Pragma, exp.Set, exp.Command, exp.Into, exp.Lock, exp.ReadCSV, exp.ReadParquet,
)  # fmt: skip
# Functions that reach files, other servers, settings or other sessions.
_FUNCTIONS = frozenset(
    """
    pg_read_file pg_read_binary_file pg_ls_dir pg_stat_file pg_ls_logdir pg_ls_waldir pg_ls_tmpdir lo_import lo_export
    lo_create lo_from_bytea lo_put lo_unlink dblink dblink_exec dblink_connect query_to_xml query_to_xml_and_xmlschema
    table_to_xml cursor_to_xml database_to_xml set_config pg_reload_conf pg_rotate_logfile pg_terminate_backend
    pg_cancel_backend pg_notify pg_logical_emit_message pg_sleep pg_advisory_lock nextval setval pg_file_write
    read_csv_auto read_text read_blob read_json read_json_auto read_ndjson parquet_scan parquet_metadata parquet_schema
    sniff_csv glob duckdb_secrets which_secret getenv query query_table sqlite_scan postgres_scan mysql_scan
    load_extension readfile writefile edit fts3_tokenizer
    openrowset opendatasource openquery xp_cmdshell load_file
    """.split()  # noqa: SIM905
)


def refusal(sql: str, dialect: str) -> str | None:
    """Say why *sql* is not one reading SELECT; None if nothing speaks against it.

    Text that the parser does not understand gets None as well: it knows fewer words than the databases do.

    Args:
        sql: A statement; parameters are written ``:name``.
        dialect: A dialect of sqlglot: sqlite, postgres, duckdb, tsql, ...
    """
    # The parser takes :from and :to for the words FROM and TO.
    text = rename_parameters(sql, prefix="p_")
    try:
        parsed = sqlglot.parse(text, read=dialect)
    except (SqlglotError, ValueError, RecursionError):
        return None
    # A comment after the last semicolon is parsed as a statement of its own.
    statements = [one for one in parsed if one is not None and not isinstance(one, exp.Semicolon)]
    if len(statements) != 1:
        return f"it holds {len(statements)} statements"
    root = statements[0]
    if not isinstance(root, _ROOTS):
        word = root.name if isinstance(root, exp.Command) else root.key
        return f"it is {word.upper()}, not SELECT"
    for write in root.find_all(*_WRITES):
        return f"it holds {write.key.upper()}"
    for function in root.find_all(exp.Anonymous):
        if function.name.lower() in _FUNCTIONS:
            return f"it calls {function.name.lower()}()"
    return None


def allow_all(sql: str, dialect: str) -> None:
    """The guard that stops nothing: for tests that prove what the connection itself holds."""


def check_sql(sql: str, dialect: str, *, source: str) -> None:
    """Refuse SQL that is plainly not one reading SELECT.

    Raises:
        StatementRefusedError: Says what it is instead.
    """
    reason = refusal(sql, dialect)
    if reason is not None:
        raise StatementRefusedError(source, reason)
