"""Mails that fit what the server takes."""

import re
from dataclasses import replace
from html import escape

from channels.message import Message

_LINK = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,:;!?)]")
_BODY_END = re.compile(r"</body\s*>", re.IGNORECASE)
_KILOBYTE = 1_000
_MEGABYTE = 1_000_000


def without_files(message: Message) -> Message:
    """Return *message* with the sentence that says where its files are in place of the files."""
    return replace(
        message,
        attachments=(),
        text=f"{message.text.rstrip()}\n\n{message.files_elsewhere}\n",
        html=None if message.html is None else _with_paragraph(message.html, message.files_elsewhere),
    )


def size_in_words(size_bytes: int) -> str:
    """Return "34.2 MB", "180 kB" or "999 bytes"."""
    if size_bytes >= _MEGABYTE:
        return f"{size_bytes / _MEGABYTE:.1f} MB"
    if size_bytes >= _KILOBYTE:
        return f"{size_bytes / _KILOBYTE:.0f} kB"
    return f"{size_bytes} bytes"


def _with_paragraph(html: str, sentence: str) -> str:
    """Return *html* with *sentence* as its last paragraph, the address in it as a link."""
    linked = _LINK.sub(r'<a href="\g<0>">\g<0></a>', escape(sentence))
    paragraph = f'<p style="margin:16px;font:14px sans-serif">{linked}</p>'
    ends = list(_BODY_END.finditer(html))
    end = ends[-1].start() if ends else len(html)
    return f"{html[:end]}{paragraph}{html[end:]}"
