"""The text that a pack's hash is taken of."""

import json
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from distributor.packs.canonical import canonical
from renderers.charts.spec import Series, SeriesRole
from renderers.formats import Cell, Mark, ValueFormat, ValueKind
from renderers.sections import Source, TextSection


def plain(value: Any) -> Any:
    """Say by JSON's own writer what the text must be: hashes of earlier runs are compared with it."""
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if isinstance(value, float):
        return f"{value:.12g}"
    if is_dataclass(value):
        names = [one.name for one in fields(value) if one.name != "sources"]
        return [type(value).__name__, {name: plain(getattr(value, name)) for name in names}]
    return str(value) if isinstance(value, date | Decimal) else value


NUMBERS = st.one_of(st.integers(), st.floats(), st.decimals(allow_nan=False), st.booleans(), st.none())
TEXTS = st.text()
CELLS = st.builds(Cell, value=st.one_of(NUMBERS, st.dates(), TEXTS), text=TEXTS, mark=st.just(Mark.shown))
SERIES = st.builds(
    Series,
    name=TEXTS,
    role=st.sampled_from(SeriesRole),
    values=st.lists(st.one_of(st.floats(), st.none())).map(tuple),
    texts=st.lists(TEXTS).map(tuple),
)
FORMATS = st.builds(
    ValueFormat, kind=st.sampled_from(ValueKind), decimals=st.integers(0, 3), unit=st.sampled_from([None, "NOK", "%"])
)
VALUES = st.recursive(st.one_of(NUMBERS, TEXTS, CELLS, SERIES, FORMATS), lambda some: st.lists(some).map(tuple))


@given(VALUES)
def test_text_is_the_one_that_json_writes(value: Any) -> None:
    """Whatever a pack holds, its text is that of the lists and objects it stands for, so that old hashes hold."""
    assert json.dumps(plain(value), ensure_ascii=False) == canonical(value)


def test_where_figures_come_from_is_not_said() -> None:
    """The same sentence of two branches' sources is the same to a reader."""
    here, there = (
        TextSection(key="s1", heading="H", paragraphs=("a",), sources=(Source(what="x", branch_id=branch),))
        for branch in ("a", "b")
    )

    assert canonical(here) == canonical(there)
