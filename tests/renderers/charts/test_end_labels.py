"""Labels at the ends of lines are pushed apart, and find room beside their points."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderers.charts.end_labels import Area, EndLabel, label_lines, place_beside, pushed_apart
from renderers.charts.lettering import Weight


@given(centres=st.lists(st.floats(0, 200), min_size=1, max_size=8))
def test_labels_pushed_apart_do_not_overlap(centres: list[float]) -> None:
    """Labels that fit never overlap, stay within the bounds, and keep their order."""
    heights = [14.0] * len(centres)
    moved = pushed_apart(centres, heights, top=0, bottom=200)

    ordered = sorted(moved)
    assert all(low + 14 <= high + 1e-6 for low, high in pairwise(ordered))
    assert ordered[0] >= 7 - 1e-6
    assert ordered[-1] <= 193 + 1e-6
    pairs = sorted(zip(centres, moved, strict=True))
    assert all(one[1] <= other[1] for one, other in pairwise(pairs) if one[0] < other[0])


def test_labels_with_room_stay_where_they_are() -> None:
    """Labels that do not touch are not moved."""
    assert [20.0, 60.0] == pushed_apart([20, 60], [14, 14], top=0, bottom=100)


def test_label_beside_a_point_avoids_lines() -> None:
    """A label goes where no line crosses it: above, if a line runs on to the right."""
    label = EndLabel(lines=("2026: 55",), weight=Weight.bold, colour="#000000", end=(100, 100))
    within = Area(left=0, top=0, right=300, bottom=200)
    area = place_beside(label, paths=[[(100, 100), (300, 105)]], taken=[], within=within)

    assert area is not None
    assert area.bottom < 100


def test_label_without_room_is_not_placed() -> None:
    """Where every place is taken there is none."""
    label = EndLabel(lines=("2026: 55",), weight=Weight.bold, colour="#000000", end=(100, 100))
    everything = Area(left=0, top=0, right=300, bottom=200)

    assert place_beside(label, paths=[], taken=[everything], within=everything) is None


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("2026", "55", ("2026: 55",)),
        ("Hele organisasjonen", "", ("Hele", "organisasjonen")),
        ("Innbetalt i år", "11 111 103 kr", ("Innbetalt i år", "11 111 103 kr")),
    ],
)
def test_name_and_value_share_a_line_if_they_fit(name: str, value: str, expected: tuple[str, ...]) -> None:
    """A name and its value stand on one line where they fit, else on two."""
    assert expected == label_lines(name, value, limit=100, weight=Weight.normal)
