"""A palette picture as a PNG file.

Source: W3C, "Portable Network Graphics (PNG) Specification", 3rd edition, 5 and 11.
"""

import struct
import zlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from renderers.deflate import zlib_stream

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_INDEXED = 3
_PX_PER_METRE = 1 / 0.0254


def encoded(rows: NDArray[np.uint8], *, palette: bytes, dpi: int) -> bytes:
    """Return a PNG.

    Args:
        rows: One byte a pixel, an index of the palette; before each row its filter byte, 0.
        palette: Red, green and blue of each colour.
        dpi: Pixels an inch.
    """
    height, width = rows.shape[0], rows.shape[1] - 1
    header = struct.pack(">IIBBBBB", width, height, 8, _INDEXED, 0, 0, 0)
    return b"".join(
        (
            _SIGNATURE,
            _chunk(b"IHDR", header),
            _constant(palette, dpi),
            _chunk(b"IDAT", zlib_stream(rows.data)),
            _chunk(b"IEND", b""),
        )
    )


@lru_cache(maxsize=16)
def _constant(palette: bytes, dpi: int) -> bytes:
    per_metre = round(dpi * _PX_PER_METRE)
    return _chunk(b"PLTE", palette) + _chunk(b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1))


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
