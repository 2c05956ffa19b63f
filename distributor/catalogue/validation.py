"""Data against the models: a valid specification, or faults in our own sentences."""

import re
import types
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, Tag, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, to_json

from distributor.catalogue.errors import Fault
from distributor.catalogue.marks import Marked, Step
from distributor.catalogue.models import NAME_PATTERN, SECTION_KINDS

NAME_RULE = "A name has lower-case letters, digits and underscores and begins with a letter."

_WANTED = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
}
_LIMITS = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}


def validate(model: Any, marked: Marked, *, what: str, is_partial: bool = False) -> tuple[Any, list[Fault]]:
    """Check data against a model.

    Args:
        model: A pydantic model or annotated union of models.
        marked: The data and where it was written.
        what: What it is, for messages about the whole: ``metric "churn"``.
        is_partial: Missing keys are no faults: the data is only a part, to be completed elsewhere.

    Returns:
        The validated specification (None if there are faults) and the faults.
    """
    try:
        return _adapter(model).validate_json(to_json(marked.data), strict=True, by_alias=True, by_name=False), []
    except ValidationError as error:
        details = error.errors(include_url=False)
    if is_partial:
        details = [detail for detail in details if detail["type"] != "missing"]
    grouped: dict[tuple[Step, ...], tuple[_Trail, ErrorDetails]] = {}
    for detail in details:
        trail = _trail(model, detail["loc"])
        key = trail.path if trail.is_choice else (*trail.path, f"/{len(grouped)}")
        grouped.setdefault(key, (trail, detail))
    return None, [_fault(trail, detail, marked, what) for trail, detail in grouped.values()]


@cache
def _adapter(model: Any) -> TypeAdapter[Any]:
    return TypeAdapter(model)


class _Trail(NamedTuple):
    """A pydantic location in the words of the file: without the tags of unions."""

    path: tuple[Step, ...]
    owner: type[BaseModel] | None  # the model that has, or refuses, the last key
    description: str
    is_choice: bool  # the value may be one of several types, each with an error of its own


def _trail(annotation: Any, location: tuple[int | str, ...]) -> _Trail:
    path: list[Step] = []
    owner: type[BaseModel] | None = None
    description = ""
    for part in location:
        node = _bare(annotation)
        if choices := _choices(node):
            if part not in choices:
                return _Trail(tuple(path), owner, description, True)
            annotation = choices[part]
            continue
        if part == "[key]":
            break
        path.append(part)
        if isinstance(node, type) and issubclass(node, BaseModel):
            owner = node
            field: FieldInfo | None = _fields(node).get(str(part))
            if field is None:
                break
            annotation, description = field.annotation, field.description or ""
        else:
            annotation = get_args(node)[1 if get_origin(node) is dict else 0]
            owner = None
    return _Trail(tuple(path), owner, description, False)


def _fields(model: type[BaseModel]) -> Mapping[str, FieldInfo]:
    """Return the fields by the keys that stand in a file: "except" is no name in Python."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _bare(annotation: Any) -> Any:
    """Strip Annotated and "or None"."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif get_origin(annotation) in (Union, types.UnionType):
            members = [member for member in get_args(annotation) if member is not type(None)]
            if len(members) != 1:
                return Union[tuple(members)]  # noqa: UP007 - the members are computed
            annotation = members[0]
        else:
            return annotation


def _choices(node: Any) -> Mapping[Any, Any]:
    """Return the members of a union by tag; members without one by themselves."""
    if get_origin(node) not in (Union, types.UnionType):
        return {}
    return {
        next((extra.tag for extra in getattr(member, "__metadata__", ()) if isinstance(extra, Tag)), member): member
        for member in get_args(node)
    }


