"""Numbered objects → the bytes of a PDF 1.7 file. Source: ISO 32000-1, 7.5."""

import struct
from itertools import accumulate

import pydyf  # type: ignore[import-untyped]

from renderers.deflate import zlib_stream

_ROW = struct.Struct(">BIH")  # of the cross-reference stream
_HEADER = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"


class Objects:
    """Numbered objects; all but streams go into one compressed object stream (7.5.7)."""

    def __init__(self) -> None:
        self._plain: dict[int, bytes] = {}
        self._streams: dict[int, bytes] = {}
        self._last = 0

    def reserve(self, count: int = 1) -> int:
        """Return the first of *count* numbers."""
        self._last += count
        return self._last - count + 1

    def put(self, number: int, content: bytes) -> None:
        self._plain[number] = content

    def put_all(self, first: int, contents: list[bytes]) -> None:
        """Put *contents* under the numbers from *first* on."""
        self._plain.update(enumerate(contents, start=first))

    def add(self, content: bytes) -> int:
        self._last += 1
        self._plain[self._last] = content
        return self._last

    def add_stream(self, entries: bytes, content: bytes, *, is_compressed: bool = True) -> int:
        self._last += 1
        self._streams[self._last] = _stream(entries, content, is_compressed=is_compressed)
        return self._last

    def file(self, *, root: int, info: int) -> bytes:
        """Return header, streams, the object stream, and the cross-reference stream (7.5.8) with the trailer."""
        holder, own = self.reserve(), self.reserve()
        parts, position, places = [_HEADER], len(_HEADER), {}
        for number, stream in (*self._streams.items(), (holder, self._object_stream())):
            places[number] = position
            parts.append(b"%d 0 obj\n%b\nendobj\n" % (number, stream))
            position += len(parts[-1])
        places[own] = position
        table = [(0, 0, 0xFFFF)] * (own + 1)
        for order, number in enumerate(self._plain):
            table[number] = (2, holder, order)
        for number, place in places.items():
            table[number] = (1, place, 0)
        rows = b"".join([_ROW.pack(*row) for row in table])
        entries = b"/Type/XRef/W[1 4 2]/Size %d/Root %d 0 R/Info %d 0 R" % (own + 1, root, info)
        parts.append(b"%d 0 obj\n%b\nendobj\n" % (own, _stream(entries, zlib_stream(rows))))
        parts.append(b"startxref\n%d\n%%%%EOF\n" % position)
        return b"".join(parts)

    def _object_stream(self) -> bytes:
        """Return all objects that are no streams as one that is (7.5.7)."""
        offsets = accumulate(map(len, self._plain.values()), lambda offset, size: offset + size + 1, initial=0)
        places = [b"%d %d" % place for place in zip(self._plain, offsets, strict=False)]
        head = b"%b\n" % b" ".join(places)
        entries = b"/Type/ObjStm/N %d/First %d" % (len(places), len(head))
        return _stream(entries, zlib_stream(head + b"\n".join(self._plain.values())))


def pdf_string(text: str) -> bytes:
    """Return *text* as a PDF string."""
    data: bytes = pydyf.String(text).data
    return data


def decimal(value: float) -> str:
    """Return *value* to a millionth."""
    return f"{value:f}".rstrip("0").rstrip(".")


def short(value: float) -> str:
    """Return a place or a size to a thousandth of a px."""
    return f"{value:.3f}"


def _stream(entries: bytes, content: bytes, *, is_compressed: bool = True) -> bytes:
    filters = b"/Filter/FlateDecode" if is_compressed else b""
    return b"<<%b%b/Length %d>>\nstream\n%b\nendstream" % (entries, filters, len(content), content)
