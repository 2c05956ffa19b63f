"""Every output in every language, as it was last read by a person; `pytest --update-golden` writes the files anew."""

import json
import re
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pytest
from notices import notices

from renderers.alerts import render_email, render_slack, render_sms, render_text
from renderers.language import LANGUAGES

KINDS = tuple(notices("en"))
Golden = Callable[[str, str], str]


def by_kind(language: str, render: Callable[[Any, str], str]) -> str:
    """Return what *render* makes of each kind of notice, one below the other."""
    return "".join(f"=== {kind}\n{render(notice, language)}\n" for kind, notice in notices(language).items())


def bare(html: str) -> str:
    """Return the body of a mail without its styles: its texts, links and order."""
    body = html[html.index("<body") :]
    body = re.sub(r"<!--.*?-->", "", body, flags=re.S)
    body = re.sub(r' (style|class|cellpadding|cellspacing|border|width|role|align|valign)="[^"]*"', "", body)
    return re.sub(r"\n\s*", "\n", body)


def slack(notice: Any, language: str) -> str:
    """Return the blocks, one a line."""
    return "\n".join(json.dumps(block, ensure_ascii=False) for block in json.loads(render_slack(notice, language)))


def sms(notice: Any, language: str) -> str:
    return json.dumps(asdict(render_sms(notice, language, takes_replies=True)), ensure_ascii=False)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("output", "render"),
    [
        ("text", render_text),
        ("html", lambda notice, language: bare(render_email(notice, language).html)),
        ("slack", slack),
        ("sms", sms),
    ],
)
def test_output_is_as_it_was_read(
    language: str, output: str, render: Callable[[Any, str], str], golden: Golden
) -> None:
    """All kinds of notices come out word for word as in the golden file."""
    found = by_kind(language, render)

    assert golden(f"{language}.{output}.txt", found) == found
