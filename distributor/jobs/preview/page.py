"""The e-mail of a pack as a page that any browser shows."""

import base64
import re
from collections.abc import Iterable

from renderers.pack import Artifact


def page_with_pictures(html: str, artifacts: Iterable[Artifact]) -> str:
    """Put the pictures into the page itself: a browser knows nothing of a mail's content ids."""
    pictures = {one.content_id: one for one in artifacts if one.content_id}

    def data_url(match: re.Match[str]) -> str:
        picture = pictures[match[1]]
        return f"data:{picture.media_type};base64,{base64.b64encode(picture.content).decode()}"

    return re.sub(r"cid:([^\"'&]+)", data_url, html)
