"""One JSON text of a value of a pack, equal for values that say the same to a reader."""

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from json.encoder import encode_basestring
from operator import attrgetter
from typing import Any

from renderers.formats import ValueFormat

# A sum of floats may differ in its last digits between two computations of the same rows.
_DIGITS = 12
# Fields that are not said to a reader: where a section's figures come from.
_UNSAID = {"sources"}

Writer = Callable[[Any], str]


def canonical(value: Any) -> str:
    """Return *value* as JSON: an object as its kind and its fields, a number by its first 12 digits."""
    return _WRITERS[type(value)](value)


class _Writers(dict[type, Writer]):
    """What writes each kind of value: found when the first one comes, since a pack holds a thousand of a few kinds."""

    def __missing__(self, kind: type) -> Writer:
        self[kind] = writer = _writer(kind)
        return writer


def _writer(kind: type) -> Writer:
    if is_dataclass(kind):
        return lru_cache(_object_writer(kind)) if kind is ValueFormat else _object_writer(kind)  # a pack repeats a few
    if issubclass(kind, str):
        return encode_basestring
    return _text if issubclass(kind, date | Decimal) else _other


def _object_writer(kind: type) -> Writer:
    names = [one.name for one in fields(kind) if one.name not in _UNSAID]
    values = attrgetter(*names)  # of two or more fields a tuple
    places = ", ".join(f'"{name}": %s' for name in names)
    form = f'["{kind.__name__}", {{{places}}}]'
    if len(names) == 1:
        return lambda value: form % canonical(values(value))
    return lambda value: form % tuple([_WRITERS[type(one)](one) for one in values(value)])


def _row(value: tuple[Any, ...]) -> str:
    return f"[{', '.join([_WRITERS[type(one)](one) for one in value])}]"


def _number(value: float) -> str:
    return f'"{value:.{_DIGITS}g}"'


def _text(value: date | Decimal) -> str:
    return f'"{value}"'


def _other(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


_CONSTANTS = {None: "null", False: "false", True: "true"}
_WRITERS = _Writers(
    {tuple: _row, float: _number, int: str, bool: _CONSTANTS.__getitem__, type(None): _CONSTANTS.__getitem__}
)
