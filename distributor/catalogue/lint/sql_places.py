"""Characters of SQL found again in the file that holds it."""

import re

from distributor.catalogue.draft import Draft
from distributor.catalogue.errors import Fault, Place
from distributor.catalogue.lint.sql import Problem


def sql_fault(draft: Draft, problem: Problem, start: Place, text: str, *, is_file: bool = False) -> Fault:
    """Turn a problem in SQL into a fault with a place.

    Args:
        draft: Holds the files as read.
        problem: What is wrong, at which character.
        start: Where the value begins in the YAML file, or the file of SQL.
        text: The SQL.
        is_file: The SQL has a file of its own.
    """
    place = start if problem.offset < 0 else _place(draft, start, text[: problem.offset], is_file)
    return Fault(place=place, what=problem.what, allowed=problem.allowed, got=problem.got, remedy=problem.remedy)


def _place(draft: Draft, start: Place, before: str, is_file: bool) -> Place:
    line, column = before.count("\n"), len(before) - before.rfind("\n") - 1
    if is_file:
        return Place(start.file, line + 1, column + 1)
    lines = draft.texts.get(start.file, "").split("\n")
    source = lines[start.line - 1][start.column - 1 :] if start.line <= len(lines) else ""
    if source.startswith("|"):
        body = lines[start.line :]
        indent = next((len(row) - len(row.lstrip()) for row in body if row.strip()), 0)
        return Place(start.file, start.line + 1 + line, indent + column + 1)
    if line or source.startswith(">"):  # folded: the lines of the file are not those of the text
        return start
    quote = 1 if re.match("[\"']", source) else 0
    return Place(start.file, start.line, start.column + quote + column)
