"""A frame's combinations of keys as Python has them: each distinct one is made once, not for every row and reader."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Keys = tuple[Any, ...]

# Rows. The distinct combinations of more would take up the memory of each worker; its packs read few of them.
_MOST_KEPT = 250_000


class Combinations:
    """The combinations that *arrays*, one for each column of a breakdown, hold row by row; numbered when asked for."""

    def __init__(self, arrays: Sequence[pa.Array]) -> None:
        self.arrays = arrays

    @cached_property
    def codes(self) -> NDArray[np.int64]:
        """int64[rows], the number of each row's combination."""
        return self._numbered[0]

    @cached_property
    def distinct(self) -> tuple[Keys, ...]:
        """The combinations by number."""
        sample = pa.array(self._numbered[1])
        return tuple(zip(*(array.take(sample).to_pylist() for array in self.arrays), strict=True))

    def rows(self, first: int, stop: int) -> list[Keys]:
        """Return the combinations of the rows *first* … *stop* − 1."""
        if len(self.arrays[0]) > _MOST_KEPT:
            return list(zip(*(array.slice(first, stop - first).to_pylist() for array in self.arrays), strict=True))
        distinct = self.distinct
        return [distinct[code] for code in self.codes[first:stop].tolist()]

    @cached_property
    def _numbered(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return each row's number, and for each number a row that has it."""
        codes = np.zeros(len(self.arrays[0]), np.int64)
        for array in self.arrays:
            encoded = array.dictionary_encode(null_encoding="encode")
            codes = codes * max(1, len(encoded.dictionary)) + encoded.indices.to_numpy()
        _, sample, numbers = np.unique(codes, return_index=True, return_inverse=True)
        return numbers.astype(np.int64), sample
