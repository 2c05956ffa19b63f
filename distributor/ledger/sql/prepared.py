"""Statements whose text is made once, for what is asked for every single message."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, CursorResult, Dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase


@dataclass(frozen=True, slots=True)
class _Text:
    """A statement as one kind of database takes it.

    Attributes:
        fixed: Values that stand in the statement, as the driver takes them.
        takers: From a given value to what the driver takes; None where that is the same.
        order: Names in the order of their places; () where the text names them.
    """

    text: str
    fixed: Mapping[str, Any]
    takers: Mapping[str, Callable[[Any], Any] | None]
    order: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A statement of which nothing depends on the values but the values themselves: no IN of as many as are given.

    Its text is made once for each kind of database. To have the library look it up, with all that it may depend on,
    takes several times as long as the database takes to do it.
    """

    statement: UpdateBase
    _texts: dict[str, _Text] = field(default_factory=dict)

    def __call__(self, db: Connection, values: Mapping[str, Any]) -> CursorResult[Any]:
        """Do it.

        Args:
            db: In a transaction.
            values: One for each name that the statement asks for.
        """
        made = self._texts.get(db.dialect.name)
        if made is None:
            made = self._texts[db.dialect.name] = _text_of(self.statement, db.dialect)
        taken = {name: take(values[name]) if take else values[name] for name, take in made.takers.items()}
        taken |= made.fixed
        return db.exec_driver_sql(made.text, tuple([taken[name] for name in made.order]) if made.order else taken)


def _text_of(statement: UpdateBase, dialect: Dialect) -> _Text:
    compiled = statement.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)
    takers = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in compiled.binds.items()}
    fixed = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
    return _Text(
        text=str(compiled),
        fixed={name: take(value) if (take := takers.pop(name)) else value for name, value in fixed.items()},
        takers=takers,
        order=tuple(compiled.positiontup or ()),
    )
