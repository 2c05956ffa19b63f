"""Names of sheets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderers.xlsx.names import sheet_names


@pytest.mark.parametrize(
    ("headings", "expected"),
    [
        (["Innmeldte"], ("Innmeldte",)),
        (["Inn/ut: 2026?"], ("Inn ut 2026",)),
        (["Frafall", "frafall", "FRAFALL"], ("Frafall", "frafall (2)", "FRAFALL (3)")),
        (["'Oslo'"], ("Oslo",)),
        (["History"], ("History (2)",)),
        ([""], ("Ark",)),
        (["[]"], ("Ark",)),
        (["a" * 40, "a" * 40], ("a" * 31, "a" * 27 + " (2)")),
    ],
)
def test_headings_become_names_excel_accepts(headings, expected):
    """Forbidden characters, length, repeats and Excel's own word are dealt with, and nothing else is changed."""
    assert expected == sheet_names(headings, fallback="Ark")


@given(st.lists(st.text(max_size=50), max_size=12))
def test_any_headings_give_names_excel_accepts(headings):
    """Whatever the headings, names are unique without regard to case, and obey Excel's rules."""
    names = sheet_names(headings, fallback="Ark")

    assert len(headings) == len({name.casefold() for name in names})
    for name in names:
        assert 0 < len(name.encode("utf-16-le")) // 2 <= 31
        assert not set(name) & set("[]:*?/\\")
        assert "'" not in (name[0], name[-1])
