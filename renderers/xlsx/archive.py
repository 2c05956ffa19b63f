"""A ZIP file of members that are compressed already, or fast.

`zipfile` compresses every member anew, also those that are the same in each workbook.

Source: PKWARE, APPNOTE.TXT 6.3.10, 4.3.
"""

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from renderers.deflate import raw_stream

_VERSION, _FLAGS, _DEFLATE = 20, 0, 8
_MADE_BY_UNIX = 3 << 8 | _VERSION
_TIME, _DATE = 0, 1 << 5 | 1  # 1 January 1980: the same workbook gives the same bytes
_OWNER_READS_AND_WRITES = 0o600 << 16
# What a file's own header and its entry in the directory have in common, and what stands around that.
_FACTS = struct.Struct("<5H3L2H")
_LOCAL = b"PK\3\4"
_CENTRAL = struct.pack("<4sH", b"PK\1\2", _MADE_BY_UNIX)
_OUTSIDE = struct.pack("<3HL", 0, 0, 0, _OWNER_READS_AND_WRITES)
_OFFSET = struct.Struct("<L")
_END = struct.Struct("<4s4H2LH")


@dataclass(frozen=True, slots=True)
class Member:
    """One file as it stands in the archive, and its entry in the directory before and behind the place of the file."""

    body: bytes
    entry: bytes
    name: bytes


def member(name: str, content: bytes) -> Member:
    """Compress *content*; the name is ASCII."""
    packed, label = raw_stream(content), name.encode()
    facts = _FACTS.pack(
        _VERSION, _FLAGS, _DEFLATE, _TIME, _DATE, zlib.crc32(content), len(packed), len(content), len(label), 0
    )
    entry = b"".join((_CENTRAL, facts, _OUTSIDE))
    return Member(b"".join((_LOCAL, facts, label, packed)), entry, label)


def archive(members: Iterable[Member]) -> bytes:
    """Return a ZIP file of *members*."""
    bodies: list[bytes] = []
    directory: list[bytes] = []
    offset = 0
    for one in members:
        bodies.append(one.body)
        directory += (one.entry, _OFFSET.pack(offset), one.name)
        offset += len(one.body)
    tail = b"".join(directory)
    count = len(bodies)
    return b"".join((*bodies, tail, _END.pack(b"PK\5\6", 0, 0, count, count, len(tail), offset, 0)))
