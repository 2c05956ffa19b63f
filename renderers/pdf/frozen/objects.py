"""Numbered objects → the bytes of a PDF 1.7 file. Source: ISO 32000-1, 7.5."""

import re
import struct
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, chain

from renderers.deflate import zlib_stream

_ROW = struct.Struct(">BIH")  # of the cross-reference stream
_HEADER = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"
_SPECIAL = re.compile(rb"[\\()]")
_HOLDER, _TABLE = 1, 2  # the numbers of the object stream and of the cross-reference stream


class Objects:
    """Numbered objects; all but streams go into one compressed object stream (7.5.7).

    Streams have the first numbers, so that the others' run on in the order of that stream.
    """

    def __init__(self, *, streams: int) -> None:
        """Begin a file with so many *streams*."""
        self._streams: list[bytes] = []
        self._first = _TABLE + streams + 1
        self._plain: list[bytes] = []

    def reserve(self) -> int:
        """Return a number for an object that is put later."""
        return self.add(b"")

    def put(self, number: int, content: bytes) -> None:
        self._plain[number - self._first] = content

    def add(self, content: bytes) -> int:
        self._plain.append(content)
        return self._first + len(self._plain) - 1

    def add_all(self, contents: Sequence[bytes]) -> None:
        """Add *contents* under the numbers from `next_number` on."""
        self._plain += contents

    @property
    def next_number(self) -> int:
        """The number of the next object that is added."""
        return self._first + len(self._plain)

    def add_stream(self, entries: bytes, content: bytes, *, is_compressed: bool = True) -> int:
        self._streams.append(_stream(entries, content, is_compressed=is_compressed))
        return _TABLE + len(self._streams)

    def file(self, *, root: int, info: int) -> bytes:
        """Return header, object stream, streams, and the cross-reference stream (7.5.8) with the trailer."""
        if _TABLE + len(self._streams) + 1 != self._first:
            raise ValueError(f"{len(self._streams)} streams were added, {self._first - _TABLE - 1} were announced")
        numbers = (_HOLDER, *range(_TABLE + 1, self._first))
        contents = (self._object_stream(), *self._streams)
        parts = [b"%d 0 obj\n%b\nendobj\n" % one for one in zip(numbers, contents, strict=True)]
        holder, *places, end = accumulate(map(len, parts), initial=len(_HEADER))
        rows = [_ROW.pack(0, 0, 0xFFFF), *(_ROW.pack(1, place, 0) for place in (holder, end, *places))]
        entries = b"/Type/XRef/W[1 4 2]/Size %d/Root %d 0 R/Info %d 0 R" % (self.next_number, root, info)
        table = _stream(entries, zlib_stream(b"".join((*rows, _plain_rows(len(self._plain))))))
        trailer = b"%d 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (_TABLE, table, end)
        return b"".join((_HEADER, *parts, trailer))

    def _object_stream(self) -> bytes:
        """Return all objects that are no streams as one that is (7.5.7)."""
        count = len(self._plain)
        offsets = accumulate([len(content) + 1 for content in self._plain], initial=0)
        places = chain.from_iterable(zip(range(self._first, self.next_number), offsets, strict=False))
        head = ("%d %d " * count % tuple(places)).encode()
        entries = b"/Type/ObjStm/N %d/First %d" % (count, len(head))
        return _stream(entries, zlib_stream(head + b"\n".join(self._plain)))


@lru_cache(maxsize=512)
def pdf_string(text: str) -> bytes:
    """Return *text* as a PDF string (7.9.2)."""
    if text.isascii():
        return b"(%b)" % _SPECIAL.sub(rb"\\\g<0>", text.encode())
    return b"<feff%b>" % text.encode("utf-16-be").hex().encode()


def decimal(value: float) -> str:
    """Return *value* to a millionth."""
    return f"{value:f}".rstrip("0").rstrip(".")


def short(value: float) -> str:
    """Return a place or a size to a thousandth of a px."""
    return f"{value:.3f}"


@lru_cache(maxsize=64)
def _plain_rows(count: int) -> bytes:
    """Return the rows of so many objects in the object stream."""
    return b"".join([_ROW.pack(2, _HOLDER, order) for order in range(count)])


def _stream(entries: bytes, content: bytes, *, is_compressed: bool = True) -> bytes:
    filters = b"/Filter/FlateDecode" if is_compressed else b""
    return b"<<%b%b/Length %d>>\nstream\n%b\nendstream" % (entries, filters, len(content), content)
