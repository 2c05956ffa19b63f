"""PNG pictures that go into a PDF as they are.

WeasyPrint decodes a PNG and compresses it again, twice for a palette picture, which costs as much time as the rest of
the document. A PDF can hold the compressed rows of a PNG unchanged, palette included (ISO 32000-1, 7.4.4.4, 8.6.6.3).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import takewhile
from typing import Any

import pydyf  # type: ignore[import-untyped]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHUNK = struct.Struct(">I4s")
_HEADER = struct.Struct(">IIBBBBB")
_RESOLUTION = struct.Struct(">IIB")
_METRES_PER_PX = 0.0254 / 96
_WIDE_PX = 450  # CSS px; half a page is 325
_WIDE_ASPECT = 2.0
_GREY, _RGB, _PALETTE = 0, 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One picture in the form that WeasyPrint's image cache holds: intrinsic size, draw, and a PDF object."""

    width: int
    height: int
    bits: int
    colour_type: int
    palette: bytes
    rows: bytes

    @property
    def id(self) -> str:
        """Return a name of its content. The name of this property is WeasyPrint's."""
        return sha256(f"{self.width} {self.height} {self.bits}".encode() + self.palette + self.rows).hexdigest()

    @property
    def ratio(self) -> float:
        """Width over height."""
        return self.width / self.height

    def get_intrinsic_size(self, resolution: float, _font_size: object) -> tuple[float, float, float]:
        """Return width and height in CSS px, and their ratio. The name is WeasyPrint's."""
        return self.width / resolution, self.height / resolution, self.ratio

    def draw(self, stream: Any, concrete_width: float, concrete_height: float, _style: Any) -> None:
        """Place the picture on the page. The signature is WeasyPrint's."""
        name = stream.add_image(self, True, 1)
        stream.transform(concrete_width, 0, 0, -concrete_height, 0, concrete_height)
        stream.draw_x_object(name)

    def entries(self) -> bytes:
        """Return the entries of the image object's dictionary but for its filter (ISO 32000-1, 8.9.5)."""
        shape = (self.width, self.height, self._space, self.bits, self._colours, self.bits, self.width)
        return (
            b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace%b/BitsPerComponent %d/Interpolate true"
            b"/DecodeParms<</Predictor 15/Colors %d/BitsPerComponent %d/Columns %d>>" % shape
        )

    def get_x_object(self, interpolate: bool, _dpi_ratio: float) -> pydyf.Stream:
        """Return the image object with the PNG's own compressed rows. The name is WeasyPrint's."""
        return pydyf.Stream(
            [self.rows],
            pydyf.Dictionary(
                {
                    "Type": "/XObject",
                    "Subtype": "/Image",
                    "Width": self.width,
                    "Height": self.height,
                    "ColorSpace": self._space,
                    "BitsPerComponent": self.bits,
                    "Interpolate": "true" if interpolate else "false",
                    "Filter": "/FlateDecode",
                    # 15: each row names its own predictor, as PNG rows do.
                    "DecodeParms": pydyf.Dictionary(
                        {"Predictor": 15, "Colors": self._colours, "BitsPerComponent": self.bits, "Columns": self.width}
                    ),
                }
            ),
        )

    @property
    def _space(self) -> bytes:
        if self.colour_type == _PALETTE:
            return b"[/Indexed/DeviceRGB %d<%b>]" % (len(self.palette) // 3 - 1, self.palette.hex().encode())
        return b"/DeviceRGB" if self.colour_type == _RGB else b"/DeviceGray"

    @property
    def _colours(self) -> int:
        return 3 if self.colour_type == _RGB else 1


def picture(png: bytes) -> Picture | None:
    """Return *png* ready to be placed, or None if it must be decoded: transparent, interlaced, or not a PNG."""
    if not png.startswith(_SIGNATURE):
        return None
    chunks = list(_chunks(png))
    kinds = {kind for kind, _ in chunks}
    width, height, bits, colour_type, _, _, interlace = _HEADER.unpack(chunks[0][1])
    if colour_type not in (_GREY, _RGB, _PALETTE) or interlace or b"tRNS" in kinds or bits > 8:
        return None
    return Picture(
        width=width,
        height=height,
        bits=bits,
        colour_type=colour_type,
        palette=b"".join(content for kind, content in chunks if kind == b"PLTE"),
        rows=b"".join(content for kind, content in chunks if kind == b"IDAT"),
    )


def is_wide(png: bytes) -> bool:
    """Return whether *png* was drawn for the full width of a page.

    Its resolution says how wide it is meant to be; a picture without one is judged by its shape.
    """
    # Both chunks stand before the rows (PNG, 5.6).
    chunks = dict(takewhile(lambda chunk: chunk[0] != b"IDAT", _chunks(png)))
    width, height, *_ = _HEADER.unpack(chunks[b"IHDR"])
    per_metre, _, unit = _RESOLUTION.unpack(chunks.get(b"pHYs", bytes(9)))
    if unit == 1 and per_metre:
        return bool(width / per_metre / _METRES_PER_PX > _WIDE_PX)
    return bool(width > _WIDE_ASPECT * height)


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    # A chunk is its length, its kind, its content and a checksum of four bytes.
    place = len(_SIGNATURE)
    while place < len(png):
        length, kind = _CHUNK.unpack_from(png, place)
        yield kind, png[place + 8 : place + 8 + length]
        place += 12 + length
