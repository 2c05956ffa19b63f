"""What can go wrong while a source is read; all are SourceError, exit code 1.

SourceError
├── SourceUnreachableError    no connection, or it broke
├── SourceFileError           a file is missing, or cannot be read as what its name says
├── SourceRoleError           the database role may do more than read
├── StatementRefusedError     the statement is not one SELECT, or the source's read-only rules stopped it
├── StatementParameterError   a parameter without value, or a value without parameter
├── StatementTimeoutError     the statement took longer than the source's timeout
└── BadSqlError               the database did not understand the statement, or could not evaluate it

Messages name the source and carry the driver's words; the session removes passwords from them before.
"""

from collections.abc import Collection

from distributor.errors import SourceError


class SourceUnreachableError(SourceError):
    def __init__(self, source: str, words: str, *, remedy: str = "Check that it runs and that config.toml is right."):
        super().__init__(f"source {source}: cannot be reached: {_sentence(words)} {remedy}")


class SourceFileError(SourceError):
    def __init__(self, source: str, path: object, problem: str):
        super().__init__(f"source {source}: {path}: {_sentence(problem)}")


class SourceRoleError(SourceError):
    def __init__(self, source: str, role: str):
        super().__init__(
            f'source {source}: the database role "{role}" may read and write files of the server, so that a read-only '
            "transaction cannot hold it. Use a role with SELECT only: CREATE ROLE reports LOGIN PASSWORD '...'; "
            "GRANT pg_read_all_data TO reports. Or set allow_superuser = true for this source in config.toml."
        )


class StatementRefusedError(SourceError):
    def __init__(self, source: str, words: str):
        super().__init__(
            f"source {source}: the statement was refused: {_sentence(words)} "
            "A dataset's SQL is one SELECT that only reads."
        )


class StatementParameterError(SourceError):
    def __init__(self, source: str, *, missing: Collection[str] = (), unused: Collection[str] = ()):
        problems = []
        if missing:
            problems.append(f"no value was given for {_names(missing)}.")
        if unused:
            problems.append(f"the statement does not use {_names(unused)}.")
        problems.append("Parameters are written :name and only stand for values.")
        super().__init__(f"source {source}: {' '.join(problems)}")


class StatementTimeoutError(SourceError):
    def __init__(self, source: str, timeout_s: float):
        super().__init__(
            f"source {source}: the statement was stopped after {timeout_s:g} s. "
            "Make the query lighter, or raise timeout_s of the source in config.toml."
        )


class BadSqlError(SourceError):
    def __init__(self, source: str, words: str):
        super().__init__(f"source {source}: the database says: {_sentence(words)}")


def _names(names: Collection[str]) -> str:
    return ", ".join(f":{name}" for name in sorted(names))


def _sentence(words: str) -> str:
    """The driver's words without trailing blank lines, ending in a full stop."""
    text = words.strip()
    return text if text.endswith((".", "!", "?", "^")) else f"{text}."
