"""Raw rows for `rows` sections: one query for all branches, sorted so that a branch's rows are one slice."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from distributor.catalogue.models import DatasetSpec, RowsBody
from distributor.metrics.measure import Calculator
from distributor.metrics.sql import Statement, bind
from distributor.metrics.windows import Window
from distributor.packs.errors import RowsError

POSITION, BRANCH = "_pos", "_branch"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsFrame:
    """Rows of one section for all branches.

    Columns: _pos (int, the branch's position, sorted), _branch (str, the branch id as the dataset has it), then the
    columns asked for. One row a row of the dataset that meets the condition.
    """

    table: pa.Table = field(repr=False)
    _positions: NDArray[np.integer[Any]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_positions", self.table.column(POSITION).to_numpy())

    def within(self, first: int, stop: int) -> pa.Table:
        """Return the rows of the positions first … stop − 1."""
        start, end = self._positions.searchsorted([first, stop]).tolist()
        return self.table.slice(start, end - start)

    def save(self, path: Path) -> None:
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, self.table.schema) as writer:
            writer.write_table(self.table)


def load_rows(path: Path) -> RowsFrame:
    """Map rows that :meth:`RowsFrame.save` wrote into memory."""
    return RowsFrame(table=pa.ipc.open_file(pa.memory_map(str(path))).read_all().combine_chunks())


def select_rows(key: str, body: RowsBody, window: Window, calculator: Calculator) -> RowsFrame:
    """Read the rows of the `rows` section *key* for all branches.

    Raises:
        RowsError: The condition or a column does not work on the dataset.
    """
    spec: DatasetSpec = calculator.datasets[body.dataset]
    params: dict[str, date] = {}
    where = f" where {bind(body.where, window, params)}" if body.where else ""
    wanted = [*body.columns, *([_sort_column(body)] if body.sort else [])]
    columns = "".join(f', d."{column}"' for column in dict.fromkeys(wanted))
    sql = (
        f'select b._pos, d."{spec.branch}" as _branch{columns} from "{body.dataset}" d '
        f'join _branches b on d."{spec.branch}" = b._branch{where} order by b._pos, {_order(body)}'
    )
    try:
        table = calculator.query(Statement(sql=sql, params=params))
    except duckdb.Error as error:
        raise RowsError(key, body.dataset, str(error).splitlines()[0]) from error
    if body.sort:  # as the rows of several branches are: the engine would take what is not a number for the largest
        table = table.take(pc.sort_indices(table, sort_keys=[(POSITION, "ascending"), *_sort_keys(body)]))
    return RowsFrame(table=table.combine_chunks())


def sorted_rows(body: RowsBody, table: pa.Table) -> pa.Table:
    """Sort the rows of several branches together as the spec asks; those of one are sorted already."""
    position = table.column(POSITION)
    if not body.sort or not len(position) or position[0] == position[-1]:
        return table
    return table.take(pc.sort_indices(table, sort_keys=_sort_keys(body)))


def _sort_keys(body: RowsBody) -> list[tuple[str, str]]:
    order = "descending" if (body.sort or "").startswith("-") else "ascending"
    ties = [(column, "ascending") for column in body.columns if column != _sort_column(body)]
    return [(_sort_column(body), order), *ties]


def _sort_column(body: RowsBody) -> str:
    return (body.sort or "").removeprefix("-")


def _order(body: RowsBody) -> str:
    direction = "desc" if (body.sort or "").startswith("-") else "asc"
    first = [f'd."{_sort_column(body)}" {direction} nulls last'] if body.sort else []
    return ", ".join([*first, *(f'd."{column}"' for column in body.columns)])


def frames_by_section(sections: Mapping[str, RowsBody], window: Window, calculator: Calculator) -> dict[str, RowsFrame]:
    """Read all `rows` sections of a report, by section key.

    Raises:
        RowsError: A condition or a column does not work on its dataset.
    """
    return {key: select_rows(key, body, window, calculator) for key, body in sections.items()}
