"""The parts of a mail: texts as quoted-printable, files as base64, and what holds them together."""

import re
import struct
from binascii import b2a_base64, b2a_qp
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from channels.message import Attachment
from channels.mime.headers import header

_PLAIN_NAME = re.compile(r"[ !#-\[\]-~]{1,60}")  # no quote, no backslash
_PIECE = 16  # characters of a name in a line; whole ones, for readers that decode each piece by itself
# What ends a line besides "\n", as `str.splitlines` has it; each looked for where a single sign is found fastest.
_ENDS_IN_BYTES = (b"\r", b"\v", b"\f", b"\x1c", b"\x1d", b"\x1e")
_ENDS_IN_TEXT = ("\x85", "\u2028", "\u2029")
_LINE = 76  # characters of base64 in a line (RFC 2045, 6.8)
_KEPT_LENGTH = 500  # of lines: thousands of them are kept
_KEPT = 64  # files of the latest messages: the readers of a pack follow each other


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a mail: its headers, each with its line end, and its encoded content, in pieces that follow each other.

    The pieces become one when the whole mail is there: a file is copied once, however deep it lies.
    """

    headers: bytes
    content: tuple[bytes, ...]

    @property
    def pieces(self) -> tuple[bytes, ...]:
        return (self.headers, b"\r\n", *self.content)


def text_part(text: str, subtype: str) -> Part:
    """Return a text: "plain" or "html"."""
    return Part(_text_headers(subtype), (_quoted(text),))


def image_part(image: Attachment) -> Part:
    """Return a picture that the HTML names by its content id."""
    headers = _file_headers(image.name, image.media_type, "inline", image.content_id)
    return Part(headers, (_in_base64(image.content),))


def attachment_part(file: Attachment) -> Part:
    """Return a file that is attached."""
    return Part(_file_headers(file.name, file.media_type, "attachment", ""), (_in_base64(file.content),))


def multipart(subtype: str, parts: Sequence[Part], *, boundary: str, root_type: str = "") -> Part:
    """Hold parts together (RFC 2046, 5.1).

    Args:
        subtype: "mixed", "alternative" or "related".
        parts: At least one.
        boundary: Occurs in none of them.
        root_type: Media type of the first part; "related" requires it (RFC 2387, 3.1).
    """
    root = f'; type="{root_type}"' if root_type else ""
    line = f'Content-Type: multipart/{subtype}{root};\r\n boundary="{boundary}"\r\n'.encode()
    edge = f"--{boundary}".encode()
    pieces = [piece for part in parts for piece in (edge, b"\r\n", *part.pieces, b"\r\n")]
    return Part(line, (*pieces, edge, b"--\r\n"))


@lru_cache
def _text_headers(subtype: str) -> bytes:
    lines = (
        ("Content-Type", f'text/{subtype}; charset="utf-8"'),
        ("Content-Transfer-Encoding", "quoted-printable"),
    )
    return b"".join(header(name, value) for name, value in lines)


@lru_cache(maxsize=256)  # pictures are called the same in every pack
def _file_headers(name: str, media_type: str, disposition: str, content_id: str) -> bytes:
    lines = [
        f"Content-Type: {media_type}",
        "Content-Transfer-Encoding: base64",
        f"Content-Disposition: {disposition};\r\n {_file_name(name)}",
    ]
    if content_id:
        lines.append(f"Content-ID: <{content_id}>")
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _file_name(name: str) -> str:
    """Write the parameter "filename" (RFC 2183, 2.3): quoted, or with other letters in pieces (RFC 2231, 4.1)."""
    if _PLAIN_NAME.fullmatch(name):
        return f'filename="{name}"'
    pieces = [quote(name[start : start + _PIECE], safe="") for start in range(0, len(name), _PIECE)]
    if len(pieces) == 1:
        return f"filename*=utf-8''{pieces[0]}"
    pieces[0] = f"utf-8''{pieces[0]}"
    return ";\r\n ".join(f"filename*{number}*={piece}" for number, piece in enumerate(pieces))


def _quoted(text: str) -> bytes:
    """Write a text as quoted-printable (RFC 2045, 6.7), with CRLF line ends."""
    content = text.encode()
    if any(end in content for end in _ENDS_IN_BYTES) or any(end in text for end in _ENDS_IN_TEXT):
        content = "\n".join([*text.splitlines(), ""]).encode()
    lines = content.removesuffix(b"\n").split(b"\n")
    written = [_known_line(one) if len(one) <= _KEPT_LENGTH else _quoted_line(one) for one in lines]
    return b"\r\n".join([*written, b""])


def _quoted_line(line: bytes) -> bytes:
    # The standard library's own function, in C: the library itself takes 2 ms for 30 kB.
    return b2a_qp(line, istext=True, header=False).replace(b"\n", b"\r\n")


_known_line = lru_cache(maxsize=8192)(_quoted_line)  # most lines of a report are the same in every pack


# By identity: to tell large files apart by what they hold would cost a third of encoding them. A file is kept along
# with its text, so that no other can come to have its id.
_encoded: OrderedDict[int, tuple[bytes, bytes]] = OrderedDict()


def _in_base64(content: bytes) -> bytes:
    """Write bytes as base64, in lines of 76 characters (RFC 2045, 6.8)."""
    known = _encoded.get(id(content))
    if known is not None:
        return known[1]
    whole = b2a_base64(content, newline=False)
    number, rest = divmod(len(whole), _LINE)
    # Cut in C: a slice for each of some thousand lines takes longer than the encoding.
    lines = struct.unpack(f"{_LINE}s" * number + f"{rest}s" * bool(rest), whole)
    _encoded[id(content)] = content, (written := b"\r\n".join(lines))
    while len(_encoded) > _KEPT:
        _encoded.popitem(last=False)
    return written
