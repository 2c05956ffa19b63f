"""A ZIP file of members that are compressed already, or fast.

`zipfile` compresses every member anew, also those that are the same in each workbook.

Source: PKWARE, APPNOTE.TXT 6.3.10, 4.3.
"""

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from renderers.deflate import raw_stream

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_VERSION, _FLAGS, _DEFLATE = 20, 0, 8
_MADE_BY_UNIX = 3 << 8 | _VERSION
_TIME, _DATE = 0, 1 << 5 | 1  # 1 January 1980: the same workbook gives the same bytes
_OWNER_READS_AND_WRITES = 0o600 << 16


@dataclass(frozen=True, slots=True)
class Member:
    """One file: its name, its bytes compressed, and what a reader checks them with."""

    name: bytes
    packed: bytes
    checksum: int
    size_bytes: int


def member(name: str, content: bytes) -> Member:
    """Compress *content*."""
    return Member(name.encode(), raw_stream(content), zlib.crc32(content), len(content))


def archive(members: Iterable[Member]) -> bytes:
    """Return a ZIP file of *members*; their names are ASCII."""
    bodies, directory, offset = [], [], 0
    for one in members:
        sizes = (one.checksum, len(one.packed), one.size_bytes)
        head = _LOCAL.pack(b"PK\3\4", _VERSION, _FLAGS, _DEFLATE, _TIME, _DATE, *sizes, len(one.name), 0)
        entry = _CENTRAL.pack(
            b"PK\1\2", _MADE_BY_UNIX, _VERSION, _FLAGS, _DEFLATE, _TIME, _DATE, *sizes,
            len(one.name), 0, 0, 0, 0, _OWNER_READS_AND_WRITES, offset,
        )  # fmt: skip
        bodies += [head, one.name, one.packed]
        directory += [entry, one.name]
        offset += len(head) + len(one.name) + len(one.packed)
    tail = b"".join(directory)
    count = len(directory) // 2
    return b"".join((*bodies, tail, _END.pack(b"PK\5\6", 0, 0, count, count, len(tail), offset, 0)))
