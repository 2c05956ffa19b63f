"""Colours can be told apart and read."""

import pytest

from renderers.charts.palette import contrast, hue, ink_on, looks, readable, sequential
from renderers.charts.spec import Series, SeriesRole


def _series(*roles: SeriesRole) -> list[Series]:
    return [Series(name=role, role=role, values=(), texts=()) for role in roles]


def test_current_series_has_the_accent() -> None:
    """The current series has the accent colour and the widest line; target and organisation are dashed."""
    current, target, benchmark = looks(
        _series(SeriesRole.current, SeriesRole.target, SeriesRole.benchmark), accent="#0B5C8A"
    )

    assert "#0b5c8a" == current.colour
    assert current.width > max(target.width, benchmark.width)
    assert target.dash != benchmark.dash != current.dash == ()


def test_target_differs_from_a_red_accent() -> None:
    """The target keeps a colour of its own beside an accent like its usual one."""
    current, target = looks(_series(SeriesRole.current, SeriesRole.target), accent="#b3261e")

    assert "#0072b2" == target.colour != current.colour


def test_sixteen_parts_have_colours_of_their_own() -> None:
    """Sixteen parts of a stack have sixteen colours."""
    assert 16 == len({hue(number) for number in range(16)})


@pytest.mark.parametrize("accent", ["#0b5c8a", "#ffd400", "#ffffff", "#000000", "#e4002b"])
def test_text_in_the_accent_is_readable(accent: str) -> None:
    """Text in the colour of a series, and figures on the cells of a heat map, have a contrast of 4.5:1."""
    assert contrast(readable(accent), "#ffffff") >= 4.5
    for step in range(11):
        ground = sequential(step / 10, accent=accent)
        assert contrast(ink_on(ground), ground) >= 4.5


def test_contrast_of_black_on_white() -> None:
    """The contrast of black on white is 21, as WCAG defines it."""
    assert 21 == round(contrast("#000000", "#ffffff"), 6)
