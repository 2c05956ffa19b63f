"""Raw rows for all branches, and the part of one."""

from datetime import date

import pyarrow as pa
import pytest

from distributor.catalogue.models import DatasetSpec, RowsBody
from distributor.metrics.measure import open_calculator
from distributor.metrics.windows import Window
from distributor.packs.rows import BRANCH, POSITION, RowsFrame, select_rows, sorted_rows
from recipients.branches import Branch, BranchTree

MAY = Window(from_on=date(2026, 5, 1), to_on=date(2026, 6, 1))
TREE = BranchTree.build(
    (
        Branch(branch_id="n", name="N", level="national"),
        *(Branch(branch_id=name, name=name, level="local", parent_id="n") for name in "ab"),
    )
)
NAN = float("nan")


class Places:
    def table(self, dataset: str) -> pa.Table:
        share = [NAN, 0.5, None, 0.75, 0.5, NAN]
        return pa.table({"branch": list("abaaab"), "share": share, "place": list("uvwxyz")})


def frame(body: RowsBody) -> RowsFrame:
    specs = {"places": DatasetSpec(source="s", sql="select 1", branch="branch")}
    calculator = open_calculator(Places(), metrics={}, datasets=specs, tree=TREE, on=date(2026, 5, 31))
    return select_rows("s1", body, MAY, calculator)


def test_part_of_a_branch_is_found_by_position() -> None:
    """A branch has its own rows, the root all of them, and one without rows none."""
    found = frame(RowsBody(dataset="places", columns=("place",)))

    assert ["u", "w", "x", "y"] == found.within(1, 2)["place"].to_pylist()
    assert ["v", "z"] == found.within(2, 3)["place"].to_pylist()
    assert 6 == found.within(0, 3).num_rows
    assert 0 == found.within(0, 1).num_rows
    assert {"b"} == set(found.within(2, 3)[BRANCH].to_pylist())
    assert {2} == set(found.within(2, 3)[POSITION].to_pylist())


@pytest.mark.parametrize(
    ("sort", "own", "whole"), [("-share", "xyuw", "xvyuzw"), ("share", "yxuw", "vyxuzw"), ("-place", "yxwu", "zyxwvu")]
)
def test_rows_of_one_branch_stand_as_among_those_of_all(sort: str, own: str, whole: str) -> None:
    """What is not a number comes after all numbers, and gaps come last, in a pack of one branch and of several."""
    body = RowsBody(dataset="places", columns=("place", "share"), sort=sort)
    found = frame(body)

    assert list(own) == sorted_rows(body, found.within(1, 2))["place"].to_pylist()
    assert list(whole) == sorted_rows(body, found.within(0, 3))["place"].to_pylist()