def _fault(trail: _Trail, detail: ErrorDetails, marked: Marked, what: str) -> Fault:
    path, mark = trail.path, marked.mark
    key = next((step for step in reversed(path) if isinstance(step, str)), None)
    name = f'"{key}"' if key else what
    kind, value, context = detail["type"], detail["input"], detail.get("ctx", {})
    if kind == "missing":
        inside = next((f'"{step}"' for step in reversed(path[:-1]) if isinstance(step, str)), what)
        place = mark.locate_key(*path[:-1])
        return Fault(place=place, what=f"key {name} is missing in {inside}", remedy=trail.description)
    if kind == "extra_forbidden":
        allowed = tuple(_fields(trail.owner)) if trail.owner else ()
        return Fault(place=mark.locate_key(*path), what=f"key {name} is unknown", allowed=allowed, got=str(key))
    if kind == "value_error":
        return Fault(place=mark.locate_key(*path), what=str(context["error"]))
    place = mark.locate(*path)
    if trail.is_choice:
        return Fault(place=place, what=f"{_shown(value)} is not a valid value of {name}", remedy=trail.description)
    if kind == "literal_error":
        allowed = tuple(re.findall(r"'([^']*)'", context["expected"]))
        got = value if isinstance(value, str) else None
        return Fault(place=place, what=f"{_shown(value)} is not a valid value of {name}", allowed=allowed, got=got)
    if kind == "string_pattern_mismatch":
        remedy = NAME_RULE if context["pattern"] == NAME_PATTERN else trail.description
        return Fault(place=place, what=f"{_shown(value)} is not a valid value of {name}", remedy=remedy)
    if kind == "section_kind":
        keys = [key for key in value if get_close_matches(key, SECTION_KINDS)] if isinstance(value, dict) else []
        what = "a section needs one of the keys that say what it is"
        return Fault(place=place, what=what, allowed=SECTION_KINDS, got=keys[0] if keys else None)
    if kind in _WANTED and value is None:
        return Fault(place=place, what=f"{name} is empty; it must be {_WANTED[kind]}")
    if kind in _WANTED:
        return Fault(place=place, what=f"{name} must be {_WANTED[kind]}, not {_kind(value)}", remedy=_cure(kind, value))
    if kind in _LIMITS:
        limit, words = _LIMITS[kind]
        return Fault(place=place, what=f"{name} must be {words} {context[limit]}, not {value}")
    if kind in ("too_short", "string_too_short"):
        return Fault(place=place, what=f"{name} is empty", remedy=trail.description)
    return Fault(place=place, what=detail["msg"][:1].lower() + detail["msg"][1:], remedy=trail.description)


def _kind(value: Any) -> str:
    match value:
        case bool():
            return f"{str(value).lower()} (true or false)"
        case int() | float():
            return f"the number {value}"
        case str():
            return f"the text {_shown(value)}"
        case list() | tuple():
            return "a list"
        case _:
            return "a mapping"


def _cure(kind: str, value: Any) -> str:
    if kind == "string_type" and isinstance(value, int | float):
        return "Put it in quotes."
    if kind == "tuple_type" and isinstance(value, str):
        return f"Write [{value}]."
    if kind in ("int_type", "float_type", "bool_type") and isinstance(value, str):
        return "Write it without quotes." if value.lower() in ("true", "false") or value.isdigit() else ""
    return ""


def _shown(value: Any) -> str:
    """Return the value for a message, not longer than a line."""
    text = value if isinstance(value, str) else to_json(value).decode()
    text = text if len(text) <= 60 else f"{text[:57]}..."
    return f'"{text}"' if isinstance(value, str) else text


def walk(spec: Any, path: tuple[Step, ...] = ()) -> Iterator[tuple[tuple[Step, ...], Any]]:
    """Yield every model inside *spec*, itself first, with its path in the file."""
    if isinstance(spec, BaseModel):
        yield path, spec
        for key, name in zip(_fields(type(spec)), type(spec).model_fields, strict=True):
            yield from walk(getattr(spec, name), (*path, key))
    elif isinstance(spec, dict):
        for key, value in spec.items():
            yield from walk(value, (*path, key))
    elif isinstance(spec, tuple):
        for index, value in enumerate(spec):
            yield from walk(value, (*path, index))
